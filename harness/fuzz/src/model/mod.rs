//! What a device must do, told from what it was told.
//!
//! [`State`] is what YAML says of it: variables that accepted commands set. [`light`] is what only Rust can say of our
//! light: colours in time, and what it prints when it has restored its state. It is written from the device's contract and
//! uses nothing of the firmware, so that a fault in one does not hide behind the same fault in the other.

pub mod light;
mod state;

pub use state::State;
