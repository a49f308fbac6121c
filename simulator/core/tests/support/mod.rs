//! What several test files share.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its own part of this")]

pub mod device;
pub mod elf;
pub mod expand;
pub mod generate;
pub mod pair;
pub mod reference;
pub mod reference_csr;
pub mod reference_ops;
pub mod rig;

pub use hil_testing::asm;
