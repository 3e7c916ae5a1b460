//! `placeWardOrders`: a meal for many patients, in one call.
//!
//! The statements are those of one order and three more, whatever the number of patients. Only
//! the texts of two of them grow: of the events, and of the overrides that are kept.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, Enum, ID, InputObject, Object};
use uuid::Uuid;

use super::{
    decide::Accepted,
    hold::Held,
    known::Known,
    place::{number, place},
    portions,
    slots::Slot,
    tray::{NewOrderLine, NewOverride, Tray},
    ward_order::{OrdersOfBatch, WardOrder, keep},
};
use crate::{
    error::{Error, Result},
    graph::{Begun, Ctx, Listed, Plain, Problem, Row, Write, Writes, id::Kind, scalar::DateTime},
};

/// No ward has more beds.
const MOST: usize = 60;

/// What becomes of the orders of a ward where something speaks against one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WardOrderMode {
    /// None is placed.
    AllOrNothing,
    /// All others are placed, in the order in which they are sent for as long as there are
    /// portions and places.
    BestEffort,
}

/// Meals that are ordered together.
#[derive(InputObject)]
pub struct PlaceWardOrdersInput {
    /// When they are to be brought: the beginning of a delivery slot of the meal.
    slot: DateTime,
    /// What becomes of all where something speaks against one.
    mode: WardOrderMode,
    /// The orders, 1 to 60, of one menu, each for another patient.
    orders: Vec<NewWardOrder>,
    /// A key that you make for these orders, 1 to 255 visible ASCII characters. Send them again
    /// with it when you do not know whether they arrived: they are placed once.
    idempotency_key: String,
}

/// A meal for one of the patients.
#[derive(InputObject)]
pub struct NewWardOrder {
    /// The patient.
    patient: ID,
    /// What is ordered: items of one menu and one kitchen, 1 to 50 lines.
    lines: Vec<NewOrderLine>,
    /// What all of it costs as you showed it, in minor units of its currency.
    agreed_total_minor: Option<i64>,
    /// What is ordered in spite of a conflict with what the patient may eat.
    #[graphql(default)]
    overrides: Vec<NewOverride>,
}

/// What became of the orders.
pub struct PlaceWardOrdersPayload {
    batch: Uuid,
    problems: Vec<Problem>,
    /// Where nothing was placed; else they are read.
    refused: Vec<WardOrder>,
}

/// What became of the orders.
#[Object]
impl PlaceWardOrdersPayload {
    /// What became of the order of each patient, as they were sent.
    async fn results(&self, ctx: &Context<'_>) -> Result<Listed<Vec<Row<WardOrder>>>> {
        if !self.problems.is_empty() {
            let refused = self.refused.iter().cloned().map(Row::new);
            return Ok(Listed(refused.collect()));
        }
        let placed = ctx.load(OrdersOfBatch, self.batch).await?;
        Ok(Listed(placed.to_vec()))
    }

