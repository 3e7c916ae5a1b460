//! What speaks against ordering what is in a cart: asked of the rules of an order.

use std::sync::Arc;

use async_graphql::ID;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    carts,
    error::Result,
    graph::{Problem, Reads, id::Kind, scalar},
    load::Edge,
    ordering::{
        known::{Asked, Known},
        offer::{Holding, Payer},
        tray::{Line, Tray},
    },
    patient,
};

/// The problems of a cart, whose lines are the key. They cost the same statements for each cart,
/// whatever its lines.
#[derive(Clone, PartialEq)]
pub struct ProblemsOfCart {
    patient: Option<Uuid>,
    slot: Option<DateTime<Utc>>,
}

impl Edge for ProblemsOfCart {
    type Key = Arc<[carts::Line]>;
    type Value = Arc<[Problem]>;
    type Source = Reads;

    async fn load(&self, keys: &[Self::Key], reads: &Reads) -> Result<Vec<Result<Self::Value>>> {
        let mut problems = Vec::with_capacity(keys.len());
        for lines in keys {
            problems.push(self.of(lines, reads).await.map(Arc::from));
        }
        Ok(problems)
    }
}

impl ProblemsOfCart {
    pub fn asked(patient: Option<ID>, slot: Option<scalar::DateTime>) -> Result<Self> {
        Ok(Self {
            patient: patient.map(|id| Kind::Patient.read(&id)).transpose()?,
            slot: slot.map(|slot| slot.0),
        })
    }

    async fn of(&self, lines: &[carts::Line], reads: &Reads) -> Result<Vec<Problem>> {
        let mut problems = Vec::new();
        if lines.is_empty() {
            return Ok(problems);
        }
        let scope = reads.scope().await?;
        let own = || scope.patients();
        let patients = self.patient.map_or_else(own, |patient| vec![patient]);
        let mut seen = Vec::new();
        if !patients.is_empty() {
            seen = patient::read(reads, &patients).await?;
        }
        let line = |line: &carts::Line| Line {
            item: line.item,
            quantity: line.quantity,
            unit_price: Some(line.unit_price_minor),
        };
        let tray = Tray::of(self.patient, lines.iter().map(line).collect());
        let asked = Asked {
            trays: std::slice::from_ref(&tray),
            at: self.slot,
            now: reads.now(),
            payer: match self.patient {
                Some(_) => Payer::Patient,
                None => Payer::Viewer(scope),
            },
            holding: Holding::Nothing,
        };
        let known = Known::read(&reads.conn, seen, asked).await?;
        let open = match self.slot {
            Some(slot) => known.slot(slot, reads.now(), 1).map(drop),
            None => known.check_any(reads.now()),
        };
        problems.extend(open.err().map(|problem| *problem));
        let reviewed = known.review(&tray, known.at, scope, &mut problems)?;
        if let (None, Some((first, _))) = (self.patient, reviewed.lines.first()) {
            known.own_patient(&tray, first, scope, &mut problems);
        }
        Ok(problems)
    }
}
