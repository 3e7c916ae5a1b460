//! `setMenuItemPrice`: what a portion of a menu item costs an audience from now on.

use async_graphql::{Context, ID, InputObject, Object, OneofObject};
use entity::{menu_item_price, vocabulary::Audience};
use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};
use uuid::Uuid;

use super::{
    MenuItem, MenuItemById,
    hold::{HeldItem, PUBLISHERS, WHO_MAY},
};
use crate::{
    db::Transaction,
    error::Result,
    event::Event,
    graph::{Begun, Changed, Plain, Problem, Writes, id::Kind, payload},
};

/// What a menu item costs an audience from now on.
#[derive(InputObject)]
pub struct SetMenuItemPriceInput {
    /// The menu item.
    menu_item: ID,
    /// Who pays.
    #[graphql(default_with = "Audience::Patient")]
    audience: Audience,
    /// The price.
    price: NewPrice,
    /// The currency of the price: that in which the menu is priced, as an ISO 4217 code.
    currency: String,
    /// The `priceVersion` that you saw; 0 where there was no price.
    expected_version: i32,
    /// A key that you make for this change, 1 to 255 visible ASCII characters. Send the change
    /// again with it when you do not know whether it arrived: it is made once.
    idempotency_key: String,
}

/// A price: of a portion, or by weight.
#[derive(OneofObject)]
pub enum NewPrice {
    /// What a portion costs, in minor units of the currency.
    PortionMinor(i64),
    /// What a dish costs that is sold by weight.
    ByWeight(NewWeightPrice),
}

/// The price of a dish that is sold by weight, in minor units of the currency.
#[derive(InputObject)]
pub struct NewWeightPrice {
    /// What is paid whatever the weight.
    #[graphql(default = 0)]
    base_minor: i64,
    /// What is paid for each unit.
    per_unit_minor: i64,
    /// The unit, such as 100g; 1 to 20 characters.
    unit: String,
}

payload! {
    SetMenuItemPricePayload {
        /// The menu item with its new price; null where there are problems.
        menu_item: MenuItem by MenuItemById,
        /// Why the price was not changed: all that is to be mended. Empty where it was.
        problems,
    }
}

#[derive(Default)]
pub struct SetMenuItemPrice(Writes);

impl SetMenuItemPrice {
    pub fn new(writes: Writes) -> Self {
        Self(writes)
    }
}

#[Object]
impl SetMenuItemPrice {
    /// Sets what a menu item costs an audience from now on. For the managers of the
    /// menu's hospital, or the people of the kitchen whose house menu it is, and for
    /// administrators.
    async fn set_menu_item_price(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: SetMenuItemPriceInput,
    ) -> Result<Option<Plain<SetMenuItemPricePayload>>> {
        let changed = set_menu_item_price(&self.0, ctx, input).await?;
        Ok(Some(Plain(SetMenuItemPricePayload(changed))))
    }
}

async fn set_menu_item_price(
    writes: &Writes,
    ctx: &Context<'_>,
    input: SetMenuItemPriceInput,
) -> Result<Changed> {
    let id = Kind::MenuItem.read(&input.menu_item)?;
    let key = &input.idempotency_key;
    let mut write = match writes
        .begin(ctx, "setMenuItemPrice", key, &input, id)
        .await?
    {
        Begun::First(write) => write,
        Begun::Again(changed) => return Ok(changed),
    };
    write.scope.check_anywhere(&PUBLISHERS, WHO_MAY)?;
    input.price.check(&[], &mut write.problems);
    let Some(item) = HeldItem::hold(&write, id).await? else {
        let problem = Problem::not_found(&["menuItem"], &input.menu_item);
        write.problems.push(problem);
        return write.end(id).await;
    };
    write.scope.check(&PUBLISHERS, item.owner, WHO_MAY)?;
    let known = menu_item_price::Entity::find_by_id((id, input.audience));
    let known = known.one(&write.conn).await?;
    let version = known.as_ref().map_or(0, |known| known.version);
    if input.expected_version != version {
        let problem = Problem::version_conflict(input.expected_version, version);
        write.problems.push(problem);
    }
    let currency = known.map_or(item.currency, |known| known.currency);
    if input.currency != currency {
        let problem = Problem::invalid(&["currency"], &input.currency, currency.as_str());
        write.problems.push(problem);
    }
    if write.problems.is_empty() {
        let row = input.price.row(id, input.audience, currency, version + 1);
        self::write(&write.conn, row).await?;
        let event = Event::MenuItemPriceChanged {
            menu: item.menu_id,
            menu_item: id,
            audience: input.audience,
            version: version + 1,
        };
        write.record(event).await?;
    }
    write.end(id).await
}

