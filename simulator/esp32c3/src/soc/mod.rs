//! What is around the core on the chip: one file per peripheral, with the names and offsets of the ESP32-C3 Technical
//! Reference Manual (TRM). Not for the core ([`hil_sim_core::cpu`]), nor for what is wired to the pins
//! ([`hil_sim_core::circuit`]).
//!
//! A peripheral is a `Device`: registers, and at most one moment at which it wants to be called. What
//! peripherals share is in the `Hub`: time, interrupt lines, pins, clocks, DMA. They reach it, and plain
//! memory, through an `Env`. [`Soc`] decodes addresses and keeps the moments in order, so that an event is
//! always handled before an access that comes after it.
//!
//! A register that is not modelled keeps what is written to it, and is [reported](Report) when it is touched.

mod aes;
mod apb_ctrl;
mod apb_saradc;
mod assist_debug;
mod chip;
mod clock;
mod counter;
mod device;
mod dma;
mod efuse;
mod extmem;
mod gdma;
mod gpio;
mod gpio_sd;
mod hub;
mod i2c;
mod i2s;
mod inert;
mod interrupt;
mod io_mux;
mod ledc;
mod map;
mod misreader;
mod mmu_table;
mod openeth;
mod pace;
mod pins;
mod register_names;
mod registers;
mod reset;
mod restart;
#[cfg(test)]
mod rig;
mod rmt;
mod rsa;
mod rtc_cntl;
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

pub use chip::Soc;
pub(crate) use clock::XTAL_HZ;
pub use hil_sim_core::chip::{FlashOperation, FlashOperationKind, Report, SerialByte, Touch};
pub use pins::GPIO_COUNT;
pub use register_names::register_name;
pub use reset::ResetCause;
pub use serial::SerialPort;
pub(crate) use services::FlashResult;
