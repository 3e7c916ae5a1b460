//! What happened to an order, from the moment when it was placed.

use async_graphql::Object;
use entity::{
    order_event,
    position::{ByPosition, Cells},
    vocabulary::{OrderEventKind, OrderStatus, Role},
};
use sea_orm::{
    DbErr,
    sea_query::{Expr, Query},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::visible::below_visible;
use crate::{
    error::Result,
    graph::{
        Reads,
        fetch::columns,
        page::{KeyType, List, Listing, Order, OrderKey},
        scalar::DateTime,
    },
};

/// Something that happened to an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderEvent(pub order_event::Model);

/// Something that happened to an order.
#[Object]
impl OrderEvent {
    /// The version of the order that it made.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What happened.
    async fn kind(&self) -> OrderEventKind {
        self.0.kind
    }

    /// How far the order was afterwards.
    async fn status(&self) -> OrderStatus {
        self.0.status
    }

    /// In which role somebody did it, or changed the patient so that it followed; null where a rule
    /// did.
    async fn role(&self) -> Option<Role> {
        self.0.role
    }

    /// Why, as who did it wrote or the rule says.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }
}

/// The events of an order, in the order in which they happened.
#[derive(Clone, Debug, PartialEq)]
pub struct EventsOfOrder;

impl List for EventsOfOrder {
    type Item = OrderEvent;
    type Key = Uuid;

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let scope = reads.scope().await?;
        let column = |name| Expr::col(("order_event", name));
        let mut from = Query::select().from("order_event").take();
        from.cond_where(below_visible(column("order_id"), scope, reads.backend()));
        Ok(Listing {
            table: "order_event",
            row: &["order_id", "version"],
            columns: columns::<order_event::Entity>(&[]),
            from,
            parent: Some(column("order_id")),
            only: None,
            parts: Vec::new(),
            order: Order::by([OrderKey::new(column("version"), KeyType::Integer)]),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<OrderEvent, DbErr> {
        order_event::Model::read(cells).map(OrderEvent)
    }
}
