//! UART0 and UART1; TRM chapter 26. Not the serial port of the board: that is [`serial`](super::serial).
//!
//! A frame is a [`Format`](hil_sim_core::serial::Format) and a bit's length. The [`Transmitter`](transmitter::Transmitter)
//! makes a level of it that is a function of time, the [`Receiver`](hil_sim_core::serial::Receiver) samples the line's level
//! in the middle of each bit, so that a wrong baud rate gives what it gives on a wire. Between them and the registers are two
//! FIFOs.

mod autobaud;
mod command;
mod device;
mod dma;
mod fifo;
mod format;
mod lines;
mod receiving;
mod registers;
mod sending;
#[cfg(test)]
mod tests;
mod transmitter;

pub(crate) use device::Uart;
pub(super) use transmitter::Transmitter;
