//! `setMenuItemPortions`: how many portions of a menu item there are.
//!
//! How many of them are promised is decided where orders are; here they only bound the number.

use async_graphql::{Context, ID, InputObject, Object};
use entity::{availability, vocabulary::Role};
use sea_orm::{EntityTrait, IntoActiveModel, QuerySelect, sea_query::OnConflict};

use super::{MenuItem, MenuItemById, hold::HeldItem};
use crate::{
    db::Transaction,
    error::Result,
    event::Event,
    graph::{Begun, Changed, Plain, Problem, Writes, id::Kind, payload},
    ordering::hold_availability,
};

const COOKS: [Role; 1] = [Role::Kitchen];
const WHO_MAY: &str = "Only the people of the kitchen that cooks it, and administrators, say how \
     many portions there are.";

/// How many portions of a menu item there are from now on.
#[derive(InputObject)]
pub struct SetMenuItemPortionsInput {
    /// The menu item.
    menu_item: ID,
    /// Portions planned for the meal, those included that are promised already; null or left out
    /// for no limit.
    portions: Option<i32>,
    /// The `version` of the `availability` that you saw; 0 where that was null.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

payload! {
    SetMenuItemPortionsPayload {
        /// The menu item with its new portions; null where there are problems.
        menu_item: MenuItem by MenuItemById,
        /// Why the portions were not changed: all that is to be mended. Empty where they were.
        problems,
    }
}

#[derive(Default)]
pub struct SetMenuItemPortions(Writes);

impl SetMenuItemPortions {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl SetMenuItemPortions {
    /// Sets how many portions of a menu item there are from now on. For the people of the
    /// kitchen that cooks it, and for administrators.
    async fn set_menu_item_portions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: SetMenuItemPortionsInput,
    ) -> Result<Option<Plain<SetMenuItemPortionsPayload>>> {
        let changed = set_menu_item_portions(&self.0, ctx, input).await?;
        Ok(Some(Plain(SetMenuItemPortionsPayload(changed))))
    }
}

async fn set_menu_item_portions(
    writes: &Writes,
    ctx: &Context<'_>,
    input: SetMenuItemPortionsInput,
) -> Result<Changed> {
    let id = Kind::MenuItem.read(&input.menu_item)?;
    let key = &input.idempotency_key;
    let mut write = match writes
        .begin(ctx, "setMenuItemPortions", key, &input, id)
        .await?
    {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    write.scope.check_anywhere(&COOKS, WHO_MAY)?;
    let Some(item) = HeldItem::hold(&write, id).await? else {
        write
            .problems
            .extend(check_portions(&["portions"], input.portions, 0));
        let problem = Problem::not_found(&["menuItem"], &input.menu_item);
        write.problems.push(problem);
        return write.end(id).await;
    };
    write.scope.check(&COOKS, item.cook, WHO_MAY)?;
    // Whoever reserves a portion locks this row, and not the item. Where there is none yet, one
    // that nobody has set is made: it has version 0.
    hold_availability(&write.conn, &[id], write.now).await?;
    let known = availability::Entity::find_by_id(id).lock_exclusive();
    let known = known.one(&write.conn).await?;
    let (version, reserved) = known.map_or((0, 0), |known| (known.version, known.reserved));
    write
        .problems
        .extend(check_portions(&["portions"], input.portions, reserved));
    if input.expected_version != version {
        let problem = Problem::version_conflict(input.expected_version, version);
        write.problems.push(problem);
    }
    if write.problems.is_empty() {
        let row = availability::Model {
            menu_item_id: id,
            portions: input.portions,
            reserved,
            as_of: write.now,
            version: version + 1,
        };
        self::write(&write.conn, row).await?;
        let event = Event::MenuItemPortionsChanged {
            menu: item.menu_id,
            menu_item: id,
            version: version + 1,
        };
        write.record(event).await?;
    }
    write.end(id).await
}

/// Writes the portions, there or not, of an item that is held; what is promised stays.
pub(super) async fn write(conn: &Transaction, row: availability::Model) -> Result<()> {
    use availability::{Column, Entity};
    let there = OnConflict::column(Column::MenuItemId)
        .update_columns([Column::Portions, Column::AsOf, Column::Version])
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(there)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// No kitchen cooks more of one dish; a larger number is a slip.
const MOST: i32 = 100_000;

pub(super) fn check_portions(
    path: &[&str],
    portions: Option<i32>,
    reserved: i32,
) -> Option<Problem> {
    let portions = portions?;
    if !(0..=MOST).contains(&portions) {
        let allowed = format!("0 to {MOST} portions");
        return Some(Problem::invalid(path, portions, allowed));
    }
    (portions < reserved).then(|| Problem::portions_reserved(path, portions, reserved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_promised_bounds_the_portions() {
        for (portions, reserved) in [(None, 7), (Some(7), 7), (Some(0), 0), (Some(MOST), 0)] {
            assert!(
                check_portions(&[], portions, reserved).is_none(),
                "{portions:?} {reserved}"
            );
        }
        for portions in [6, 0] {
            let problem = check_portions(&[], Some(portions), 7);
            assert!(
                matches!(problem, Some(Problem::PortionsReserved(_))),
                "{portions}"
            );
        }
        for portions in [-1, MOST + 1] {
            let problem = check_portions(&[], Some(portions), 7);
            assert!(
                matches!(problem, Some(Problem::InvalidValue(_))),
                "{portions}"
            );
        }
    }
}
