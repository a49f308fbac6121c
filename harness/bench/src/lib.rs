//! The bench: boards that scenarios share with people and with other runs.
//!
//! A [`Board`] is taken through [phases](Phase): it is locked, flashed, provisioned and booted, runs scenarios, and is released.
//! Whatever fails there is a fault of the bench and says nothing about the firmware. Which boards there are stands in an
//! [`inventory`] file, or is asked of [labgrid]; how a board is kept for one run alone is an [`Access`].

mod access;
mod board;
mod boot;
pub mod debug_info;
pub mod flash;
pub mod inventory;
pub mod labgrid;
mod limits;
pub mod lock;
pub mod provision;
pub mod rfc2217;
pub mod serial;
pub mod serial_target;

pub use access::{Access, AccessError, Grant, Held};
pub use board::{Board, Fault, Flashing, Provisioning, Ready};
pub use boot::keep as keep_line;
pub use hil_model::phase::Phase;
pub use limits::Limits;
