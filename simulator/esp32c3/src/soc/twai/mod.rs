//! TWAI: a controller for the CAN bus, the registers of which are much like those of the SJA1000; TRM chapter 29.
//!
//! Everything on the bus happens bit by bit at the pins. Not modelled: resynchronisation within a frame (all nodes have
//! the chip's own clock), overload frames, sampling three times, CLKOUT.

mod device;
mod errors;
mod frame;
mod node;
mod receive;

pub(crate) use device::Twai;
