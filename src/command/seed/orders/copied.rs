//! Rows as PostgreSQL's `COPY … (FORMAT binary)` takes them: for each the number of its columns,
//! for each of these its length and its bytes, numbers in network order.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{menu, order, order_event, order_line, patient, position::ByPosition};
use sea_orm::ActiveEnum;
use uuid::Uuid;

/// Signature, no flags, no extension.
const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const END: i16 = -1;
const NULL: i32 = -1;

/// 2000-01-01, from which PostgreSQL counts, in days and microseconds since 1970-01-01.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Rows of one table.
#[derive(Default)]
pub struct Rows(Vec<u8>);

pub trait Copied: ByPosition {
    /// Writes the columns in their order.
    fn write(&self, row: &mut Row<'_>);
}

/// A row that is written column by column.
pub struct Row<'a>(&'a mut Vec<u8>);

impl Rows {
    pub fn of<M: Copied>(models: &[M]) -> Self {
        let mut rows = Self::default();
        models.iter().for_each(|model| rows.add(model));
        rows
    }

    pub fn add<M: Copied>(&mut self, model: &M) {
        if self.0.is_empty() {
            self.0.extend(HEAD);
        }
        self.0.extend((M::COLUMNS.len() as i16).to_be_bytes());
        model.write(&mut Row(&mut self.0));
    }

    /// The whole file, if there is a row in it.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        if self.0.is_empty() {
            return None;
        }
        self.0.extend(END.to_be_bytes());
        Some(std::mem::take(&mut self.0))
    }
}

impl Row<'_> {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend((bytes.len() as i32).to_be_bytes());
        self.0.extend(bytes);
        self
    }

    fn null(&mut self) -> &mut Self {
        self.0.extend(NULL.to_be_bytes());
        self
    }

    fn uuid(&mut self, id: Uuid) -> &mut Self {
        self.bytes(id.as_bytes())
    }

    fn maybe_uuid(&mut self, id: Option<Uuid>) -> &mut Self {
        match id {
            Some(id) => self.uuid(id),
            None => self.null(),
        }
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn maybe_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    fn small(&mut self, number: i16) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    fn code<E: ActiveEnum<Value = i16>>(&mut self, value: &E) -> &mut Self {
        self.small(value.to_value())
    }

    fn int(&mut self, number: i32) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    fn maybe_int(&mut self, number: Option<i32>) -> &mut Self {
        match number {
            Some(number) => self.int(number),
            None => self.null(),
        }
    }

    fn big(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    fn bool(&mut self, is: bool) -> &mut Self {
        self.bytes(&[u8::from(is)])
    }

    fn date(&mut self, date: NaiveDate) -> &mut Self {
        self.int(date.to_epoch_days() - EPOCH_DAYS)
    }

    fn moment(&mut self, moment: DateTime<Utc>) -> &mut Self {
        self.big(moment.timestamp_micros() - EPOCH_MICROS)
    }

    fn maybe_moment(&mut self, moment: Option<DateTime<Utc>>) -> &mut Self {
        match moment {
            Some(moment) => self.moment(moment),
            None => self.null(),
        }
    }
}

impl Copied for patient::Model {
    fn write(&self, row: &mut Row<'_>) {
        row.uuid(self.id)
            .uuid(self.hospital_id)
            .maybe_uuid(self.ward_id)
            .maybe_text(self.bed.as_deref())
            .text(&self.code)
            .int(self.diets)
            .maybe_int(self.food_levels)
            .maybe_int(self.drink_levels)
            .maybe_moment(self.nil_by_mouth_from)
            .maybe_moment(self.nil_by_mouth_until)
            .moment(self.admitted_at)
            .maybe_moment(self.discharged_at)
            .moment(self.updated_at)
            .int(self.version);
    }
}

impl Copied for menu::Model {
    fn write(&self, row: &mut Row<'_>) {
        row.uuid(self.id)
            .maybe_uuid(self.hospital_id)
            .maybe_uuid(self.kitchen_id)
            .date(self.date)
            .code(&self.meal)
            .maybe_moment(self.published_at)
            .int(self.version);
    }
}

impl Copied for order::Model {
    fn write(&self, row: &mut Row<'_>) {
        row.uuid(self.id)
            .uuid(self.hospital_id)
            .uuid(self.kitchen_id)
            .maybe_uuid(self.ward_id)
            .maybe_uuid(self.patient_id)
            .maybe_uuid(self.placed_by)
            .uuid(self.menu_id)
            .maybe_uuid(self.slot_id)
            .text(&self.number)
            .date(self.date)
            .code(&self.meal)
            .code(&self.audience)
            .code(&self.status)
            .bool(self.is_late)
            .moment(self.delivery_at)
            .maybe_text(self.bed.as_deref())
            .text(&self.currency)
            .big(self.total_minor)
            .maybe_moment(self.flagged_at)
            .moment(self.placed_at)
            .moment(self.updated_at)
            .int(self.version);
    }
}

impl Copied for order_line::Model {
    fn write(&self, row: &mut Row<'_>) {
        row.uuid(self.order_id)
            .small(self.position)
            .maybe_uuid(self.menu_item_id)
            .uuid(self.dish_id)
            .text(&self.dish_name)
            .big(self.unit_price_minor)
            .small(self.quantity);
    }
}

impl Copied for order_event::Model {
    fn write(&self, row: &mut Row<'_>) {
        row.uuid(self.order_id)
            .int(self.version)
            .code(&self.status)
            .code(&self.kind)
            .maybe_uuid(self.account_id);
        match &self.role {
            Some(role) => row.code(role),
            None => row.null(),
        };
        row.maybe_text(self.reason.as_deref()).moment(self.at);
    }
}
