//! Lists of orders: those of a hospital, of a kitchen, of a patient, of who placed them.

use entity::{
    order,
    position::{ByPosition, Cells},
};
use sea_orm::{
    DbErr,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{Order, OrderFilter, OrderOrder, SEE_ORDERS, order::left_out, visible_to};
use crate::{
    auth::Scope,
    error::Result,
    graph::{
        Reads,
        fetch::columns,
        page::{List, Listing},
    },
};

/// Whose orders are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Hospital,
    Kitchen,
    Patient,
    Account,
}

/// The orders of each of many, to be read by those who may see them all; everybody else finds
/// the list empty, and a patient theirs below themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct OrdersOf {
    whose: Whose,
    filter: OrderFilter,
    order: OrderOrder,
}

impl OrdersOf {
    pub fn new(whose: Whose, filter: Option<OrderFilter>, order: Option<OrderOrder>) -> Self {
        Self {
            whose,
            filter: filter.unwrap_or_default(),
            order: order.unwrap_or_default(),
        }
    }
}

impl Whose {
    fn column(self) -> &'static str {
        match self {
            Self::Hospital => "hospital_id",
            Self::Kitchen => "kitchen_id",
            Self::Patient => "patient_id",
            Self::Account => "placed_by",
        }
    }

    /// Those below whom the viewer may find something: the lists of all others are not looked
    /// through for it.
    fn only(self, scope: &Scope) -> Option<Vec<Uuid>> {
        if scope.is_administrator() {
            return None;
        }
        match self {
            Self::Hospital => Some(scope.hospitals(&SEE_ORDERS)),
            Self::Kitchen => Some(scope.kitchens()),
            // Where patients lie is not known here. The list of one is short.
            Self::Patient => {
                let sees_others =
                    !scope.hospitals(&SEE_ORDERS).is_empty() || !scope.kitchens().is_empty();
                (!sees_others).then(|| scope.patients())
            }
            Self::Account => Some(scope.account().into_iter().collect()),
        }
    }
}

impl List for OrdersOf {
    type Item = Order;
    type Key = Uuid;

    async fn listing(&self, reads: &Reads) -> Result<Listing> {
        let scope = reads.scope().await?;
        let mut from = Query::select().from("orders").take();
        from.cond_where(visible_to(scope, reads.backend()));
        self.filter.apply(&mut from)?;
        Ok(Listing {
            table: "orders",
            row: &["id"],
            columns: columns::<order::Entity>(&left_out(reads)),
            from,
            parent: Some(Expr::col(("orders", self.whose.column()))),
            only: self.whose.only(scope),
            parts: self.filter.parts(),
            order: self.order.keys(),
        })
    }

    fn item(cells: &mut Cells<'_>) -> Result<Order, DbErr> {
        order::Model::read(cells).map(Order)
    }
}
