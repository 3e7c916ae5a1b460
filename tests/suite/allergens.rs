//! `freeFrom` against an independent reading of what a dish declares.

use std::collections::BTreeMap;

use chrono::Utc;
use entity::{
    dish, dish_allergen, kitchen,
    vocabulary::{Allergen, DishCategory, Presence},
};
use sea_orm::{EntityTrait, IntoActiveModel, Iterable};
use serde_json::json;
use thali::db::Meter;
use uuid::Uuid;

use crate::{app::TestApp, on_both};

/// What a dish declares: nothing at all, or presences.
type Declared = Option<BTreeMap<Allergen, Presence>>;

/// Every way in which two species of a group and the group can be declared together, and more.
fn declarations() -> Vec<Declared> {
    let presences = [None, Some(Presence::Contains), Some(Presence::MayContain)];
    let mut declarations = vec![None];
    for group in presences {
        for almonds in presences {
            for hazelnuts in presences {
                let rows = [
                    (Allergen::Nuts, group),
                    (Allergen::Almonds, almonds),
                    (Allergen::Hazelnuts, hazelnuts),
                ];
                let rows = rows
                    .into_iter()
                    .filter_map(|(a, presence)| Some((a, presence?)));
                declarations.push(Some(rows.collect()));
            }
        }
    }
    for presence in [Presence::Contains, Presence::MayContain] {
        declarations.push(Some([(Allergen::Milk, presence)].into()));
        let cereals = [
            Allergen::Wheat,
            Allergen::Spelt,
            Allergen::Oats,
            Allergen::HybridCereals,
        ];
        declarations.extend(cereals.map(|cereal| Some([(cereal, presence)].into())));
    }
    declarations
}

/// What else one has to avoid who avoids this: spelt is a wheat, and nobody knows of what a hybrid
/// was made.
fn also(avoided: Allergen) -> &'static [Allergen] {
    use Allergen::*;
    match avoided {
        Wheat => &[Spelt, HybridCereals],
        Spelt => &[Wheat, HybridCereals],
        Rye | Barley | Oats => &[HybridCereals],
        HybridCereals => &[Wheat, Spelt, Rye, Barley, Oats],
        _ => &[],
    }
}

/// Whether a person who avoids `avoided` may eat it: the reading of a cautious dietitian.
fn is_safe(declared: &Declared, avoided: Allergen, allow_traces: bool) -> bool {
    let Some(rows) = declared else { return false };
    let counts = |presence: Presence| presence == Presence::Contains || !allow_traces;
    let in_group = |allergen: &Allergen| allergen.group() == avoided.group();
    if avoided == avoided.group() {
        return !rows
            .iter()
            .any(|(allergen, presence)| in_group(allergen) && counts(*presence));
    }
    let is_named = |allergen| {
        let presence = rows.get(allergen);
        presence.is_some_and(|presence: &Presence| counts(*presence))
    };
    if is_named(&avoided) || also(avoided).iter().any(is_named) {
        return false;
    }
    match rows.get(&avoided.group()) {
        Some(group) if counts(*group) => rows
            .iter()
            .any(|(a, presence)| in_group(a) && *a != avoided.group() && presence == group),
        _ => true,
    }
}

async fn insert(app: &TestApp, declarations: &[Declared]) {
    let now = Utc::now();
    let transaction = app.app.db.begin(&Meter::new("test")).await.unwrap();
    let kitchen = Uuid::now_v7();
    let row = kitchen::Model {
        id: kitchen,
        slug: "k".into(),
        name: "K".into(),
        name_key: "k".into(),
        address: None,
        time_zone: "Europe/London".into(),
        currency: "GBP".into(),
        latitude: None,
        longitude: None,
        geo_cell: None,
        geo_x: None,
        geo_y: None,
        geo_z: None,
        created_at: now,
        updated_at: now,
    };
    kitchen::Entity::insert(row.into_active_model())
        .exec(&transaction)
        .await
        .unwrap();
    for (index, declared) in declarations.iter().enumerate() {
        let id = Uuid::now_v7();
        let name = format!("dish {index:03}");
        let row = dish::Model {
            id,
            kitchen_id: kitchen,
            name: name.clone(),
            name_key: name.clone(),
            search_text: name,
            description: None,
            category: DishCategory::Main,
            allergens_declared: declared.is_some(),
            diets: 0,
            additives: 0,
            ingredients: 0,
            food_texture: None,
            drink_thickness: None,
            portion_g: None,
            energy_kcal: None,
            protein_g: None,
            carbohydrate_g: None,
            fat_g: None,
            salt_g: None,
            photo_url: None,
            photo_width: None,
            photo_height: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        dish::Entity::insert(row.into_active_model())
            .exec(&transaction)
            .await
            .unwrap();
        for (allergen, presence) in declared.iter().flatten() {
            let row = dish_allergen::Model {
                dish_id: id,
                allergen: *allergen,
                presence: *presence,
            };
            dish_allergen::Entity::insert(row.into_active_model())
                .exec(&transaction)
                .await
                .unwrap();
        }
    }
    transaction.commit().await.unwrap();
}

on_both! {
    async fn nothing_unsafe_is_listed_and_nothing_safe_left_out(app: TestApp) {
        let declarations = declarations();
        insert(&app, &declarations).await;
        let query = "query($avoided: [Allergen!], $traces: Boolean!) {
            dishes(first: 100, filter: { freeFrom: $avoided, allowTraces: $traces }) { nodes { name } }
        }";
        for avoided in Allergen::iter() {
            for traces in [false, true] {
                let name = async_graphql::resolver_utils::EnumType::items();
                let name: &async_graphql::resolver_utils::EnumItem<Allergen> =
                    name.iter().find(|item| item.value == avoided).unwrap();
                let variables = json!({ "avoided": [name.name], "traces": traces });
                let data = app.data(query, variables).await;
                let listed: Vec<String> = data["dishes"]["nodes"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|dish| dish["name"].as_str().unwrap().to_owned())
                    .collect();
                let safe: Vec<String> = declarations
                    .iter()
                    .enumerate()
                    .filter(|(_, declared)| is_safe(declared, avoided, traces))
                    .map(|(index, _)| format!("dish {index:03}"))
                    .collect();
                assert_eq!(listed, safe, "{avoided:?}, traces allowed: {traces}");
            }
        }
    }
}
