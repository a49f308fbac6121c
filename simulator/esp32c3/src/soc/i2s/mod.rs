//! I2S0: serial audio in TDM frames, through DMA; TRM chapter 29.
//!
//! A sample is taken from memory when its channel begins, and put there when its last bit was sampled. Settings are taken
//! as they are in the registers at that moment, without waiting for UPDATE. Of a transmitter that nobody listens to only
//! the time passes that its samples take.
//!
//! Not modelled, and said so when it is asked for: PDM (data moves, at the right rate for raw PDM, as zeros), being a
//! slave of an outside clock, mono mode, compression, MCLK on a pad. TX_HUNG and RX_HUNG never happen.

mod beat;
mod device;
mod format;
mod receiver;
mod registers;
#[cfg(test)]
mod tests;
mod transmitter;

pub(crate) use device::I2s;
