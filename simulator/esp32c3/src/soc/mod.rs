//! What is around the core on the chip: one file per peripheral, with the names and offsets of the ESP32-C3 Technical
//! Reference Manual (TRM). Not for the core ([`hil_sim_core::cpu`]), nor for what is wired to the pins
//! ([`hil_sim_core::circuit`]).
//!
//! How a peripheral is called, and how it reaches time, memory and the others, is the same on every chip:
//! [`hil_sim_core::chip::soc`]. Here are the peripherals themselves, the map that says where each is, the `Hub` with what
//! only this chip's share (interrupt matrix, pins, clocks, DMA), and [`Soc`] with all of it.

mod aes;
mod apb_ctrl;
mod apb_saradc;
mod assist_debug;
mod chip;
mod clock;
mod dma;
mod efuse;
mod extmem;
mod gdma;
mod gpio;
mod gpio_sd;
mod hub;
mod i2c;
mod i2s;
mod interrupt;
mod io_mux;
mod ledc;
mod lives;
mod map;
mod misreader;
mod mmu_table;
mod openeth;
mod pins;
mod register_names;
mod reset;
mod restart;
#[cfg(test)]
mod rig;
mod rmt;
mod rsa;
mod rtc_cntl;
mod sensitive;
mod serial;
mod services;
mod sha;
mod spi2;
mod spi_flash;
mod system;
mod systimer;
mod timg;
mod twai;
mod uart;
mod uhci;
mod usb_serial_jtag;
mod watchdog;
mod wifi;

pub use chip::{Soc, Start};
pub(crate) use clock::XTAL_HZ;
pub use hil_sim_core::chip::{FlashOperation, FlashOperationKind, Report, SerialByte, Touch};
pub use pins::GPIO_COUNT;
pub use register_names::register_name;
pub use reset::ResetCause;
pub use serial::SerialPort;
pub(crate) use services::FlashResult;
