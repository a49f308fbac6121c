//! A device on a 1-Wire bus at standard speed: reset and presence pulses, time slots, the ROM commands that choose a device,
//! and bytes for the device that is chosen. Maxim's application notes 126 ("1-Wire Communication Through Software") and 162
//! ("Interfacing the DS18X20"), and 27 for the CRC.
//!
//! A device only ever pulls the line low, so that more of them can answer at once, as when the controller searches for them.
//! The resistor that pulls it high is not a device's.
//!
//! Not modelled: overdrive speed, the alarm search, power that is taken from the line, and the presence pulse of a device
//! that has just got power.

mod crc;
mod port;
mod rom;
mod slots;

pub use crc::crc8;
pub use port::{OneWirePort, OneWireTarget, Turn};
pub use rom::RomCode;
