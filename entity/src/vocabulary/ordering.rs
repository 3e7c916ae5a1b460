//! What becomes of an order.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

crate::position::enum_cells!(OrderStatus, OrderEventKind);

/// How far an order is.
#[derive(
    Copy,
    Clone,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Enum,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum OrderStatus {
    /// It was accepted by Thali, and nobody has looked at it yet.
    Placed = 1,
    /// The kitchen will cook it.
    Accepted = 2,
    /// It is being cooked.
    Preparing = 3,
    /// The tray is ready to leave the kitchen.
    Ready = 4,
    /// The tray is on its way.
    OutForDelivery = 5,
    /// The tray has arrived. Nothing follows.
    Delivered = 6,
    /// The kitchen will not cook it. Nothing follows.
    Rejected = 7,
    /// It was taken back. Nothing follows.
    Cancelled = 8,
}

impl OrderStatus {
    /// The states that can follow, in the order in which they are offered.
    pub fn next(self) -> &'static [Self] {
        use OrderStatus::*;
        match self {
            Placed => &[Accepted, Rejected, Cancelled],
            Accepted => &[Preparing, Rejected, Cancelled],
            Preparing => &[Ready, Rejected],
            Ready => &[OutForDelivery],
            OutForDelivery => &[Delivered],
            Delivered | Rejected | Cancelled => &[],
        }
    }

    /// Whether nothing follows.
    pub fn is_last(self) -> bool {
        self.next().is_empty()
    }

    /// Whether its portions and its place in the slot are given back.
    pub fn gives_back(self) -> bool {
        matches!(self, Self::Rejected | Self::Cancelled)
    }
}

/// What happened to an order.
#[derive(
    Copy,
    Clone,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Enum,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum OrderEventKind {
    /// It got another status; the first one when it was placed.
    StatusChanged = 1,
    /// What its patient may eat was changed, and it no longer fits: somebody has to look at it.
    Flagged = 2,
    /// Somebody who is answerable for it let it stand in spite of a conflict.
    Overridden = 3,
    /// Its patient was moved, and it follows.
    Moved = 4,
}

/// How bad it can be that somebody eats what speaks against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum, Serialize, Deserialize)]
#[graphql(name = "ConflictSeverity")]
pub enum Severity {
    /// Against a wish or a belief.
    Preference,
    /// Can do harm.
    Harmful,
    /// Can kill.
    Dangerous,
}
