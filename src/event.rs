//! What happened, in the past tense: its name, its topic, what is told of it, and which cached
//! values it makes old.

use async_graphql::{InputType, Value};
use entity::vocabulary::{Audience, Meal, OrderStatus};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::json;
use uuid::Uuid;

use crate::cache::Tag;

/// Everything that can happen. Ids are those of rows. The name and the fields are what other
/// processes read, also older and newer ones: they are added to and never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", content = "payload", rename_all_fields = "camelCase")]
pub enum Event {
    /// What a menu item costs an audience was set.
    MenuItemPriceChanged {
        menu: Uuid,
        menu_item: Uuid,
        #[serde(serialize_with = "write_word", deserialize_with = "read_word")]
        audience: Audience,
        version: i32,
    },
    /// How many portions of a menu item there are was set.
    MenuItemPortionsChanged {
        menu: Uuid,
        menu_item: Uuid,
        version: i32,
    },
    /// A kitchen has a dish that it had not.
    DishCreated { dish: Uuid, kitchen: Uuid },
    /// What is known of a dish was changed.
    DishUpdated {
        dish: Uuid,
        kitchen: Uuid,
        version: i32,
    },
    /// A menu can be seen, or what is on it was changed.
    MenuPublished {
        menu: Uuid,
        owner: MenuOwner,
        date: chrono::NaiveDate,
        #[serde(serialize_with = "write_word", deserialize_with = "read_word")]
        meal: Meal,
        version: i32,
    },
    /// A meal was ordered.
    OrderPlaced {
        order: Uuid,
        hospital: Uuid,
        kitchen: Uuid,
    },
    /// An order got another state.
    OrderStatusChanged {
        order: Uuid,
        hospital: Uuid,
        kitchen: Uuid,
        #[serde(serialize_with = "write_word", deserialize_with = "read_word")]
        status: OrderStatus,
        version: i32,
    },
    /// Somebody who is answerable for it let an order stand in spite of a conflict.
    OrderOverridden {
        order: Uuid,
        hospital: Uuid,
        kitchen: Uuid,
        version: i32,
    },
    /// Any part of the data may have changed, by an import.
    DataImported {},
    /// What only a newer process has a name for. It is never recorded.
    #[serde(skip)]
    Unknown,
}

/// Whose menu it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MenuOwner {
    Hospital {
        id: Uuid,
        slug: String,
        code: String,
    },
    Kitchen {
        id: Uuid,
    },
}

impl Event {
    /// The events of one topic are told in the order in which they happened.
    pub fn topic(&self) -> String {
        match self {
            Self::MenuItemPriceChanged { menu, .. }
            | Self::MenuItemPortionsChanged { menu, .. }
            | Self::MenuPublished { menu, .. } => format!("menu:{menu}"),
            Self::DishCreated { dish, .. } | Self::DishUpdated { dish, .. } => {
                format!("dish:{dish}")
            }
            Self::OrderPlaced { order, .. }
            | Self::OrderStatusChanged { order, .. }
            | Self::OrderOverridden { order, .. } => format!("order:{order}"),
            Self::DataImported {} | Self::Unknown => "data".to_owned(),
        }
    }

    /// What it changed of that which is cached. Prices, portions and orders are live, and never are.
    pub fn tags(&self) -> Vec<Tag> {
        match self {
            Self::MenuItemPriceChanged { .. }
            | Self::MenuItemPortionsChanged { .. }
            | Self::OrderPlaced { .. }
            | Self::OrderStatusChanged { .. }
            | Self::OrderOverridden { .. } => Vec::new(),
            Self::DishCreated { dish, kitchen } | Self::DishUpdated { dish, kitchen, .. } => vec![
                Tag::Dish(*dish),
                Tag::DishesOfKitchen(*kitchen),
                Tag::Dishes,
            ],
            Self::MenuPublished { menu, owner, .. } => {
                let mut tags = vec![Tag::Menu(*menu)];
                match owner {
                    MenuOwner::Hospital { id, slug, code } => tags.extend([
                        Tag::MenusOfHospital(*id),
                        Tag::MenusOfHospitalNamed(slug.clone()),
                        Tag::MenusOfHospitalNamed(code.clone()),
                    ]),
                    MenuOwner::Kitchen { id } => tags.push(Tag::MenusOfKitchen(*id)),
                }
                tags
            }
            Self::DataImported {} | Self::Unknown => vec![Tag::Everything],
        }
    }

    /// Its name and what is told of it, as other processes read them.
    pub fn told(&self) -> serde_json::Result<(String, String)> {
        let told = serde_json::to_value(self)?;
        let name = told["name"].as_str().unwrap_or_default();
        Ok((name.to_owned(), told["payload"].to_string()))
    }

    /// The event that was told so. What cannot be read is unknown, and not nothing.
    pub fn read(name: &str, payload: &str) -> Self {
        let payload = serde_json::from_str::<serde_json::Value>(payload);
        let event = payload.and_then(|payload| {
            serde_json::from_value(json!({ "name": name, "payload": payload }))
        });
        event.unwrap_or_else(|error| {
            tracing::warn!(%error, name, "an event that is not known here");
            Self::Unknown
        })
    }
}

/// Writes a value of a vocabulary by its name in the schema.
fn write_word<T: InputType, S: Serializer>(word: &T, to: S) -> Result<S::Ok, S::Error> {
    word.to_value().serialize(to)
}

