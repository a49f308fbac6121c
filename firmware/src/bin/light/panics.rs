//! A panic, or an exception, which esp-hal turns into one: it is said, and the chip begins anew.

use core::panic::PanicInfo;

use esp_backtrace::Backtrace;
use esp_hal::{system::software_reset, time::Instant};
use firmware::console::{Level, Line};

use crate::console::SerialConsole;

/// Prints the panic and the addresses that led to it, then resets the chip: a light that is dark until somebody pulls its
/// plug helps nobody.
#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    line(format_args!("{info}"));
    for frame in Backtrace::capture().frames() {
        line(format_args!("at 0x{:08x}", frame.program_counter()));
    }
    line(format_args!("reset"));
    // The console has waited until its last byte was sent.
    software_reset()
}

fn line(text: core::fmt::Arguments<'_>) {
    use firmware::platform::Console as _;
    // Not embassy's clock: it takes locks that whoever panicked may hold.
    let at = firmware::time::Instant::from_micros(Instant::now().duration_since_epoch().as_micros());
    let line = Line { level: Level::Error, at, tag: "panic", text };
    SerialConsole.line(Level::Error, format_args!("{line}"));
}
