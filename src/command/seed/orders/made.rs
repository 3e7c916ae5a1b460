//! What was made and is not written yet.

use entity::{
    account, availability, membership, menu, order, order_event, order_line, order_number, patient,
    patient_allergy, slot_load,
};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, Insert, IntoActiveModel, sea_query::OnConflict,
};

use crate::{
    command::import::{
        bulk,
        report::{Kind, Summary},
    },
    db::Transaction,
};

/// Orders that are written together.
const CHUNK: usize = 20_000;

/// Rows in one statement that also has to say what becomes of rows that are there.
const UPSERTED: usize = 200;

#[derive(Default)]
pub struct Made {
    pub accounts: Vec<account::Model>,
    pub memberships: Vec<membership::Model>,
    pub patients: Vec<patient::Model>,
    pub allergies: Vec<patient_allergy::Model>,
    pub menus: Vec<menu::Model>,
    pub orders: Vec<order::Model>,
    pub lines: Vec<order_line::Model>,
    pub events: Vec<order_event::Model>,
    pub numbers: Vec<order_number::Model>,
    /// Portions as they are now.
    pub availability: Vec<availability::Model>,
    /// Trays beside those that a slot has.
    pub trays: Vec<slot_load::Model>,
}

impl Made {
    pub fn is_enough(&self) -> bool {
        self.orders.len() >= CHUNK
    }

    pub fn count(&self, summary: &mut Summary) {
        for (kind, rows) in [
            (Kind::Accounts, self.accounts.len()),
            (Kind::Patients, self.patients.len()),
            (Kind::Menus, self.menus.len()),
            (Kind::Orders, self.orders.len()),
            (Kind::Lines, self.lines.len()),
            (Kind::Events, self.events.len()),
        ] {
            summary.count(kind).new += rows as u64;
        }
    }

    /// Writes all but orders, lines and events, which come after it.
    pub async fn write_others(&mut self, db: &Transaction) -> Result<(), DbErr> {
        bulk::insert::<account::Entity, _>(db, std::mem::take(&mut self.accounts)).await?;
        bulk::insert::<patient::Entity, _>(db, std::mem::take(&mut self.patients)).await?;
        bulk::insert::<patient_allergy::Entity, _>(db, std::mem::take(&mut self.allergies)).await?;
        bulk::insert::<membership::Entity, _>(db, std::mem::take(&mut self.memberships)).await?;
        bulk::insert::<menu::Entity, _>(db, std::mem::take(&mut self.menus)).await?;
        bulk::insert::<order_number::Entity, _>(db, std::mem::take(&mut self.numbers)).await?;
        let reserved = OnConflict::column(availability::Column::MenuItemId)
            .update_column(availability::Column::Reserved)
            .to_owned();
        upsert::<availability::Entity>(db, &self.availability, reserved).await?;
        let taken = OnConflict::columns([slot_load::Column::SlotId, slot_load::Column::Date])
            .value(
                slot_load::Column::Taken,
                sea_orm::sea_query::Expr::cust("slot_load.taken + excluded.taken"),
            )
            .to_owned();
        upsert::<slot_load::Entity>(db, &self.trays, taken).await
    }
}

async fn upsert<E>(
    db: &impl ConnectionTrait,
    rows: &[E::Model],
    known: OnConflict,
) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<<E as EntityTrait>::ActiveModel> + Clone,
{
    for chunk in rows.chunks(UPSERTED) {
        let rows = chunk
            .iter()
            .cloned()
            .map(IntoActiveModel::into_active_model);
        Insert::<E::ActiveModel>::many(rows)
            .on_conflict(known.clone())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}
