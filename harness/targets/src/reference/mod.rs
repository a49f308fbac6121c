//! What a device must do beyond what a description in YAML says: a reference model, written in Rust from its contract.
//!
//! [`State`] is what YAML says of a device: variables that accepted commands set. A [`ReferenceModel`] tells from it what the
//! device shows and prints. It should use nothing of the firmware, so that a fault in one does not hide behind the same fault in
//! the other.

mod model;
mod state;

pub use model::{DARK, ReferenceModel, Shows};
pub use state::{State, Value};
