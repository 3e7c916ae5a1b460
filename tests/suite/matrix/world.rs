//! What there is to be seen and changed: a place of one's own, and one of others.

use std::collections::BTreeMap;

use async_graphql::InputType;
use entity::{
    availability, hold, hold_line, membership, menu, menu_item, order, patient, vocabulary::Role,
};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set, Unchanged,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use thali::{db::Meter, graph::id::Kind};

use crate::app::monday;

use super::{Data, Place, Size, TestApp, Uuid, person};

pub struct World {
    pub hospital: Uuid,
    pub other_hospital: Uuid,
    pub kitchen: Uuid,
    pub other_kitchen: Uuid,
    pub patient: Uuid,
    pub other_patient: Uuid,
    /// A nurse of the own hospital.
    pub somebody: Uuid,
    /// The global ids by the names that the table has for them.
    names: BTreeMap<&'static str, String>,
}

impl World {
    pub async fn make(app: &TestApp) -> Self {
        let data = Data::fill(app, Size::ONE).await;
        let kitchen_of = |id: Uuid| {
            data.dishes
                .iter()
                .find(|dish| dish.id == id)
                .unwrap()
                .kitchen_id
        };
        let of_a_hospital =
            |menu: &&menu::Model| menu.published_at.is_some() && menu.hospital_id.is_some();
        // An order, its menu, and an item of that from the kitchen of the order.
        let found = data.orders.iter().find_map(|order| {
            let menu = data
                .menus
                .iter()
                .filter(of_a_hospital)
                .find(|menu| menu.id == order.menu_id)?;
            let is_its = |item: &&menu_item::Model| {
                item.menu_id == menu.id && kitchen_of(item.dish_id) == order.kitchen_id
            };
            Some((order, menu, data.items.iter().find(is_its)?))
        });
        let (order, menu, item) = found.unwrap();
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
        let patient = patient::Model {
            id: Uuid::now_v7(),
            hospital_id: hospital,
            ward_id: Some(ward.id),
            bed: Some("1".to_owned()),
            code: "matrix".to_owned(),
            diets: 0,
            food_levels: None,
            drink_levels: None,
            nil_by_mouth_from: None,
            nil_by_mouth_until: None,
            admitted_at: monday(),
            discharged_at: None,
            updated_at: monday(),
            version: 1,
        };
        let other_patient = patient::Model {
            id: Uuid::now_v7(),
            hospital_id: other_hospital,
            ward_id: None,
            ..patient.clone()
        };
        for row in [&patient, &other_patient] {
            let insert = patient::Entity::insert(row.clone().into_active_model());
            insert.exec_without_returning(&db).await.unwrap();
        }
        let is_for_the_patient = order::ActiveModel {
            id: Unchanged(order.id),
            patient_id: Set(Some(patient.id)),
            ..Default::default()
        };
        order::Entity::update(is_for_the_patient)
            .exec(&db)
            .await
            .unwrap();
        let held = hold::Model {
            id: Uuid::now_v7(),
            account_id: somebody,
            slot_id: None,
            date: menu.date,
            delivery_at: None,
            expires_at: monday(),
        };
        let insert = hold::Entity::insert(held.clone().into_active_model());
        insert.exec_without_returning(&db).await.unwrap();
        let line = hold_line::Model {
            hold_id: held.id,
            position: 1,
            menu_item_id: item.id,
            quantity: 1,
        };
        let insert = hold_line::Entity::insert(line.into_active_model());
        insert.exec_without_returning(&db).await.unwrap();
        // What is held is promised.
        let promised = availability::Model {
            menu_item_id: item.id,
            portions: None,
            reserved: 1,
            as_of: monday(),
            version: 1,
        };
        let reserved = availability::Column::Reserved;
        let there = OnConflict::column(availability::Column::MenuItemId)
            .value(reserved, Expr::col((availability::Entity, reserved)).add(1))
            .update_column(availability::Column::Portions)
            .to_owned();
        let insert = availability::Entity::insert(promised.into_active_model());
        let insert = insert.on_conflict(there);
        insert.exec_without_returning(&db).await.unwrap();
        let names = BTreeMap::from([
            ("Hold", Kind::Hold.id(held.id).0),
            ("Hospital", Kind::Hospital.id(hospital).0),
            ("Ward", Kind::Ward.id(ward.id).0),
            ("Kitchen", Kind::Kitchen.id(dish.kitchen_id).0),
            ("Dish", Kind::Dish.id(dish.id).0),
            ("Menu", Kind::Menu.id(menu.id).0),
            ("MenuSection", Kind::MenuSection.id(item.section_id).0),
            ("MenuItem", Kind::MenuItem.id(item.id).0),
            ("Order", Kind::Order.id(order.id).0),
            ("Patient", Kind::Patient.id(patient.id).0),
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
            patient: patient.id,
            other_patient: other_patient.id,
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
