//! The ESP32-C3: its [memory map and core](map), its [peripherals](soc), the functions of its mask ROM, and
//! [firmware images](image). [`Esp32C3`] makes a [`Chip`](hil_sim_core::chip::Chip) of them; [`machine`] has the names of a
//! machine with this chip.

pub mod image;
pub mod machine;
pub mod map;
pub mod soc;

mod chip;
mod console;
mod crc;
mod download;
mod rom;

pub use chip::Esp32C3;
pub use download::{ChipIdentity, DownloadFaults};
