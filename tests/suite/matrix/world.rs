//! What there is to be seen and changed: a place of one's own, and one of others.

use std::collections::BTreeMap;

use async_graphql::InputType;
use entity::{membership, vocabulary::Role};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use thali::{db::Meter, graph::id::Kind};

use super::{Data, Place, Size, TestApp, Uuid, person};

pub struct World {
    pub hospital: Uuid,
    pub other_hospital: Uuid,
    pub kitchen: Uuid,
    pub other_kitchen: Uuid,
    /// A nurse of the own hospital.
    pub somebody: Uuid,
    /// The global ids by the names that the table has for them.
    names: BTreeMap<&'static str, String>,
}

impl World {
    pub async fn make(app: &TestApp) -> Self {
        let data = Data::fill(app, Size::ONE).await;
        let menus = data.menus.iter();
        let mut menus = menus.filter(|menu| menu.published_at.is_some());
        let menu = menus.find(|menu| menu.hospital_id.is_some()).unwrap();
        let item = data
            .items
            .iter()
            .find(|item| item.menu_id == menu.id)
            .unwrap();
        let dish = data
            .dishes
            .iter()
            .find(|dish| dish.id == item.dish_id)
            .unwrap();
        let hospital = menu.hospital_id.unwrap();
        let ward = data
            .wards
            .iter()
            .find(|ward| ward.hospital_id == hospital)
            .unwrap();
        let others = data.hospitals.iter().map(|row| row.id);
        let other_hospital = others.clone().find(|id| *id != hospital).unwrap();
        let kitchens = data.kitchens.iter().map(|row| row.id);
        let other_kitchen = kitchens.clone().find(|id| *id != dish.kitchen_id).unwrap();
        let somebody = person(app, &[(Role::Nurse, Place::Hospital(hospital))]).await;
        let db = app.app.db.reader(&Meter::new("test"));
        let of_somebody = membership::Column::AccountId.eq(somebody);
        let membership = membership::Entity::find().filter(of_somebody).one(&db);
        let membership = membership.await.unwrap().unwrap();
        let names = BTreeMap::from([
            ("Hospital", Kind::Hospital.id(hospital).0),
            ("Ward", Kind::Ward.id(ward.id).0),
            ("Kitchen", Kind::Kitchen.id(dish.kitchen_id).0),
            ("Dish", Kind::Dish.id(dish.id).0),
            ("Menu", Kind::Menu.id(menu.id).0),
            ("MenuSection", Kind::MenuSection.id(item.section_id).0),
            ("MenuItem", Kind::MenuItem.id(item.id).0),
            ("Account", Kind::Account.id(somebody).0),
            ("Membership", Kind::Membership.id(membership.id).0),
            ("EMAIL", format!("{somebody}@example.org")),
            ("DATE", menu.date.to_string()),
            ("MEAL", menu.meal.to_value().to_string()),
        ]);
        Self {
            hospital,
            other_hospital,
            kitchen: dish.kitchen_id,
            other_kitchen,
            somebody,
            names,
        }
    }

    /// The id of the object of a type that is visited.
    pub fn id(&self, name: &str) -> &str {
        let id = self.names.get(name);
        id.unwrap_or_else(|| panic!("there is no {name} to be visited: make one"))
    }

    /// `text` with the names of things, such as `$Hospital`, replaced by their ids.
    pub fn fill(&self, text: &str) -> String {
        // The longer ones first: `$MenuItem` begins with `$Menu`.
        let names = self.names.iter().rev();
        names.fold(text.to_owned(), |text, (name, id)| {
            text.replace(&format!("${name}"), id)
        })
    }
}
