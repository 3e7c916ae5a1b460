//! What happened, in the past tense. An event is written in the transaction of the change that it
//! tells of (a transactional outbox): neither is ever there without the other.
//!
//! Nothing here publishes. Who does takes the rows that have no `published_at` in the order of
//! their ids; those of one topic have the order of their commits.

use async_graphql::InputType;
use chrono::{DateTime, Utc};
use entity::{outbox, vocabulary::Audience};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{db::Transaction, error::Result};

/// Everything that can happen. Ids are those of rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What a menu item costs an audience was set.
    MenuItemPriceChanged {
        menu: Uuid,
        menu_item: Uuid,
        audience: Audience,
        version: i32,
    },
    /// How many portions of a menu item there are was set.
    MenuItemPortionsChanged {
        menu: Uuid,
        menu_item: Uuid,
        version: i32,
    },
}

impl Event {
    /// Its name, its topic, and what is told of it.
    fn told(&self) -> (&'static str, String, Value) {
        match self {
            Self::MenuItemPriceChanged {
                menu,
                menu_item,
                audience,
                version,
            } => (
                "MenuItemPriceChanged",
                topic_of_menu(*menu),
                json!({
                    "menu": menu,
                    "menuItem": menu_item,
                    "audience": InputType::to_value(audience),
                    "version": version,
                }),
            ),
            Self::MenuItemPortionsChanged {
                menu,
                menu_item,
                version,
            } => (
                "MenuItemPortionsChanged",
                topic_of_menu(*menu),
                json!({ "menu": menu, "menuItem": menu_item, "version": version }),
            ),
        }
    }

    /// Writes the event beside its change. To be called under the lock that the changes of its
    /// topic share: the order of ids is then the order of commits.
    pub async fn record(&self, conn: &Transaction, now: DateTime<Utc>) -> Result<()> {
        let (name, topic, payload) = self.told();
        let row = outbox::Model {
            id: Uuid::now_v7(),
            topic,
            name: name.to_owned(),
            payload: payload.to_string(),
            created_at: now,
            published_at: None,
        };
        outbox::Entity::insert(row.into_active_model())
            .exec_without_returning(conn)
            .await?;
        Ok(())
    }
}

fn topic_of_menu(menu: Uuid) -> String {
    format!("menu:{menu}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_stays_as_it_is() {
        let (menu, menu_item) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let price = Event::MenuItemPriceChanged {
            menu,
            menu_item,
            audience: Audience::Staff,
            version: 3,
        };
        let (name, topic, payload) = price.told();
        assert_eq!(name, "MenuItemPriceChanged");
        assert_eq!(topic, "menu:00000000-0000-0000-0000-000000000001");
        assert_eq!(
            payload,
            json!({
                "menu": "00000000-0000-0000-0000-000000000001",
                "menuItem": "00000000-0000-0000-0000-000000000002",
                "audience": "STAFF",
                "version": 3,
            })
        );
        let portions = Event::MenuItemPortionsChanged {
            menu,
            menu_item,
            version: 1,
        };
        let (name, _, payload) = portions.told();
        assert_eq!(name, "MenuItemPortionsChanged");
        assert_eq!(payload["version"], 1);
    }
}
