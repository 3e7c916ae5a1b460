//! The orders of a hospital for one meal.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use entity::{
    menu, order, order_event, order_line, order_number, slot_load,
    vocabulary::{Audience, Meal, OrderEventKind, OrderStatus, Role},
};
use uuid::Uuid;

use super::{
    made::Made,
    persons::Patient,
    site::{Offer, Site},
};
use crate::command::seed::synthetic::dice::Dice;

/// Lines of an order at most.
const MOST_LINES: usize = 3;

/// Beds that are asked for somebody who finds something, before a meal is given up.
const MOST_TRIES: u64 = 40;

/// A meal: its day, which it is, and the Monday of this week.
type When = (NaiveDate, Meal, NaiveDate);

/// What a patient takes: indexes of offers with their quantities, all of one kitchen.
struct Choice {
    kitchen: Uuid,
    lines: Vec<(usize, i16)>,
}

impl Site {
    /// Makes `wanted` orders, or fewer where too little is left; how many.
    pub fn meal(&mut self, dice: &mut Dice, made: &mut Made, when: When, wanted: u64) -> u64 {
        let mut done = 0;
        let mut tries = 0;
        while done < wanted && tries < MOST_TRIES {
            match self.order(dice, made, when) {
                Some(()) => (done, tries) = (done + 1, 0),
                None => tries += 1,
            }
        }
        done
    }

    fn order(&mut self, dice: &mut Dice, made: &mut Made, when: When) -> Option<()> {
        let (date, meal, monday) = when;
        let is_history = date < monday;
        let menu = self.menu(dice, made, when)?;
        let patient = self.next_patient(dice, made, (date, monday))?;
        let choice = self.choose(dice, &patient, when)?;
        let (slot_id, starts_at) = {
            let slots = self.slots.get(&meal)?;
            let trays = |index: &usize| slots[*index].trays.get(&date).copied();
            let least = (0..slots.len()).min_by_key(|index| trays(index).unwrap_or_default())?;
            (slots[least].id, slots[least].starts_at)
        };
        let delivery_at = self.zone.from_local_datetime(&date.and_time(starts_at));
        let delivery_at = delivery_at.earliest()?.to_utc();
        let placed_at = placed(dice, delivery_at, monday, is_history);
        let status = match (is_history, dice.below(100)) {
            (true, 0..=1) => OrderStatus::Rejected,
            (true, 2..=5) => OrderStatus::Cancelled,
            (true, _) => OrderStatus::Delivered,
            (false, 0..=2) => OrderStatus::Cancelled,
            (false, 3..=59) => OrderStatus::Placed,
            (false, _) => OrderStatus::Accepted,
        };
        let id = dice.id_at(placed_at);
        let total_minor = self.lines(made, id, &choice, (when, status));
        let version = self.events(
            made,
            id,
            (&patient, choice.kitchen),
            (placed_at, delivery_at, status),
        );
        self.numbered += 1;
        let number = number(self.seed, self.numbered);
        if !is_history {
            made.numbers.push(order_number::Model {
                hospital_id: self.hospital.id,
                date,
                number: number.clone(),
                order_id: id,
            });
        }
        if !status.gives_back() {
            let slots = self.slots.get_mut(&meal)?;
            let slot = slots.iter_mut().find(|slot| slot.id == slot_id)?;
            *slot.trays.entry(date).or_default() += 1;
        }
        made.orders.push(order::Model {
            id,
            hospital_id: self.hospital.id,
            kitchen_id: choice.kitchen,
            ward_id: Some(patient.ward),
            patient_id: Some(patient.id),
            placed_by: Some(patient.orders.0),
            menu_id: menu,
            slot_id: Some(slot_id),
            number,
            date,
            meal,
            audience: Audience::Patient,
            status,
            is_late: false,
            delivery_at,
            bed: Some(patient.bed),
            currency: self.hospital.currency.clone(),
            total_minor,
            flagged_at: None,
            placed_at,
            updated_at: made.events.last()?.at,
            version,
        });
        Some(())
    }

    /// The menu of the meal; one of the past is made, without the items that it once had.
    fn menu(
        &mut self,
        dice: &mut Dice,
        made: &mut Made,
        (date, meal, monday): When,
    ) -> Option<Uuid> {
        if let Some((menu, _)) = self.menus.get(&(date, meal)) {
            return Some(*menu);
        }
        if date >= monday {
            return None;
        }
        let id = dice.id();
        made.menus.push(menu::Model {
            id,
            hospital_id: Some(self.hospital.id),
            kitchen_id: None,
            date,
            meal,
            published_at: Some(date.and_time(NaiveTime::MIN).and_utc() - TimeDelta::days(7)),
            version: 1,
        });
        self.menus.insert((date, meal), (id, Vec::new()));
        Some(id)
    }

    fn offers(&self, (date, meal, monday): When) -> &[Offer] {
        match date < monday {
            true => &self.dishes,
            false => self
                .menus
                .get(&(date, meal))
                .map_or(&[], |(_, offers)| offers),
        }
    }

