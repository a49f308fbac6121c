//! The light on the host: everything of it that hilbench has to know, and that is no part of the tool.
//!
//! Its firmware compiled for the host is a [target](native), its configuration is an NVS partition ([`provision`]), and its binary
//! for the chip is [built](build) here.

pub mod build;
pub mod native;
mod own;
pub mod provision;
mod reference;

pub use own::LightFirmware;
pub use provision::{contract_faults, rules_of};
pub use reference::LightModel;
