//! Boards are flashed here: through the chip's ROM loader, by espflash, over a tty or a port on the network.
//!
//! espflash works on ttys of this machine only. A port behind RFC 2217 gets one by a [bridge](crate::serial::bridge); what
//! pseudo-terminals cannot carry, DTR and RTS, is done on the port itself before and after.

mod error;
mod image;
mod loader;

pub use error::FlashError;
pub use image::{CHIP_NAME, Part, parts};
pub use loader::{BoardInfo, Loader, Progress, Silent};

/// Bits per second while a board is written or read, unless another rate is wanted.
pub const BAUD: u32 = 460_800;
