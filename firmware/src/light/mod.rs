//! The light: a state machine, the form in which two tasks share it, and what happens to a command it is given.

mod controller;
mod machine;
mod shared;

pub use controller::Controller;
pub use machine::{Frame, Light};
pub use shared::Shared;
