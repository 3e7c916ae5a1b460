//! An order, as those see it who may.

use async_graphql::{Context, ID, Object};
use entity::{
    order, order_line,
    vocabulary::{Meal, OrderStatus},
};
use sea_orm::{ConnectionTrait, IdenStatic, Iterable, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    event::{EventsOfOrder, OrderEvent},
    line::{LinesOfOrder, OrderLine},
    transition::{Standing, TransitionsOf},
    visible_to,
};
use crate::{
    account::{Account, AccountById},
    error::{Error, Result},
    graph::{
        Connection, Ctx, Listed, Plain, Reads, Row, Slice,
        fetch::{models_without, one_each, select},
        id::Kind,
        money::Money,
        scalar::{Date, DateTime},
    },
    hospital::{Hospital, HospitalById, Ward, WardById},
    kitchen::{Kitchen, KitchenById},
    load::Edge,
    menu::{Menu, MenuById},
    patient::{Patient, PatientById},
    sql::is_any_of,
};

/// A meal that was ordered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order(pub order::Model);

/// A meal that was ordered.
#[Object]
impl Order {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Order.id(self.0.id)
    }

    /// What people call it by: four letters and digits, unique at the hospital on the day of the
    /// meal.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// What a change of it has to name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// How far it is.
    async fn status(&self) -> OrderStatus {
        self.0.status
    }

    /// The day of the meal, in the hospital's time zone.
    async fn date(&self) -> Date {
        Date(self.0.date)
    }

    /// The meal.
    async fn meal(&self) -> Meal {
        self.0.meal
    }

    /// When the first trays of its slot leave the kitchen.
    async fn delivery_time(&self) -> DateTime {
        DateTime(self.0.delivery_at)
    }

    /// Whether it was ordered after the cut-off, as a late tray.
    async fn is_late(&self) -> bool {
        self.0.is_late
    }

    /// The bed to which it is brought; null where it is not for a patient in a bed.
    async fn bed(&self) -> Option<&str> {
        self.0.bed.as_deref()
    }

    /// What all of it costs, at the prices of the moment when it was placed.
    async fn total(&self) -> Plain<Money> {
        Plain(Money {
            amount_minor: self.0.total_minor,
            currency: self.0.currency.clone(),
        })
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.0.placed_at)
    }

    /// When what its patient may eat was changed so that it no longer fits, and somebody has to
    /// look at it; null where it fits, or somebody let it stand.
    async fn flagged_at(&self) -> Option<DateTime> {
        self.0.flagged_at.map(DateTime)
    }

    /// The hospital where it is eaten.
    async fn hospital(&self, ctx: &Context<'_>) -> Result<Row<Hospital>> {
        let hospital = ctx.load(HospitalById, self.0.hospital_id).await?;
        hospital.ok_or_else(|| Error::internal(anyhow::anyhow!("an order without its hospital")))
    }

    /// The ward to which it is brought; null where it is for none.
    async fn ward(&self, ctx: &Context<'_>) -> Result<Option<Row<Ward>>> {
        match self.0.ward_id {
            Some(ward) => ctx.load(WardById, ward).await,
            None => Ok(None),
        }
    }

    /// For whom it is; null where it is for nobody who lies in the hospital, and for those who do
    /// not care for its patients.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Row<Patient>>> {
        match self.0.patient_id {
            Some(patient) => ctx.load(PatientById, patient).await,
            None => Ok(None),
        }
    }

    /// Who placed it, for themselves and for administrators; null for everybody else.
    async fn placed_by(&self, ctx: &Context<'_>) -> Result<Option<Row<Account>>> {
        match self.0.placed_by {
            Some(account) => ctx.load(AccountById, account).await,
            None => Ok(None),
        }
    }

    /// The kitchen that cooks it.
    async fn kitchen(&self, ctx: &Context<'_>) -> Result<Row<Kitchen>> {
        let kitchen = ctx.load(KitchenById, self.0.kitchen_id).await?;
        kitchen.ok_or_else(|| Error::internal(anyhow::anyhow!("an order without its kitchen")))
    }

    /// The menu from which it was ordered; null where that is not published any more.
    async fn menu(&self, ctx: &Context<'_>) -> Result<Option<Row<Menu>>> {
        ctx.load(MenuById, self.0.menu_id).await
    }

    /// What was ordered.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Listed<Vec<Plain<OrderLine>>>> {
        let lines = ctx.load(LinesOfOrder, self.0.id).await?;
        let line = |row: &order_line::Model| {
            Plain(OrderLine {
                row: row.clone(),
                currency: self.0.currency.clone(),
            })
        };
        Ok(Listed(lines.iter().map(line).collect()))
    }

    /// What happened to it, from the moment when it was placed.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<OrderEvent>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        ctx.page(EventsOfOrder, self.0.id, slice).await
    }

    /// The states to which you can bring it now.
    async fn allowed_transitions(&self, ctx: &Context<'_>) -> Result<Vec<OrderStatus>> {
        let allowed = ctx.load(TransitionsOf, Standing::of(&self.0)).await?;
        Ok(allowed.to_vec())
    }

    /// Whether you can take it back now.
    async fn viewer_can_cancel(&self, ctx: &Context<'_>) -> Result<bool> {
        let allowed = ctx.load(TransitionsOf, Standing::of(&self.0)).await?;
        Ok(allowed.contains(&OrderStatus::Cancelled))
    }
}

