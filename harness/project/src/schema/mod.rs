//! The JSON Schema of `hil.toml`, for completion and hover texts in editors.
//!
//! What a schema cannot say (whether a target, a device or a provisioner of this name is in the build of `hil`, whether a file
//! exists) is said by `hil check`.

mod forms;
mod keys;
#[cfg(test)]
mod tests;

pub use keys::schema;
