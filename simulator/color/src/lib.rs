//! The colour of a light, and the order in which its bytes come over a wire. The simulator and the harness share these;
//! firmware under test has its own, so that a fault in one is not hidden by the same fault in the other.

mod order;
mod rgb;

pub use order::ColorOrder;
pub use rgb::{NotAColor, Rgb};
