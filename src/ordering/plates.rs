//! What the rules are asked about, as the database knows it: who eats, and what is on the plate.
//! One statement each, whatever the number; for edges and within a transaction alike.

use std::collections::BTreeMap;

use entity::{
    dish, patient, patient_allergy,
    position::Cells,
    vocabulary::{Allergen, Presence},
};
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

/// What a patient may eat who is held.
pub async fn load_eater(conn: &impl ConnectionTrait, patient: &patient::Model) -> Result<Eater> {
    let mut eaters = load_eaters(conn, std::slice::from_ref(patient)).await?;
    Ok(eaters.remove(&patient.id).unwrap_or_default())
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

/// The plate of a dish that has these allergens.
pub fn plate_of(row: &dish::Model, allergens: impl Iterator<Item = (Allergen, Presence)>) -> Plate {
    let mut allergens: Vec<_> = allergens.collect();
    allergens.sort_unstable_by_key(|(allergen, _)| *allergen);
    Plate {
        category: row.category,
        allergens,
        allergens_declared: row.allergens_declared,
        diets: row.diets,
        food_texture: row.food_texture,
        drink_thickness: row.drink_thickness,
    }
}

/// A row for each allergen of a plate, and one for a plate without.
fn plates(by: Expr) -> SelectStatement {
    let mut query = Query::select();
    query.expr_as(by, "by_").from("dish");
    select_plate(&mut query);
    join_allergens(&mut query);
    query
}

/// Selects what [`read_plate`] and then [`read_allergen`] read.
pub(super) fn select_plate(query: &mut SelectStatement) {
    query
        .column(("dish", "category"))
        .column(("dish", "allergens_declared"))
        .column(("dish", "diets"))
        .column(("dish", "food_texture"))
        .column(("dish", "drink_thickness"))
        .column(("dish_allergen", "allergen"))
        .column(("dish_allergen", "presence"));
}

pub(super) fn join_allergens(query: &mut SelectStatement) {
    let of_dish = Expr::col(("dish_allergen", "dish_id")).equals(("dish", "id"));
    query.left_join("dish_allergen", of_dish);
}

/// A plate, without its allergens.
pub(super) fn read_plate(cells: &mut Cells<'_>) -> Result<Plate> {
    Ok(Plate {
        category: cells.value()?,
        allergens: Vec::new(),
        allergens_declared: cells.value()?,
        diets: cells.value()?,
        food_texture: cells.value()?,
        drink_thickness: cells.value()?,
    })
}

pub(super) fn read_allergen(cells: &mut Cells<'_>) -> Result<Option<(Allergen, Presence)>> {
    let allergen: Option<_> = cells.value()?;
    let presence: Option<_> = cells.value()?;
    Ok(allergen.zip(presence))
}

async fn read(
    conn: &impl ConnectionTrait,
    query: &SelectStatement,
) -> Result<BTreeMap<Uuid, Plate>> {
    let mut plates = BTreeMap::new();
    for row in &conn.query_all(query).await? {
        let mut cells = Cells::new(row, 0, 0);
        let by = cells.value()?;
        let plate = read_plate(&mut cells)?;
        let plate: &mut Plate = plates.entry(by).or_insert(plate);
        plate.allergens.extend(read_allergen(&mut cells)?);
    }
    Ok(plates)
}