/// The columns that fields of an order show; whatever is in none of those that a request selects
/// is not read.
const SHOWN: &[(&str, &[order::Column])] = {
    use order::Column::*;
    &[
        ("id", &[]),
        ("number", &[Number]),
        ("version", &[]),
        ("status", &[]),
        ("date", &[Date]),
        ("meal", &[Meal]),
        ("deliveryTime", &[DeliveryAt]),
        ("isLate", &[IsLate]),
        ("bed", &[Bed]),
        ("total", &[Currency, TotalMinor]),
        ("placedAt", &[PlacedAt]),
        ("flaggedAt", &[FlaggedAt]),
        ("hospital", &[]),
        ("ward", &[WardId]),
        ("patient", &[PatientId]),
        ("placedBy", &[PlacedBy]),
        ("kitchen", &[]),
        ("menu", &[MenuId]),
        ("lines", &[Currency]),
        ("events", &[]),
        ("allowedTransitions", &[PatientId, PlacedBy, FlaggedAt]),
        ("viewerCanCancel", &[PatientId, PlacedBy, FlaggedAt]),
    ]
};

/// Columns that are read whatever is shown.
const ALWAYS: [order::Column; 5] = {
    use order::Column::*;
    [Id, HospitalId, KitchenId, Status, Version]
};

/// The columns of an order that nothing in the request shows.
pub(super) fn left_out(reads: &Reads) -> Vec<order::Column> {
    let shown = SHOWN
        .iter()
        .filter(|(field, _)| reads.selects("Order", field));
    let shown = shown.flat_map(|(_, columns)| *columns).chain(&ALWAYS);
    let shown: Vec<&str> = shown.map(IdenStatic::as_str).collect();
    let is_left_out = |column: &order::Column| !shown.contains(&column.as_str());
    order::Column::iter().filter(is_left_out).collect()
}

#[derive(Clone, PartialEq)]
pub struct OrderById;

impl Edge for OrderById {
    type Key = Uuid;
    type Value = Option<Row<Order>>;
    type Source = Reads;

    async fn load(&self, keys: &[Uuid], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let left_out = left_out(reads);
        let mut query = select::<order::Entity>(&left_out);
        query
            .and_where(is_any_of(
                Expr::col(("orders", "id")),
                keys,
                reads.backend(),
            ))
            .cond_where(visible_to(scope, reads.backend()));
        let rows = reads.conn.query_all(&query).await?;
        let orders = models_without::<order::Entity>(&rows, &left_out)?;
        let orders = orders.into_iter().map(|row| Row::new(Order(row)));
        Ok(one_each(keys, orders, |order| order.0.id))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };

    use super::*;

    #[test]
    fn it_is_known_of_every_field_what_it_shows() {
        let document = parse_schema(crate::schema::sdl()).unwrap();
        let order = document.definitions.into_iter().find_map(|definition| {
            let TypeSystemDefinition::Type(ty) = definition else {
                return None;
            };
            match ty.node.kind {
                TypeKind::Object(object) if ty.node.name.node == "Order" => Some(object.fields),
                _ => None,
            }
        });
        let order = order.unwrap();
        let fields = order.iter().map(|field| field.node.name.node.as_str());
        let mut fields: Vec<&str> = fields.collect();
        let mut known: Vec<&str> = SHOWN.iter().map(|(field, _)| *field).collect();
        fields.sort_unstable();
        known.sort_unstable();
        assert_eq!(fields, known);
    }
}
