//! What several test files share.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its own part of this")]

pub mod elf;
