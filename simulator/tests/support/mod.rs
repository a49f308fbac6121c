//! What several test files share.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses its own part of this")]

pub mod asm;
pub mod device;
pub mod elf;
pub mod expand;
pub mod firmware;
pub mod generate;
pub mod pair;
pub mod program;
pub mod reference;
pub mod reference_csr;
pub mod reference_ops;
pub mod rig;
