//! What is ordered: lunches of several hospitals, each for another patient.

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use thali::{auth::SignedIn, graph::id::Kind};
use uuid::Uuid;

/// What a client asks for that shows the order to somebody.
pub const PLACE: &str = "mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) {
        order { id number status deliveryTime total { amountMinor } }
        problems { code message }
    }
}";

/// Lines of an order.
const LINES: usize = 3;

/// An order and who places it.
pub struct Order {
    pub nurse: SignedIn,
    pub input: Value,
}

/// The lunch of a hospital.
struct Lunch {
    nurse: Uuid,
    patients: Vec<Uuid>,
    /// When the slots begin.
    slots: Vec<DateTime<Utc>>,
    /// Items of one kitchen.
    items: Vec<Uuid>,
}

/// So many orders, of all hospitals in turn.
pub async fn orders(database: &DatabaseConnection, number: usize) -> anyhow::Result<Vec<Order>> {
    let lunches = lunches(database).await?;
    let mut orders = Vec::with_capacity(number);
    for n in 0..number {
        let (lunch, turn) = (&lunches[n % lunches.len()], n / lunches.len());
        let patient = lunch.patients.get(turn).context("too few patients")?;
        // Neighbours in time order different dishes, in different orders.
        let item = |line: usize| lunch.items[(turn * 7 + line * 5) % lunch.items.len()];
        let lines = (0..LINES).map(|line| json!({ "menuItem": Kind::MenuItem.id(item(line)) }));
        let input = json!({
            "patient": Kind::Patient.id(*patient),
            "slot": lunch.slots[turn % lunch.slots.len()],
            "lines": lines.collect::<Vec<_>>(),
            "idempotencyKey": format!("bench-{n}"),
        });
        let nurse = SignedIn {
            account: lunch.nurse,
            session: lunch.nurse,
        };
        orders.push(Order { nurse, input });
    }
    Ok(orders)
}

async fn lunches(database: &DatabaseConnection) -> anyhow::Result<Vec<Lunch>> {
    let menus = "SELECT DISTINCT ON (hospital_id) id, hospital_id, date,
            md5('nurse' || hospital_id)::uuid AS nurse
        FROM menu WHERE meal = 2 AND hospital_id IS NOT NULL AND published_at IS NOT NULL
            AND date > current_date + 30
            AND EXISTS (SELECT FROM menu_item WHERE menu_id = menu.id)
        ORDER BY hospital_id, date";
    let mut lunches = Vec::new();
    for menu in ask(database, menus, []).await? {
        let (id, hospital): (Uuid, Uuid) =
            (menu.try_get("", "id")?, menu.try_get("", "hospital_id")?);
        let date: NaiveDate = menu.try_get("", "date")?;
        // Those of the kitchen that cooks most of it.
        let items = "SELECT i.id FROM menu_item i JOIN dish d ON d.id = i.dish_id
            WHERE i.menu_id = $1 AND d.kitchen_id = (
                SELECT kitchen_id FROM menu_item JOIN dish ON dish.id = dish_id
                WHERE menu_id = $1 GROUP BY kitchen_id ORDER BY count(*) DESC, kitchen_id LIMIT 1)
            AND EXISTS (SELECT FROM menu_item_price p WHERE p.menu_item_id = i.id)
            ORDER BY i.position";
        let slots =
            "SELECT starts_at FROM delivery_slot s JOIN meal_window w ON w.id = meal_window_id
            WHERE hospital_id = $1 AND meal = 2 ORDER BY 1";
        let patients =
            "SELECT id FROM patient WHERE hospital_id = $1 AND code LIKE 'bench-%' ORDER BY id";
        let slots: Vec<NaiveTime> = column(database, slots, hospital).await?;
        lunches.push(Lunch {
            nurse: menu.try_get("", "nurse")?,
            patients: column(database, patients, hospital).await?,
            slots: slots
                .iter()
                .map(|at| date.and_time(*at).and_utc())
                .collect(),
            items: column(database, items, id).await?,
        });
    }
    anyhow::ensure!(!lunches.is_empty(), "there is no lunch");
    Ok(lunches)
}

async fn column<T: sea_orm::TryGetable>(
    database: &DatabaseConnection,
    sql: &str,
    of: Uuid,
) -> anyhow::Result<Vec<T>> {
    let rows = ask(database, sql, [of.into()]).await?;
    let values = rows.iter().map(|row| Ok(row.try_get_by_index(0)?));
    values.collect()
}

async fn ask(
    database: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> anyhow::Result<Vec<sea_orm::QueryResult>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(database.query_all_raw(statement).await?)
}
