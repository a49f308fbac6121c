//! The GPIO that the configuration names.
#![expect(unsafe_code, reason = "a pin that is known at run time only has no singleton")]

use esp_hal::gpio::AnyPin;
use firmware::config::Config;

/// The LEDs' data line. To be called once.
pub fn output(config: &Config) -> AnyPin<'static> {
    // SAFETY: this binary uses no GPIO but this one. The configuration was read by `device::boot`, which refuses numbers
    // that are no free pin of the chip.
    unsafe { AnyPin::steal(config.led_gpio) }
}
