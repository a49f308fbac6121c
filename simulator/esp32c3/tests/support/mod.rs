//! What several test files share.

pub mod program;

pub use hil_testing::{asm, image as firmware};
