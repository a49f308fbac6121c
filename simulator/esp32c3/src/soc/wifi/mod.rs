//! The radio: the MAC of Wi-Fi, and as much of the analogue parts as their driver waits for.
//!
//! Espressif documents none of this. What is here was found by watching their unmodified driver, with the names that its functions
//! in the mask ROM have (`hal_mac_*`, `wDev_*`, `rom_*` in `esp32c3_rev3_rom.elf`), and agrees with what others have published of the
//! same MAC in the ESP32 (esp32-open-mac). A register whose meaning is not known keeps what is written to it.
//!
//! The [`WifiMac`] takes frames from descriptors and gives them to the [air](hil_sim_core::air), and back. Keys are read from the table
//! in which the driver puts them. The [`FrontEnd`] and the [`AnalogI2c`] say that every measurement and calibration is done; the radio
//! they belong to is ideal.

mod analog;
mod beacon_timer;
mod bluetooth;
mod filter;
mod front_end;
mod keys;
mod mac;
mod receive;
mod transmit;

pub(super) use analog::AnalogI2c;
pub(super) use bluetooth::BtMac;
pub(super) use front_end::FrontEnd;
pub(super) use mac::WifiMac;

#[cfg(test)]
mod tests;
