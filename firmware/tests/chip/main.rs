//! Tests of the light's hardware on the chip, or on its simulator: `hil firmware test`.
//!
//! They are made of the binary's own files, `src/bin/light/`, one peripheral each, and need no wires: what leaves a pin is
//! read back inside the chip. Before each of them the chip is reset.
#![no_std]
#![no_main]

extern crate alloc;

#[path = "../../src/bin/light/clock.rs"]
mod clock;
#[path = "../../src/bin/light/console.rs"]
mod console;
#[path = "../../src/bin/light/flash.rs"]
mod flash;
#[expect(dead_code, reason = "the tests that have a receiver of their own give the light less memory than it takes")]
#[path = "../../src/bin/light/leds.rs"]
mod leds;
#[path = "../../src/bin/light/measure.rs"]
mod measure;

mod configuration;
mod state;
mod time;
mod waveform;

use embassy_executor as _;
use esp_hal::{clock::CpuClock, peripherals::Peripherals, timer::timg::TimerGroup};
// Its panic handler hands a failed assertion to whoever runs the tests.
use semihosting as _;

use clock::DeviceClock;
use console::{Board, SerialConsole};

esp_bootloader_esp_idf::esp_app_desc!();

/// What the tests have of the board.
pub struct Chip {
    board: Board,
    flash: esp_hal::peripherals::FLASH<'static>,
    rmt: esp_hal::peripherals::RMT<'static>,
    pin: esp_hal::peripherals::GPIO8<'static>,
}

/// Starts the chip as the light does.
fn start() -> Chip {
    let chip: Peripherals = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    esp_alloc::heap_allocator!(size: 96 * 1024);
    let timer = TimerGroup::new(chip.TIMG0);
    esp_rtos::start(timer.timer0, chip.FROM_CPU_INTR0);
    let board = Board { clock: DeviceClock, console: SerialConsole };
    Chip { board, flash: chip.FLASH, rmt: chip.RMT, pin: chip.GPIO8 }
}
