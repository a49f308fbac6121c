//! Programs by others that tests want, and what happens where one is missing: the test says so and passes, or fails where
//! [`REQUIRE`] is set, as the gate does. [`ALL`] is the list; CONTRIBUTING.md shows it.

mod find;
mod list;
#[cfg(test)]
mod tests;

pub use find::{Gate, REQUIRE, Tool};
pub use list::*;