fn read_word<'de, T: InputType, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let word = Value::deserialize(from)?;
    let name = word.to_string();
    T::parse(Some(word)).map_err(|_| D::Error::custom(format!("{name} is in no vocabulary here")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const TWO: Uuid = Uuid::from_u128(2);

    fn all() -> Vec<Event> {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let published = |owner| Event::MenuPublished {
            menu: ONE,
            owner,
            date: day,
            meal: Meal::Lunch,
            version: 2,
        };
        vec![
            Event::MenuItemPriceChanged {
                menu: ONE,
                menu_item: TWO,
                audience: Audience::Staff,
                version: 3,
            },
            Event::MenuItemPortionsChanged {
                menu: ONE,
                menu_item: TWO,
                version: 1,
            },
            Event::DishCreated {
                dish: ONE,
                kitchen: TWO,
            },
            Event::DishUpdated {
                dish: ONE,
                kitchen: TWO,
                version: 2,
            },
            published(MenuOwner::Kitchen { id: TWO }),
            published(MenuOwner::Hospital {
                id: TWO,
                slug: "riverside-general".to_owned(),
                code: "5MV02".to_owned(),
            }),
            Event::OrderPlaced {
                order: ONE,
                hospital: TWO,
                kitchen: TWO,
            },
            Event::OrderStatusChanged {
                order: ONE,
                hospital: TWO,
                kitchen: TWO,
                status: OrderStatus::Accepted,
                version: 2,
            },
            Event::OrderOverridden {
                order: ONE,
                hospital: TWO,
                kitchen: TWO,
                version: 3,
            },
            Event::DataImported {},
        ]
    }

    #[test]
    fn what_is_told_is_read_again() {
        for event in all() {
            let (name, payload) = event.told().unwrap();
            assert_eq!(Event::read(&name, &payload), event, "{name} {payload}");
        }
    }

    #[test]
    fn what_is_told_stays_as_it_is() {
        let told: Vec<_> = all()
            .iter()
            .map(|event| {
                let (name, payload) = event.told().unwrap();
                format!("{} {name} {payload}", event.topic())
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        menu:00000000-0000-0000-0000-000000000001 MenuItemPriceChanged {"audience":"STAFF","menu":"00000000-0000-0000-0000-000000000001","menuItem":"00000000-0000-0000-0000-000000000002","version":3}
        menu:00000000-0000-0000-0000-000000000001 MenuItemPortionsChanged {"menu":"00000000-0000-0000-0000-000000000001","menuItem":"00000000-0000-0000-0000-000000000002","version":1}
        dish:00000000-0000-0000-0000-000000000001 DishCreated {"dish":"00000000-0000-0000-0000-000000000001","kitchen":"00000000-0000-0000-0000-000000000002"}
        dish:00000000-0000-0000-0000-000000000001 DishUpdated {"dish":"00000000-0000-0000-0000-000000000001","kitchen":"00000000-0000-0000-0000-000000000002","version":2}
        menu:00000000-0000-0000-0000-000000000001 MenuPublished {"date":"2026-11-23","meal":"LUNCH","menu":"00000000-0000-0000-0000-000000000001","owner":{"kitchen":{"id":"00000000-0000-0000-0000-000000000002"}},"version":2}
        menu:00000000-0000-0000-0000-000000000001 MenuPublished {"date":"2026-11-23","meal":"LUNCH","menu":"00000000-0000-0000-0000-000000000001","owner":{"hospital":{"code":"5MV02","id":"00000000-0000-0000-0000-000000000002","slug":"riverside-general"}},"version":2}
        order:00000000-0000-0000-0000-000000000001 OrderPlaced {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001"}
        order:00000000-0000-0000-0000-000000000001 OrderStatusChanged {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001","status":"ACCEPTED","version":2}
        order:00000000-0000-0000-0000-000000000001 OrderOverridden {"hospital":"00000000-0000-0000-0000-000000000002","kitchen":"00000000-0000-0000-0000-000000000002","order":"00000000-0000-0000-0000-000000000001","version":3}
        data DataImported {}
        "#);
    }

    #[test]
    fn what_is_not_known_may_have_changed_everything() {
        for (name, payload) in [
            ("TrayDelivered", "{}"),
            ("DishUpdated", r#"{"dish": 7}"#),
            ("MenuItemPortionsChanged", "no JSON"),
            ("Unknown", "{}"),
        ] {
            let event = Event::read(name, payload);
            assert_eq!(event, Event::Unknown, "{name} {payload}");
            assert_eq!(event.tags(), [Tag::Everything]);
        }
    }

    #[test]
    fn more_may_be_told_than_is_known_here() {
        let payload = json!({ "dish": ONE, "kitchen": TWO, "version": 2, "by": "a newer process" });
        let event = Event::read("DishUpdated", &payload.to_string());
        assert!(
            matches!(event, Event::DishUpdated { version: 2, .. }),
            "{event:?}"
        );
    }

    #[test]
    fn what_is_live_makes_no_cached_value_old() {
        for event in all() {
            let name = event.told().unwrap().0;
            let is_live = name.starts_with("MenuItem") || name.starts_with("Order");
            assert_eq!(event.tags().is_empty(), is_live, "{event:?}");
        }
    }
}