    fn choose(&self, dice: &mut Dice, patient: &Patient, when: When) -> Option<Choice> {
        let offers = self.offers(when);
        if offers.is_empty() {
            return None;
        }
        let mut choice = Choice {
            kitchen: Uuid::nil(),
            lines: Vec::new(),
        };
        let wanted = 1 + dice.below(MOST_LINES);
        let first = dice.below(offers.len());
        let step = 1 + dice.below(offers.len());
        for n in 0..offers.len() {
            let at = (first + n * step) % offers.len();
            let offer = &offers[at];
            let quantity = if dice.below(8) == 0 { 2 } else { 1 };
            let is_new = choice.lines.iter().all(|(line, _)| *line != at);
            let is_of_kitchen = choice.lines.is_empty() || offer.kitchen == choice.kitchen;
            if is_new && is_of_kitchen && offer.has(quantity.into()) && patient.may_eat(offer) {
                choice.kitchen = offer.kitchen;
                choice.lines.push((at, quantity));
            }
            if choice.lines.len() == wanted {
                break;
            }
        }
        (!choice.lines.is_empty()).then_some(choice)
    }

    /// Writes down what was chosen and takes its portions; what it costs.
    fn lines(
        &mut self,
        made: &mut Made,
        order_id: Uuid,
        choice: &Choice,
        ((date, meal, monday), status): (When, OrderStatus),
    ) -> i64 {
        let offers = match date < monday {
            true => Some(&mut self.dishes),
            false => self.menus.get_mut(&(date, meal)).map(|(_, offers)| offers),
        };
        let Some(offers) = offers else { return 0 };
        let mut total = 0;
        for (position, (at, quantity)) in (1..).zip(&choice.lines) {
            let offer = &mut offers[*at];
            if let Some(item) = &mut offer.item
                && !status.gives_back()
            {
                item.reserved += i32::from(*quantity);
            }
            total += offer.price * i64::from(*quantity);
            made.lines.push(order_line::Model {
                order_id,
                position,
                menu_item_id: offer.item.as_ref().map(|item| item.menu_item_id),
                dish_id: offer.dish,
                dish_name: offer.name.clone(),
                unit_price_minor: offer.price,
                quantity: *quantity,
            });
        }
        total
    }

    /// Writes down how the order came to its status; how many events that took.
    fn events(
        &self,
        made: &mut Made,
        order_id: Uuid,
        (patient, kitchen): (&Patient, Uuid),
        (placed, delivery, last): (DateTime<Utc>, DateTime<Utc>, OrderStatus),
    ) -> i32 {
        use OrderStatus::*;
        let cooks = self.staff.cooks.iter();
        let cook = cooks
            .clone()
            .find(|(its, _)| *its == kitchen)
            .map(|(_, cook)| *cook);
        let minutes = TimeDelta::minutes;
        let steps: &[(OrderStatus, DateTime<Utc>)] = &[
            (Placed, placed),
            (Accepted, placed + minutes(10)),
            (Preparing, delivery - minutes(60)),
            (Ready, delivery - minutes(20)),
            (OutForDelivery, delivery - minutes(10)),
            (Delivered, delivery + minutes(5)),
        ];
        let given_back = [(Placed, placed), (last, placed + minutes(20))];
        let steps = match last.gives_back() {
            true => &given_back[..],
            false => &steps[..last as usize],
        };
        for (version, (status, at)) in (1..).zip(steps) {
            let by_kitchen = !matches!(status, Placed | Cancelled);
            let (account, role) = match by_kitchen {
                true => (cook, Role::Kitchen),
                false => (Some(patient.orders.0), patient.orders.1),
            };
            let reason = match status {
                Rejected => Some("The kitchen ran out of it."),
                Cancelled => Some("Not hungry."),
                _ => None,
            };
            made.events.push(order_event::Model {
                order_id,
                version,
                status: *status,
                kind: OrderEventKind::StatusChanged,
                account_id: account,
                role: Some(role),
                reason: reason.map(str::to_owned),
                at: *at,
            });
        }
        steps.len() as i32
    }

    /// What orders took of this week's portions, and of the slots.
    pub fn taken(&mut self, made: &mut Made) {
        let offers = self.menus.values().flat_map(|(_, offers)| offers);
        let items = offers.filter_map(|offer| offer.item.clone());
        made.availability
            .extend(items.filter(|item| item.reserved > 0));
        for slot in self.slots.values().flatten() {
            let trays = slot.trays.iter().map(|(date, taken)| slot_load::Model {
                slot_id: slot.id,
                date: *date,
                taken: *taken,
            });
            made.trays.extend(trays);
        }
    }
}

/// When an order is placed: some hours before it is brought, and for this week before it begins.
fn placed(
    dice: &mut Dice,
    delivery: DateTime<Utc>,
    monday: NaiveDate,
    is_history: bool,
) -> DateTime<Utc> {
    let begins = monday.and_time(NaiveTime::MIN).and_utc();
    let latest = match is_history {
        true => delivery - TimeDelta::hours(2),
        false => begins.min(delivery - TimeDelta::hours(2)),
    };
    latest - TimeDelta::milliseconds(dice.below(14 * 3_600_000) as i64)
}

/// Four letters and digits without those that are taken for each other.
fn number(seed: u64, of: u32) -> String {
    const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    // Two seeds have no number of a day in common: 5 bits are the seed's, and 15 count its orders,
    // of which no day has so many. The factor is odd: in 20 bits every number comes once.
    let own = (seed as u32 & 0x1f) << 15 | of & 0x7fff;
    let mixed = own.wrapping_mul(0x9_e379) & 0xf_ffff;
    let sign = |at: u32| char::from(SIGNS[(mixed >> (5 * at) & 31) as usize]);
    (0..4).map(sign).collect()
}
