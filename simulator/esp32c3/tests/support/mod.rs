//! What several test files share.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its own part of this")]

pub use hil_testing::asm;
pub use hil_testing::image as firmware;
pub mod program;
