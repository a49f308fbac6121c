//! The serial console: UART0 at 115200 baud, through the chip's ROM.

use core::fmt;

use firmware::{
    console::Level,
    platform::{self, Console},
};

use crate::clock::DeviceClock;

/// What every part of this binary writes its lines with.
pub type Board = platform::Board<DeviceClock, SerialConsole>;

/// UART0. All that write run on one executor, so lines do not mix and need no lock.
#[derive(Clone, Copy)]
pub struct SerialConsole;

impl Console for SerialConsole {
    fn line(&self, _level: Level, text: fmt::Arguments<'_>) {
        esp_println::print!("{text}\r\n");
    }
}
