//! The ESP32-C3: its [peripherals](soc), the functions of its mask ROM, [firmware images](image), and the
//! [machine](machine) that runs them.

pub mod image;
pub mod machine;
pub mod map;
pub mod soc;

mod crc;
mod download;
mod rom;
