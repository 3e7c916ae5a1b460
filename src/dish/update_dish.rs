//! `updateDish`: what is known of a dish is changed.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    dish, dish_allergen,
    vocabulary::{BitSet, Diet, DishCategory, Role},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::LockType,
};

use super::{
    Dish, DishById,
    describe::{Described, NewDishAllergen, NewNutrition, NewTexture},
    hold::{COOKS, WHO_MAY, check_name, hold_kitchen},
};
use crate::{
    auth::Place,
    error::Result,
    event::Event,
    graph::{Begun, Changed, Plain, Problem, Write, Writes, id::Kind, payload},
    ordering::{hold_items, plate_of, recheck_dishes},
    patient::Actor,
};

/// What changes of a dish. What is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateDishInput {
    /// The dish.
    dish: ID,
    /// The name, unique in its kitchen: 1 to 200 characters.
    name: Option<String>,
    /// A sentence about it, of up to 2000 characters; null for none.
    description: MaybeUndefined<String>,
    /// What kind of dish it is.
    category: Option<DishCategory>,
    /// Whether the allergens are all that there are. With false nothing is known of them.
    allergens_declared: Option<bool>,
    /// All its allergens, in place of those that it had.
    allergens: Option<Vec<NewDishAllergen>>,
    /// All the diets it fits, in place of those that it fitted.
    diets: Option<BTreeSet<Diet>>,
    /// How thick or soft it is; null where that is not known.
    texture: MaybeUndefined<NewTexture>,
    /// What a portion contains, all of it; null where nothing is known.
    nutrition: MaybeUndefined<NewNutrition>,
    /// The `version` of the dish that you saw.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    UpdateDishPayload {
        /// The dish as it is now; null where there are problems.
        dish: Dish by DishById,
        /// Why the dish was not changed: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct UpdateDish(Writes);

impl UpdateDish {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl UpdateDish {
    /// Changes what is known of a dish. Open orders that do not fit their patients any more are
    /// flagged. For the people of its kitchen, and for administrators.
    async fn update_dish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateDishInput,
    ) -> Result<Option<Plain<UpdateDishPayload>>> {
        let changed = update_dish(&self.0, ctx, input).await?;
        Ok(Some(Plain(UpdateDishPayload(changed))))
    }
}

async fn update_dish(
    writes: &Writes,
    ctx: &Context<'_>,
    input: UpdateDishInput,
) -> Result<Changed> {
    let id = Kind::Dish.read(&input.dish)?;
    let key = &input.idempotency_key;
    // A field that is null and one that was left out are one in the input's value, and two here.
    let nulls = [
        input.description.is_null(),
        input.texture.is_null(),
        input.nutrition.is_null(),
    ];
    let mutation = format!("updateDish {nulls:?}");
    let mut write = match writes.begin(ctx, &mutation, key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    write.scope.check_anywhere(&COOKS, WHO_MAY)?;
    let Some(mut row) = hold(&write, id, input.name.is_some()).await? else {
        let problem = Problem::not_found(&["dish"], &input.dish);
        write.problems.push(problem);
        return write.end(id).await;
    };
    let place = Place::Kitchen(row.kitchen_id);
    write.scope.check(&COOKS, place, WHO_MAY)?;
    let known = dish_allergen::Entity::find().filter(dish_allergen::Column::DishId.eq(id));
    let known = known.all(&write.conn).await?;
    let (kitchen, version) = (row.kitchen_id, row.version + 1);
    if input.expected_version != row.version {
        let problem = Problem::version_conflict(input.expected_version, row.version);
        write.problems.push(problem);
    }
    let known = known.into_iter().map(|row| (row.allergen, row.presence));
    let before = plate_of(&row, known.clone());
    let mut described = Described {
        row: &mut row,
        allergens: known.collect(),
        problems: &mut write.problems,
    };
    if let Some(name) = &input.name {
        described.name(name);
    }
    if let Some(category) = input.category {
        described.row.category = category;
    }
    if let Some(declared) = input.allergens_declared {
        described.row.allergens_declared = declared;
    }
    if let Some(allergens) = &input.allergens {
        described.allergens(allergens);
    }
    if let Some(diets) = &input.diets {
        described.row.diets = Diet::bits(diets.iter().copied());
    }
    if !input.description.is_undefined() {
        described.description(input.description.value().map(String::as_str));
    }
    if !input.texture.is_undefined() {
        described.texture(input.texture.value().copied());
    }
    if !input.nutrition.is_undefined() {
        described.nutrition(input.nutrition.value().copied());
    }
    let allergens = described.end();
    if input.name.is_some() {
        check_name(&mut write, &row).await?;
    }
    if write.problems.is_empty() {
        let known = allergens.iter().map(|row| (row.allergen, row.presence));
        let after = plate_of(&row, known);
        if before != after {
            hold_items(&write.conn, &[id], write.now).await?;
        }
        (row.version, row.updated_at) = (version, write.now);
        row.into_active_model()
            .reset_all()
            .update_without_returning(&write.conn)
            .await?;
        dish_allergen::Entity::delete_many()
            .filter(dish_allergen::Column::DishId.eq(id))
            .exec(&write.conn)
            .await?;
        let allergens = allergens
            .into_iter()
            .map(IntoActiveModel::into_active_model);
        dish_allergen::Entity::insert_many(allergens)
            .exec_without_returning(&write.conn)
            .await?;
        let event = Event::DishUpdated {
            dish: id,
            kitchen,
            version,
        };
        write.record(event).await?;
        let plates = |plate| BTreeMap::from([(id, plate)]);
        let actor = Actor {
            account: write.scope.account(),
            role: write
                .scope
                .role(&COOKS, place)
                .unwrap_or(Role::Administrator),
            at: write.now,
        };
        let events = recheck_dishes(&write.conn, actor, &plates(before), &plates(after)).await?;
        write.record_all(events).await?;
    }
    write.end(id).await
}

/// Waits for the dish and holds it, and its kitchen first where it gets a name. A dish never
/// changes its kitchen.
async fn hold(write: &Write, id: uuid::Uuid, is_named: bool) -> Result<Option<dish::Model>> {
    let find = || dish::Entity::find_by_id(id);
    if is_named && let Some(row) = find().one(&write.conn).await? {
        hold_kitchen(write, row.kitchen_id).await?;
    }
    let dish = find().lock(LockType::NoKeyUpdate);
    Ok(dish.one(&write.conn).await?)
}