/// Writes a price, there or not, of an item that is held.
pub(super) async fn write(conn: &Transaction, row: menu_item_price::Model) -> Result<()> {
    use menu_item_price::{Column, Entity};
    let columns = [
        Column::BaseMinor,
        Column::PerUnitMinor,
        Column::Unit,
        Column::Version,
    ];
    let there = OnConflict::columns([Column::MenuItemId, Column::Audience])
        .update_columns(columns)
        .to_owned();
    Entity::insert(row.into_active_model())
        .on_conflict(there)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// No portion costs more; a larger figure is a slip.
const MOST_MINOR: i64 = 100_000_000;

impl NewPrice {
    /// Says what is wrong with the price of what stands `at` this path.
    pub(super) fn check(&self, at: &[&str], problems: &mut Vec<Problem>) {
        let mut amount = |path: &[&str], minor: i64| {
            if !(0..=MOST_MINOR).contains(&minor) {
                let allowed = format!("0 to {MOST_MINOR} minor units");
                problems.push(Problem::invalid(&[at, path].concat(), minor, allowed));
            }
        };
        match self {
            Self::PortionMinor(minor) => amount(&["price", "portionMinor"], *minor),
            Self::ByWeight(price) => {
                amount(&["price", "byWeight", "baseMinor"], price.base_minor);
                amount(&["price", "byWeight", "perUnitMinor"], price.per_unit_minor);
                let unit = &price.unit;
                let is_shown = !unit.trim().is_empty() && !unit.contains(char::is_control);
                if !is_shown || unit.chars().count() > 20 {
                    let path = ["price", "byWeight", "unit"];
                    let allowed = "a unit such as 100g, of 1 to 20 characters";
                    problems.push(Problem::invalid(&[at, &path].concat(), unit, allowed));
                }
            }
        }
    }

    pub(super) fn row(
        self,
        menu_item_id: Uuid,
        audience: Audience,
        currency: String,
        version: i32,
    ) -> menu_item_price::Model {
        let (base_minor, per_unit_minor, unit) = match self {
            Self::PortionMinor(minor) => (minor, 0, None),
            Self::ByWeight(price) => (price.base_minor, price.per_unit_minor, Some(price.unit)),
        };
        menu_item_price::Model {
            menu_item_id,
            audience,
            base_minor,
            per_unit_minor,
            unit,
            currency,
            version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(price: &NewPrice) -> usize {
        let mut problems = Vec::new();
        price.check(&[], &mut problems);
        problems.len()
    }

    fn by_weight(base_minor: i64, per_unit_minor: i64, unit: &str) -> NewPrice {
        NewPrice::ByWeight(NewWeightPrice {
            base_minor,
            per_unit_minor,
            unit: unit.to_owned(),
        })
    }

    #[test]
    fn everything_that_is_wrong_with_a_price_is_told() {
        for minor in [0, 420, MOST_MINOR] {
            assert_eq!(wrong(&NewPrice::PortionMinor(minor)), 0, "{minor}");
        }
        for minor in [-1, MOST_MINOR + 1, i64::MIN, i64::MAX] {
            assert_eq!(wrong(&NewPrice::PortionMinor(minor)), 1, "{minor}");
        }
        assert_eq!(wrong(&by_weight(100, 99, "100g")), 0);
        for unit in ["", " ", "100\0g", "100\ng", &"g".repeat(21)] {
            assert_eq!(wrong(&by_weight(0, 99, unit)), 1, "{unit:?}");
        }
        assert_eq!(wrong(&by_weight(-1, MOST_MINOR + 1, "")), 3);
    }
}
