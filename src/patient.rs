//! Patients: who lies where, and what they may eat.
//!
//! What they may eat is decided by the rules of `ordering`; here it is recorded.

mod hold;
mod visible;

pub use hold::hold;
pub use visible::{SEE_PATIENTS, visible_to};
