//! RMT: the remote control peripheral, 2 transmitters and 2 receivers; TRM chapter 33.
//!
//! A level of a transmitter appears in the moment that its entry is read, without the latency of the chip's pipeline:
//! the first with the store of TX_START. Firmware can change an entry until then. Ticks are counted from there too.

mod device;
mod ram;
mod receiver;
mod registers;
#[cfg(test)]
mod tests;
mod transmitter;

pub(crate) use device::Rmt;
