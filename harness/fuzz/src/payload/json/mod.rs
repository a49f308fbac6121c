//! JSON payloads: right ones, and what becomes of them when something is wrong with them.
//!
//! | module | what it is |
//! |---|---|
//! | `right` | right ones by their shape |
//! | `wrong` | one thing wrong, or unusual, the most likely faults first |
//! | `place` | values within values |

mod place;
mod right;
mod wrong;

pub use right::right;
pub use wrong::unusual;
