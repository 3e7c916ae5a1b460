//! What the rules are asked about, as the database knows it: who eats, and what is on the plate.
//! One statement each, whatever the number; for edges and within a transaction alike.

use std::collections::BTreeMap;

use entity::{patient, patient_allergy, position::Cells};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::rules::{Eater, NilByMouth, Plate};
use crate::{
    error::Result,
    graph::fetch::{models, select},
    sql::is_any_of,
};

impl Eater {
    /// What a patient may eat, whose allergies these are.
    pub fn of<'a>(
        patient: &patient::Model,
        allergies: impl IntoIterator<Item = &'a patient_allergy::Model>,
    ) -> Self {
        let allergies = allergies.into_iter();
        let from = patient.nil_by_mouth_from;
        Self {
            allergies: allergies
                .map(|row| (row.allergen, row.criticality))
                .collect(),
            diets: patient.diets,
            food_levels: patient.food_levels,
            drink_levels: patient.drink_levels,
            nil_by_mouth: from.map(|from| NilByMouth {
                from,
                until: patient.nil_by_mouth_until,
            }),
        }
    }
}

/// What these patients may eat, by their ids. Who decides by it holds their rows: allergies are
/// changed under the lock of their patient.
pub async fn load_eaters(
    conn: &impl ConnectionTrait,
    patients: &[patient::Model],
) -> Result<BTreeMap<Uuid, Eater>> {
    let ids: Vec<Uuid> = patients.iter().map(|patient| patient.id).collect();
    let mut query = select::<patient_allergy::Entity>(&[]);
    let patient = Expr::col(("patient_allergy", "patient_id"));
    query
        .and_where(is_any_of(patient, &ids, conn.get_database_backend()))
        .order_by("allergen", sea_orm::Order::Asc);
    let rows = models::<patient_allergy::Model>(&conn.query_all(&query).await?)?;
    let eater = |patient: &patient::Model| {
        let of_patient = rows.iter().filter(|row| row.patient_id == patient.id);
        (patient.id, Eater::of(patient, of_patient))
    };
    Ok(patients.iter().map(eater).collect())
}

/// The plates of these menu items, by their ids; without those that are not there.
pub async fn load_plates(
    conn: &impl ConnectionTrait,
    items: &[Uuid],
) -> Result<BTreeMap<Uuid, Plate>> {
    let item = Expr::col(("menu_item", "id"));
    let mut query = plates(item.clone());
    let is_dish = Expr::col(("menu_item", "dish_id")).equals(("dish", "id"));
    query.inner_join("menu_item", is_dish).and_where(is_any_of(
        item,
        items,
        conn.get_database_backend(),
    ));
    read(conn, &query).await
}

/// The plates of these dishes, by their ids; without those that are not there.
pub async fn load_plates_of_dishes(
    conn: &impl ConnectionTrait,
    dishes: &[Uuid],
) -> Result<BTreeMap<Uuid, Plate>> {
    let dish = Expr::col(("dish", "id"));
    let mut query = plates(dish.clone());
    query.and_where(is_any_of(dish, dishes, conn.get_database_backend()));
    read(conn, &query).await
}

/// A row for each allergen of a plate, and one for a plate without.
fn plates(by: Expr) -> SelectStatement {
    let of_dish = Expr::col(("dish_allergen", "dish_id")).equals(("dish", "id"));
    Query::select()
        .expr_as(by, "by_")
        .column(("dish", "category"))
        .column(("dish", "allergens_declared"))
        .column(("dish", "diets"))
        .column(("dish", "food_texture"))
        .column(("dish", "drink_thickness"))
        .column(("dish_allergen", "allergen"))
        .column(("dish_allergen", "presence"))
        .from("dish")
        .left_join("dish_allergen", of_dish)
        .take()
}

async fn read(
    conn: &impl ConnectionTrait,
    query: &SelectStatement,
) -> Result<BTreeMap<Uuid, Plate>> {
    let mut plates = BTreeMap::new();
    for row in &conn.query_all(query).await? {
        let mut cells = Cells::new(row, 0, 0);
        let by = cells.value()?;
        let plate = Plate {
            category: cells.value()?,
            allergens: Vec::new(),
            allergens_declared: cells.value()?,
            diets: cells.value()?,
            food_texture: cells.value()?,
            drink_thickness: cells.value()?,
        };
        let plate: &mut Plate = plates.entry(by).or_insert(plate);
        let allergen: Option<_> = cells.value()?;
        let presence: Option<_> = cells.value()?;
        plate.allergens.extend(allergen.zip(presence));
    }
    Ok(plates)
}
