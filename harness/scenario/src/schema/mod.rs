//! The JSON Schema of scenario files, for completion and hover texts in editors.
//!
//! It is generated from the types of the steps, whose doc comments become descriptions; [`forms`] are the values whose
//! form in a file differs from their Rust type. What a schema cannot say (which variables exist, whether a regular
//! expression compiles) is said by `hil check`.

mod actions;
mod file;
pub mod forms;
mod generate;
mod step;
#[cfg(test)]
mod tests;

pub use generate::complete;
pub use generate::schema;
