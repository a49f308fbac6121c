//! What is around the core on every chip: blocks of registers, what they share, and how a core reaches them. Not for what a
//! block does, nor for any chip's list of blocks: a chip says those, and this does the rest.
//!
//! A [`Device`] is behind a [`Block`] of addresses: it has registers, and at most one moment at which it wants to be called.
//! What devices share is in two places: what all chips have in [`Common`] (time, moments, resets, serial output, reports), what this one
//! has in its [`Hub`] (pads, interrupt lines, and whatever else). They reach both, and plain memory, through
//! an [`Env`]. A [`Soc`] has all of it together: it decodes addresses and keeps the moments in order, so that an event is
//! always handled before an access that comes after it; it is the [`Bus`](crate::mem::Bus) of the core.
//!
//! A chip lists its blocks with [`blocks!`](crate::blocks) and its devices with [`devices!`](crate::devices). A register that
//! is not modelled keeps what is written to it, and is [reported](super::Report) when it is touched. [`InterruptMatrix`],
//! [`Registers`], [`Counter`] and [`Ticker`] are what devices are often made of.

mod block;
mod bus;
mod common;
mod counter;
mod device;
mod devices;
mod env;
mod hub;
mod inert;
mod interrupts;
mod model;
mod pace;
mod register_names;
mod registers;

pub use block::{Block, BlockMap, block_pages};
pub use common::Common;
pub use counter::{Counter, Rate};
pub use device::{Device, DmaDirection};
pub use devices::Devices;
pub use env::Env;
pub use hub::{Hub, InputChange};
pub use inert::{Inert, WithoutModel};
pub use interrupts::InterruptMatrix;
pub use model::Soc;
pub use pace::{Pace, Ticker};
pub use register_names::{find_register, parse_register};
pub use registers::Registers;
