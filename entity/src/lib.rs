//! The sea-orm entities of Thali, one file a table, and the closed vocabularies of their columns.
//!
//! Rows and nothing else: no query, no rule, no GraphQL type. The vocabularies carry their
//! GraphQL names and descriptions, so that code, column and schema cannot drift apart.

pub mod account;
pub mod audit_entry;
pub mod availability;
pub mod delivery_slot;
pub mod dish;
pub mod dish_allergen;
pub mod hold;
pub mod hold_line;
pub mod hospital;
pub mod idempotency_key;
pub mod kitchen;
pub mod kitchen_hospital;
pub mod kitchen_hours;
pub mod meal_window;
pub mod membership;
pub mod menu;
pub mod menu_item;
pub mod menu_item_price;
pub mod menu_section;
pub mod order;
pub mod order_event;
pub mod order_line;
pub mod order_number;
pub mod order_tally;
pub mod outbox;
pub mod patient;
pub mod patient_allergy;
pub mod portion_tally;
pub mod position;
pub mod refresh_token;
pub mod session;
pub mod slot_load;
pub mod token_key;
pub mod vocabulary;
pub mod ward;
pub mod ward_order;
