//! What happened, in the past tense: its name, its topic, what is told of it, and which cached
//! values it makes old.

use async_graphql::{InputType, Value};
use entity::vocabulary::{Audience, Meal, OrderStatus};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::json;
use uuid::Uuid;

use crate::cache::Tag;

#[cfg(test)]
mod tests;

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
    /// A patient came to a hospital. Of patients nothing is told but who it is.
    PatientAdmitted { patient: Uuid, version: i32 },
    /// What a patient may eat was recorded.
    PatientDietRecorded { patient: Uuid, version: i32 },
    /// What a patient is allergic to was recorded.
    PatientAllergyRecorded { patient: Uuid, version: i32 },
    /// That a patient is allergic to something was taken back.
    PatientAllergyRemoved { patient: Uuid, version: i32 },
    /// A patient lies elsewhere.
    PatientMoved { patient: Uuid, version: i32 },
    /// A patient left the hospital.
    PatientDischarged { patient: Uuid, version: i32 },
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
    /// An order no longer fits its patient: somebody has to look at it.
    OrderFlagged {
        order: Uuid,
        hospital: Uuid,
        kitchen: Uuid,
        version: i32,
    },
    /// An order follows its patient to another bed.
    OrderMoved {
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
            Self::PatientAdmitted { patient, .. }
            | Self::PatientDietRecorded { patient, .. }
            | Self::PatientAllergyRecorded { patient, .. }
            | Self::PatientAllergyRemoved { patient, .. }
            | Self::PatientMoved { patient, .. }
            | Self::PatientDischarged { patient, .. } => format!("patient:{patient}"),
            Self::OrderPlaced { order, .. }
            | Self::OrderStatusChanged { order, .. }
            | Self::OrderOverridden { order, .. }
            | Self::OrderFlagged { order, .. }
            | Self::OrderMoved { order, .. } => format!("order:{order}"),
            Self::DataImported {} | Self::Unknown => "data".to_owned(),
        }
    }

    /// What it changed of that which is cached. Price and portions are live, and never are, nor is
    /// anything of a person.
    pub fn tags(&self) -> Vec<Tag> {
        match self {
            Self::MenuItemPriceChanged { .. }
            | Self::MenuItemPortionsChanged { .. }
            | Self::PatientAdmitted { .. }
            | Self::PatientDietRecorded { .. }
            | Self::PatientAllergyRecorded { .. }
            | Self::PatientAllergyRemoved { .. }
            | Self::PatientMoved { .. }
            | Self::PatientDischarged { .. }
            | Self::OrderPlaced { .. }
            | Self::OrderStatusChanged { .. }
            | Self::OrderOverridden { .. }
            | Self::OrderFlagged { .. }
            | Self::OrderMoved { .. } => Vec::new(),
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
