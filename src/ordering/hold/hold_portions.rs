//! `holdPortions`: what is about to be ordered is promised for a few minutes.

use async_graphql::{Context, ID, InputObject, Object};
use entity::{account, hold};
use sea_orm::{
    ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect,
    sea_query::{Condition, Expr, ExprTrait, LockType},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Hold, HoldById, LIFE, end};
use crate::{
    error::{Error, Result},
    graph::{Begun, Changed, Plain, Problem, Write, Writes, id::Kind, payload, scalar::DateTime},
    ordering::{
        known::{Asked, Known},
        offer::{Holding, Payer},
        place::Short,
        portions,
        short::tell,
        slots::{self, Slot},
        tray::{Line, Tray},
    },
    sql::{Sent, insert_from, sent, sent_id},
};

/// What is to be held.
#[derive(InputObject)]
pub struct HoldPortionsInput {
    /// The portions: items of one menu, 1 to 50 lines.
    lines: Vec<NewHoldLine>,
    /// The beginning of the delivery slot of the meal in which a place is held; null or left out
    /// for none.
    slot: Option<DateTime>,
    /// A key that you make for this hold, 1 to 255 visible ASCII characters. Send it again
    /// with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

/// Portions that are to be held.
#[derive(InputObject)]
pub struct NewHoldLine {
    /// The menu item: of the same menu as those of the other lines.
    menu_item: ID,
    /// How many portions, 1 to 20.
    #[graphql(default = 1)]
    quantity: i32,
}

payload! {
    HoldPortionsPayload {
        /// The hold as it is now; null where there are problems, or it is over.
        hold: Hold by HoldById,
        /// Why nothing is held: all that is to be mended. Empty where something is.
        problems,
    }
}

#[derive(Default)]
pub struct HoldPortions(Writes);

impl HoldPortions {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl HoldPortions {
    /// Holds portions, and a place in a slot, for five minutes: nobody else gets them. Order with
    /// the hold to have them. Who holds something already holds this instead. For everybody who
    /// has an account.
    async fn hold_portions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be held.")] input: HoldPortionsInput,
    ) -> Result<Option<Plain<HoldPortionsPayload>>> {
        let changed = hold_portions(&self.0, ctx, input).await?;
        Ok(Some(Plain(HoldPortionsPayload(changed))))
    }
}

async fn hold_portions(
    writes: &Writes,
    ctx: &Context<'_>,
    input: HoldPortionsInput,
) -> Result<Changed> {
    let lines = input.lines.iter().map(|line| {
        Ok(Line {
            item: Kind::MenuItem.read(&line.menu_item)?,
            quantity: line.quantity,
            unit_price: None,
        })
    });
    let tray = Tray::of(None, lines.collect::<Result<_>>()?);
    let id = Uuid::now_v7();
    let key = &input.idempotency_key;
    let mut write = match writes.begin(ctx, "holdPortions", key, &input, id).await? {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    let Some(account) = write.scope.account() else {
        return Err(Error::Forbidden("Only who has an account holds portions."));
    };
    // Of two who hold for the account at once the later one is to see what the other one held.
    account::Entity::find_by_id(account)
        .lock(LockType::NoKeyUpdate)
        .one(&write.conn)
        .await?;
    let own = Condition::all().add(Expr::col(("hold", "account_id")).eq(account));
    let held = end(&write.conn, own, None).await?.pop().unwrap_or_default();
    let asked = Asked {
        trays: std::slice::from_ref(&tray),
        at: input.slot.map(|slot| slot.0),
        now: write.now,
        payer: Payer::Themselves(&write.scope),
        holding: Holding::Items,
    };
    let mut known = Known::read(&write.conn, Vec::new(), asked).await?;
    known.credit(&held);
    let slot = check(&known, &tray, input.slot, &mut write);
    let date = known.offers.values().map(|offer| offer.date).next();
    if let (Some(date), true) = (date, write.problems.is_empty()) {
        let row = hold::Model {
            id,
            account_id: account,
            slot_id: slot.map(|slot| slot.id),
            date,
            delivery_at: slot.map(|slot| slot.starts_at),
            expires_at: write.now + LIFE,
        };
        hold::Entity::insert(row.into_active_model())
            .exec_without_returning(&write.conn)
            .await?;
        let wanted = tray.portions();
        insert_lines(&write, id, &wanted).await?;
        let wanted = wanted
            .into_iter()
            .map(|(item, (portions, _))| (item, portions));
        let (conn, now) = (&write.conn, write.now);
        let items = portions::take(conn, &wanted.collect(), &held.portions, now).await?;
        let place = slot.as_ref().map(|slot| (slot, date));
        let is_taken = slots::exchange(conn, held.place, place).await?;
        let short = Short {
            items,
            slot: !is_taken,
        };
        tell(&mut write, (&known, &tray, &held), short, known.at).await?;
    }
    write.end(id).await
}

/// Adds what speaks against holding this; the slot in which a place is wanted, if it can be had.
fn check(known: &Known, tray: &Tray, slot: Option<DateTime>, write: &mut Write) -> Option<Slot> {
    let checked = match slot {
        Some(slot) => known.slot(slot.0, write.now, 1),
        None => known.check_any(write.now).map(|()| None),
    };
    let slot = checked.unwrap_or_else(|problem| {
        write.problems.push(*problem);
        None
    });
    write.problems.extend(tray.check());
    for (number, line) in tray.lines.iter().enumerate() {
        let path = || tray.path(&["lines", &number.to_string(), "menuItem"]);
        let item = Kind::MenuItem.id(line.item);
        match known.offers.get(&line.item) {
            None => write.problems.push(Problem::not_on_menu(path(), item)),
            Some(offer) if known.menu != Some(offer.menu) => {
                let menu = Kind::Menu.id(offer.menu);
                let kitchen = Kind::Kitchen.id(offer.kitchen);
                let problem = Problem::ordered_separately(path(), &item, menu, kitchen);
                write.problems.push(problem);
            }
            Some(_) => {}
        }
    }
    known.portions(tray, &mut write.problems);
    slot
}

async fn insert_lines(write: &Write, hold: Uuid, lines: &[(Uuid, (i32, usize))]) -> Result<()> {
    let rows = (1..).zip(lines);
    let rows = rows.map(|(position, (item, (portions, _)))| {
        json!([sent_id(hold), position, sent_id(*item), portions])
    });
    let columns = [
        ("hold_id", Sent::Id),
        ("position", Sent::Number),
        ("menu_item_id", Sent::Id),
        ("quantity", Sent::Number),
    ];
    let backend = write.conn.get_database_backend();
    let table = sent(&rows.collect::<Value>(), &columns, backend);
    let insert = insert_from("hold_line", &columns.map(|(name, _)| name), table)?;
    write.conn.execute(&insert).await?;
    Ok(())
}
