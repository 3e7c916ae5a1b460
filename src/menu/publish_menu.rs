//! `publishMenu`: what is served at a meal of a day, wholly.

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use entity::{hospital, kitchen, menu, vocabulary::Meal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{LockType, OnConflict},
};
use uuid::Uuid;

use super::{
    Menu, MenuById,
    hold::{PUBLISHERS, WHO_MAY},
    plan::Plan,
    printed,
    set_menu_item_price::NewPrice,
};
use crate::{
    auth::Place,
    error::Result,
    event::{Event, MenuOwner},
    graph::{Begun, Changed, Plain, Problem, Write, Writes, id::Kind, payload, scalar::Date},
    hospital::HospitalByInput,
};

/// A menu as it is to be seen from now on. Items whose dish stays keep their identity, also when
/// they move to another section.
#[derive(InputObject)]
pub struct PublishMenuInput {
    /// Whose menu it is.
    owner: MenuOwnerInput,
    /// The day on which the meal is eaten.
    date: Date,
    /// The meal.
    meal: Meal,
    /// Its sections in the order in which they are printed, with 1 to 100 items together.
    sections: Vec<NewMenuSection>,
    /// The `version` of the menu that you saw; 0 where there was none.
    #[graphql(default = 0)]
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

/// Whose menu it is: that of a hospital, or the house menu of a kitchen.
#[derive(OneofObject)]
pub enum MenuOwnerInput {
    /// The hospital. The kitchens of all dishes serve it.
    Hospital(HospitalByInput),
    /// The kitchen. All dishes are its own.
    Kitchen(ID),
}

/// A heading of a menu and what stands below it.
#[derive(InputObject)]
pub struct NewMenuSection {
    /// The heading, which the menu has once: 1 to 100 characters.
    pub title: String,
    /// What stands below it, in the order in which it is printed.
    pub items: Vec<NewMenuItem>,
}

/// A dish on a menu.
#[derive(InputObject)]
pub struct NewMenuItem {
    /// The dish, which the menu has once.
    pub dish: ID,
    /// What patients pay, in the currency of the menu. Left out it stays as it is.
    pub price: Option<NewPrice>,
    /// Portions planned, those included that are promised already. Left out they stay as they
    /// are.
    pub portions: Option<i32>,
}

payload! {
    PublishMenuPayload {
        /// The menu as it can be seen now; null where there are problems.
        menu: Menu by MenuById,
        /// Why the menu was not published: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct PublishMenu(Writes);

impl PublishMenu {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl PublishMenu {
    /// Publishes a menu, or brings a published one to what is sent. For the managers of the
    /// hospital, or the people of the kitchen whose house menu it is, and for administrators.
    async fn publish_menu(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The menu.")] input: PublishMenuInput,
    ) -> Result<Option<Plain<PublishMenuPayload>>> {
        let changed = publish_menu(&self.0, ctx, input).await?;
        Ok(Some(Plain(PublishMenuPayload(changed))))
    }
}

async fn publish_menu(
    writes: &Writes,
    ctx: &Context<'_>,
    input: PublishMenuInput,
) -> Result<Changed> {
    let id = Uuid::now_v7();
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "publishMenu", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    write.scope.check_anywhere(&PUBLISHERS, WHO_MAY)?;
    let plan = Plan::read(input.sections, &mut write.problems)?;
    let Some(owner) = Owner::find(&mut write, &input.owner).await? else {
        return write.end(id).await;
    };
    write.scope.check(&PUBLISHERS, owner.place(), WHO_MAY)?;
    let mut menu = hold(&write, id, &owner.is, input.date.0, input.meal).await?;
    // A draft is nobody's to see: for its sender there is none.
    let version = menu.published_at.map_or(0, |_| menu.version);
    if input.expected_version != version {
        let problem = Problem::version_conflict(input.expected_version, version);
        write.problems.push(problem);
    }
    plan.check_dishes(&mut write, &owner.is).await?;
    printed::apply(plan, &mut write, menu.id, &owner.currency).await?;
    if write.problems.is_empty() {
        menu.version = version + 1;
        menu.published_at = menu.published_at.or(Some(write.now));
        let event = Event::MenuPublished {
            menu: menu.id,
            owner: owner.is,
            date: menu.date,
            meal: menu.meal,
            version: menu.version,
        };
        let row = menu.clone().into_active_model().reset_all();
        row.update_without_returning(&write.conn).await?;
        write.record(event).await?;
    }
    write.end(menu.id).await
}

struct Owner {
    is: MenuOwner,
    currency: String,
}

impl Owner {
    /// Whose menu it is; where there is nobody, that is a problem.
    async fn find(write: &mut Write, input: &MenuOwnerInput) -> Result<Option<Self>> {
        let (field, name, found) = match input {
            MenuOwnerInput::Kitchen(id) => {
                let kitchen = kitchen::Entity::find_by_id(Kind::Kitchen.read(id)?);
                let kitchen = kitchen.one(&write.conn).await?;
                ("kitchen", id.as_str(), kitchen.map(Self::kitchen))
            }
            MenuOwnerInput::Hospital(by) => {
                let (condition, name) = match by {
                    HospitalByInput::Id(id) => {
                        let id_of = Kind::Hospital.read(id)?;
                        (hospital::Column::Id.eq(id_of), id.as_str())
                    }
                    HospitalByInput::Slug(slug) => (hospital::Column::Slug.eq(slug), slug.as_str()),
                    HospitalByInput::Code(code) => (hospital::Column::Code.eq(code), code.as_str()),
                };
                // No text in PostgreSQL has a NUL, and none may be sent.
                let hospital = match name.contains('\0') {
                    true => None,
                    false => {
                        let hospital = hospital::Entity::find().filter(condition);
                        hospital.one(&write.conn).await?
                    }
                };
                ("hospital", name, hospital.map(Self::hospital))
            }
        };
        if found.is_none() {
            let problem = Problem::not_found(&["owner", field], name);
            write.problems.push(problem);
        }
        Ok(found)
    }

    fn place(&self) -> Place {
        match self.is {
            MenuOwner::Hospital { id, .. } => Place::Hospital(id),
            MenuOwner::Kitchen { id } => Place::Kitchen(id),
        }
    }

    fn kitchen(row: kitchen::Model) -> Self {
        Self {
            is: MenuOwner::Kitchen { id: row.id },
            currency: row.currency,
        }
    }

    fn hospital(row: hospital::Model) -> Self {
        Self {
            is: MenuOwner::Hospital {
                id: row.id,
                slug: row.slug,
                code: row.code,
            },
            currency: row.currency,
        }
    }
}

/// Waits for the menu and holds it; where there is none, makes a draft of it first, so that of
/// two who publish it at once one waits for the other.
async fn hold(
    write: &Write,
    id: Uuid,
    owner: &MenuOwner,
    date: chrono::NaiveDate,
    meal: Meal,
) -> Result<menu::Model> {
    use menu::{Column, Entity};
    let (hospital_id, kitchen_id) = match owner {
        MenuOwner::Hospital { id, .. } => (Some(*id), None),
        MenuOwner::Kitchen { id } => (None, Some(*id)),
    };
    let draft = menu::Model {
        id,
        hospital_id,
        kitchen_id,
        date,
        meal,
        published_at: None,
        version: 1,
    };
    Entity::insert(draft.clone().into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&write.conn)
        .await?;
    let whose = match hospital_id {
        Some(hospital) => Column::HospitalId.eq(hospital),
        None => Column::KitchenId.eq(kitchen_id),
    };
    let menu = Entity::find()
        .filter(whose)
        .filter(Column::Date.eq(date))
        .filter(Column::Meal.eq(meal))
        .lock(LockType::NoKeyUpdate);
    Ok(menu.one(&write.conn).await?.unwrap_or(draft))
}
