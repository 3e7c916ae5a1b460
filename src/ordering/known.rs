//! What is known when it is decided about trays.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::patient;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    Sections,
    hold::Held,
    load_eaters, load_plates,
    offer::{self, Holding, Offer, Payer},
    rules::{Eater, Plate, conflicts},
    slots::{Slot, Slots},
    tray::Tray,
};
use crate::{
    error::Result,
    graph::{Problem, Write},
    patient as patients,
};

/// All that decides about trays: for an order as it is while their patients are held.
pub struct Known {
    pub(super) patients: BTreeMap<Uuid, patient::Model>,
    pub(super) eaters: BTreeMap<Uuid, Eater>,
    pub(super) plates: BTreeMap<Uuid, Plate>,
    /// What can be had instead; only read where something speaks against a dish.
    pub(super) sections: Option<Sections>,
    pub(super) offers: BTreeMap<Uuid, Offer>,
    /// The menu that all order from: that of the first item which is offered.
    pub(super) menu: Option<Uuid>,
    /// None where nothing of what is ordered is offered, or the meal is never served.
    pub(super) slots: Option<Slots>,
    /// When it is brought.
    pub(super) at: DateTime<Utc>,
}

/// What is to be known.
pub struct Asked<'a> {
    pub trays: &'a [Tray],
    /// When they are to be brought; as soon as they can be now if not given.
    pub at: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
    pub payer: Payer<'a>,
    pub holding: Holding,
}

impl Known {
    /// Holds the patients, and reads the rest after that: a new allergy must not slip in between
    /// the check and the order.
    pub async fn load(write: &Write, trays: &[Tray], at: DateTime<Utc>) -> Result<Self> {
        let is_own = trays.iter().any(|tray| tray.patient.is_none());
        let mut ids: Vec<Uuid> = trays.iter().filter_map(|tray| tray.patient).collect();
        if is_own {
            // Who is a patient is to be known even if they do not say so.
            ids.extend(write.scope.patients());
        }
        let mut held = Vec::new();
        if !ids.is_empty() {
            held = patients::hold(&write.conn, &write.scope, &ids).await?;
        }
        let payer = match is_own {
            true => Payer::Themselves(&write.scope),
            false => Payer::Patient,
        };
        let asked = Asked {
            trays,
            at: Some(at),
            now: write.now,
            payer,
            holding: Holding::Items,
        };
        Self::read(&write.conn, held, asked).await
    }

    /// What is known of trays for these patients, in as many statements whatever the lines.
    pub async fn read(
        conn: &impl ConnectionTrait,
        patients: Vec<patient::Model>,
        asked: Asked<'_>,
    ) -> Result<Self> {
        let mut items: Vec<Uuid> = Vec::new();
        for tray in asked.trays {
            items.extend(tray.lines.iter().map(|line| line.item));
        }
        items.sort_unstable();
        items.dedup();
        // What is on the plates is read once the items are held: a dish that is changed meanwhile
        // must not slip in between the check and the order either.
        let offers = offer::load(conn, &items, asked.payer, asked.holding).await?;
        let (mut eaters, mut plates) = (BTreeMap::new(), BTreeMap::new());
        if !patients.is_empty() {
            eaters = load_eaters(conn, &patients).await?;
            plates = load_plates(conn, &items).await?;
        }
        let mut lines = asked.trays.iter().flat_map(|tray| &tray.lines);
        let first = lines.find_map(|line| offers.get(&line.item));
        let menu = first.map(|first| first.menu);
        let slots = match first {
            Some(first) => {
                let hospital = (first.hospital, first.time_zone.as_str());
                Slots::load(conn, hospital, first.date, first.meal).await?
            }
            None => None,
        };
        let soonest = || slots.as_ref()?.open(asked.now, 1).first().copied();
        let at = asked.at.or_else(soonest).unwrap_or(asked.now);
        let speaks = |tray: &Tray| {
            let eater = tray.patient.and_then(|patient| eaters.get(&patient));
            eater.is_some_and(|eater| {
                let plates = tray.lines.iter().filter_map(|line| plates.get(&line.item));
                plates
                    .into_iter()
                    .any(|plate| !conflicts(eater, plate, at).is_empty())
            })
        };
        let sections = match asked.trays.iter().any(speaks) {
            true => Some(Sections::of(conn, &items).await?),
            false => None,
        };
        Ok(Self {
            patients: patients.into_iter().map(|row| (row.id, row)).collect(),
            eaters,
            plates,
            sections,
            offers,
            menu,
            slots,
            at,
        })
    }

    /// Counts what is held for these trays as left.
    pub fn credit(&mut self, held: &Held) {
        for (item, portions) in &held.portions {
            let offer = self.offers.get_mut(item);
            if let Some(left) = offer.and_then(|offer| offer.portions_left.as_mut()) {
                *left += portions;
            }
        }
        if let (Some(place), Some(slots)) = (held.place, &mut self.slots) {
            slots.credit(place);
        }
    }

    /// The slot that begins then, if it can be had for so many trays. Where nothing is offered
    /// there is no slot, and that is told of the lines.
    pub fn slot(
        &self,
        wanted: DateTime<Utc>,
        now: DateTime<Utc>,
        trays: i32,
    ) -> Result<Option<Slot>, Box<Problem>> {
        match &self.slots {
            Some(slots) => slots.choose(wanted, now, trays).map(Some),
            None if self.offers.is_empty() => Ok(None),
            None => Err(Self::never()),
        }
    }

    /// Why nothing can be ordered now, in whichever slot; nothing where nothing is offered.
    pub fn check_any(&self, now: DateTime<Utc>) -> Result<(), Box<Problem>> {
        match &self.slots {
            Some(slots) => slots.check_any(now),
            None if self.offers.is_empty() => Ok(()),
            None => Err(Self::never()),
        }
    }

    fn never() -> Box<Problem> {
        Box::new(Problem::ordering_closed(vec!["slot".to_owned()], None))
    }

    /// When the slots begin that have room for so many trays.
    pub fn open_slots(&self, now: DateTime<Utc>, trays: i32) -> Vec<DateTime<Utc>> {
        let slots = self.slots.as_ref();
        slots.map_or_else(Vec::new, |slots| slots.open(now, trays))
    }
}
