//! What the GraphQL types of all domains are made of, and no domain itself: rows and how they
//! are resolved, global ids, pages and cursors, scalars, and how a mutation writes.

pub mod fetch;
mod hot;
pub mod id;
mod listed;
pub mod money;
pub mod page;
mod payload;
pub mod problem;
pub mod read;
pub mod row;
pub mod scalar;
mod write;

pub use hot::{Hot, HotKey};
pub use id::GlobalId;
pub use listed::Listed;
pub use page::{Connection, Slice};
pub(crate) use payload::payload;
pub use problem::Problem;
pub use read::{Ctx, Reads};
pub use row::{Plain, Row};
pub use write::{Begun, Changed, KEY_IS_KEPT, KEYS, Write, Writes, at_work, is_key};
