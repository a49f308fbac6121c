//! Direct memory access: the engine behind the GDMA's registers, and how peripherals reach it; TRM chapter 2. Not for
//! the registers: `gdma.rs` is in front of this.
//!
//! A peripheral that has to send calls [`Env::dma_pull`], one that has received calls [`Env::dma_push`]; both work on
//! memory at once, and set the channel's interrupts. If the driver starts a channel after its peripheral, the
//! peripheral hears of it by [`Device::dma_started`](super::device::Device::dma_started).
//!
//! The FIFO between memory and peripheral is not modelled: a byte leaves memory when the peripheral takes it.

mod channel;
mod descriptor;
mod engine;
mod list;
#[cfg(test)]
mod tests;

pub(crate) use channel::int;
pub(crate) use engine::{CHANNELS, Dma, DmaEnv, DmaPeripheral};
pub(crate) use hil_sim_core::chip::soc::DmaDirection;
pub(crate) use list::LINK_ADDR;
