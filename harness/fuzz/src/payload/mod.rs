//! Payloads: right ones by their grammar, and what becomes of them when something is wrong with them.

mod class;
mod hostile;
mod json;
mod mutate;
mod valid;

pub use class::Class;
pub use hostile::hostile;
pub use json::{right, unusual};
pub use mutate::malformed;
pub use valid::{Leaf, LeafKind, valid};