    /// Why nothing was placed: all that is to be mended. Empty where something was.
    async fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

#[derive(Default)]
pub struct PlaceWardOrders(Writes);

impl PlaceWardOrders {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl PlaceWardOrders {
    /// Orders a meal for many patients at once: either for all, or for all for whom it can be had.
    /// For those who care for the patients.
    async fn place_ward_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The orders.")] input: PlaceWardOrdersInput,
    ) -> Result<Option<Plain<PlaceWardOrdersPayload>>> {
        let payload = place_ward_orders(&self.0, ctx, input).await?;
        Ok(Some(Plain(payload)))
    }
}

async fn place_ward_orders(
    writes: &Writes,
    ctx: &Context<'_>,
    input: PlaceWardOrdersInput,
) -> Result<PlaceWardOrdersPayload> {
    let trays = input.orders.iter().enumerate().map(|(number, new)| {
        Tray::read(
            vec!["orders".to_owned(), number.to_string()],
            Some(&new.patient),
            &new.lines,
            new.agreed_total_minor,
            &new.overrides,
        )
    });
    let trays = trays.collect::<Result<Vec<_>>>()?;
    let (batch, key) = (Uuid::now_v7(), &input.idempotency_key);
    let begun = writes.begin(ctx, "placeWardOrders", key, &input, batch);
    let mut write = match begun.await? {
        Begun::First(write) => write,
        Begun::Again(changed) => {
            return Ok(PlaceWardOrdersPayload {
                batch: changed.thing,
                problems: changed.problems,
                refused: Vec::new(),
            });
        }
    };
    check(&trays, &mut write.problems);
    let mut results: Vec<WardOrder> = Vec::new();
    if (1..=MOST).contains(&trays.len()) {
        results = decide(&mut write, &trays, &input).await?;
    }
    let is_any_placed = results.iter().any(|result| result.order.is_some());
    let is_any_refused = results.iter().any(|result| !result.problems.is_empty());
    if !is_any_placed || is_any_refused && input.mode == WardOrderMode::AllOrNothing {
        let problems = results.iter().flat_map(|result| result.problems.clone());
        write.problems.extend(problems);
        results.iter_mut().for_each(|result| result.order = None);
    }
    if write.problems.is_empty() {
        keep(&write, batch, &results).await?;
    }
    let changed = write.end(batch).await?;
    Ok(PlaceWardOrdersPayload {
        batch,
        problems: changed.problems,
        refused: results,
    })
}

fn check(trays: &[Tray], problems: &mut Vec<Problem>) {
    if !(1..=MOST).contains(&trays.len()) {
        let allowed = format!("1 to {MOST} orders");
        problems.push(Problem::invalid(&["orders"], trays.len(), allowed));
    }
    let mut patients = BTreeSet::new();
    for tray in trays {
        if let Some(patient) = tray.patient.filter(|patient| !patients.insert(*patient)) {
            let id = Kind::Patient.id(patient);
            let allowed = "a patient for whom nothing is ordered before";
            problems.push(tray.invalid(&["patient"], id.as_str(), allowed));
        }
    }
}

/// What becomes of each tray, so far as all of it is committed; what is to be placed is written,
/// unless something speaks against it all.
async fn decide(
    write: &mut Write,
    trays: &[Tray],
    input: &PlaceWardOrdersInput,
) -> Result<Vec<WardOrder>> {
    let wanted = input.slot.0;
    let known = Known::load(write, trays, wanted).await?;
    let slot = known.slot(wanted, write.now, 1).unwrap_or_else(|problem| {
        write.problems.push(*problem);
        None
    });
    let mut results = Vec::with_capacity(trays.len());
    let mut accepted = Vec::new();
    for tray in trays {
        let (id, mut problems) = (Uuid::now_v7(), Vec::new());
        let at = (wanted, slot.as_ref());
        let decided = known.decide(tray, id, at, write, &mut problems)?;
        accepted.push(decided.filter(|_| problems.is_empty()));
        results.push(WardOrder {
            patient: tray.patient.unwrap_or_default(),
            order: None,
            problems,
        });
    }
    let Some(slot) = slot.filter(|_| write.problems.is_empty()) else {
        return Ok(results);
    };
    // Also for those that turn out too many: theirs stay unused.
    let orders = accepted.iter_mut().flatten();
    number(&write.conn, orders.map(|one| &mut one.order).collect()).await?;
    let open = known.open_slots(write.now, 1);
    let mut left = Left::hold(write, &slot, &accepted).await?;
    let mut placed = Vec::new();
    for ((tray, result), accepted) in trays.iter().zip(&mut results).zip(accepted) {
        let Some(accepted) = accepted else { continue };
        left.take(tray, &mut result.problems);
        if left.places < 1 {
            let open: Vec<_> = open.iter().copied().filter(|at| *at != wanted).collect();
            let problem = Problem::slot_full(vec!["slot".to_owned()], &open);
            result.problems.push(problem);
        }
        if result.problems.is_empty() {
            left.places -= 1;
            result.order = Some(accepted.order.id);
            placed.push(accepted);
        }
    }
    let short = place(write, placed, &slot, &Held::default()).await?;
    if !short.items.is_empty() || short.slot {
        // Somebody limited meanwhile what had no limit.
        return Err(Error::Unavailable);
    }
    Ok(results)
}

/// What is left of portions and places, while nobody else takes any.
struct Left {
    portions: BTreeMap<Uuid, i32>,
    places: i32,
}

impl Left {
    async fn hold(write: &Write, slot: &Slot, accepted: &[Option<Accepted>]) -> Result<Self> {
        let orders = accepted.iter().flatten();
        let date = orders.clone().map(|accepted| accepted.order.date).next();
        let lines = orders.flat_map(|accepted| &accepted.lines);
        let items: BTreeSet<Uuid> = lines.filter_map(|line| line.menu_item_id).collect();
        let items: Vec<Uuid> = items.into_iter().collect();
        let Some(date) = date else {
            return Ok(Self {
                portions: BTreeMap::new(),
                places: 0,
            });
        };
        Ok(Self {
            portions: portions::hold(&write.conn, &items, write.now).await?,
            places: slot.hold(&write.conn, date).await?,
        })
    }

    /// Takes the portions of a tray, or says of which there are too few.
    fn take(&mut self, tray: &Tray, problems: &mut Vec<Problem>) {
        let wanted = tray.portions();
        for (item, (portions, number)) in &wanted {
            let left = self.portions.get(item).copied();
            if let Some(left) = left.filter(|left| left < portions) {
                let path = tray.path(&["lines", &number.to_string(), "quantity"]);
                let id = Kind::MenuItem.id(*item);
                problems.push(Problem::portions_exhausted(path, id, left.max(0)));
            }
        }
        if problems.is_empty() && self.places > 0 {
            for (item, (portions, _)) in &wanted {
                if let Some(left) = self.portions.get_mut(item) {
                    *left -= portions;
                }
            }
        }
    }
}
