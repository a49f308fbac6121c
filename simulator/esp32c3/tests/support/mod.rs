//! What several test files share.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its own part of this")]

#[path = "../../../tests/support/asm.rs"]
pub mod asm;
#[path = "../../../tests/support/firmware.rs"]
pub mod firmware;
pub mod program;
