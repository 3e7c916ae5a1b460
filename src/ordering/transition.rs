//! Who may bring an order from one state to the next: one table, which the mutations ask and
//! which `allowedTransitions` shows.

use std::sync::Arc;

use entity::{
    order,
    vocabulary::{OrderStatus, Role},
};
use uuid::Uuid;

use crate::{
    auth::{Place, Scope},
    error::Result,
    graph::Reads,
    load::Edge,
};

/// What of an order decides who may do what with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    status: OrderStatus,
    /// Whether it does not fit its patient any more: nobody cooks or carries it on as it is, and
    /// until it has arrived it can be taken back.
    is_flagged: bool,
    hospital: Uuid,
    kitchen: Uuid,
    patient: Option<Uuid>,
    placed_by: Option<Uuid>,
}

/// Who brings an order to a state: those at its kitchen, those with a role at its hospital, and
/// those whose order it is.
struct Movers {
    kitchen: bool,
    hospital: &'static [Role],
    own: bool,
}

fn movers(to: OrderStatus) -> Movers {
    let (kitchen, hospital, own): (_, &[Role], _) = match to {
        OrderStatus::Placed => (false, &[], false),
        OrderStatus::Accepted | OrderStatus::Rejected => (true, &[Role::HospitalManager], false),
        OrderStatus::Preparing | OrderStatus::Ready => (true, &[], false),
        OrderStatus::OutForDelivery => (true, &[Role::HospitalManager], false),
        OrderStatus::Delivered => (true, &[Role::Nurse, Role::HospitalManager], false),
        OrderStatus::Cancelled => (
            false,
            &[Role::Nurse, Role::Dietitian, Role::HospitalManager],
            true,
        ),
    };
    Movers {
        kitchen,
        hospital,
        own,
    }
}

impl Standing {
    pub fn of(order: &order::Model) -> Self {
        Self {
            status: order.status,
            is_flagged: order.flagged_at.is_some(),
            hospital: order.hospital_id,
            kitchen: order.kitchen_id,
            patient: order.patient_id,
            placed_by: order.placed_by,
        }
    }

    /// The role in which the viewer brings orders like this to `to`, whatever state they are in.
    pub fn mover(&self, to: OrderStatus, scope: &Scope) -> Option<Role> {
        let movers = movers(to);
        let of_kitchen = || scope.role(&[Role::Kitchen], Place::Kitchen(self.kitchen));
        let kitchen = movers.kitchen.then(of_kitchen).flatten();
        let at_hospital = || scope.role(movers.hospital, Place::Hospital(self.hospital));
        let owner = || movers.own.then(|| self.owner(scope)).flatten();
        kitchen.or_else(at_hospital).or_else(owner)
    }

    /// The role in which the order is the viewer's own.
    fn owner(&self, scope: &Scope) -> Option<Role> {
        let is_patient = |patient| scope.patients().contains(&patient);
        if self.patient.is_some_and(is_patient) {
            return Some(Role::Patient);
        }
        // What somebody placed for a patient is the patient's.
        let is_own =
            self.patient.is_none() && self.placed_by.is_some() && self.placed_by == scope.account();
        is_own.then_some(Role::Visitor)
    }

    /// The states to which the viewer can bring the order now.
    pub fn allowed(&self, scope: &Scope) -> Vec<OrderStatus> {
        let next = match self.is_flagged && !self.status.is_last() {
            true => &[OrderStatus::Rejected, OrderStatus::Cancelled],
            false => self.status.next(),
        };
        let can_be = |to: &&OrderStatus| self.mover(**to, scope).is_some();
        next.iter().filter(can_be).copied().collect()
    }
}

/// The states to which the viewer can bring an order now.
#[derive(Clone, PartialEq)]
pub struct TransitionsOf;

impl Edge for TransitionsOf {
    type Key = Standing;
    type Value = Arc<[OrderStatus]>;
    type Source = Reads;

    async fn load(&self, keys: &[Standing], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let scope = reads.scope().await?;
        let allowed = keys.iter().map(|standing| standing.allowed(scope));
        Ok(allowed.map(|states| Ok(states.into())).collect())
    }
}
