//! TIMG0 and TIMG1: general-purpose timers, main watchdogs, and the calibration of the RTC clocks; TRM chapter 11 and
//! 12.

use super::device::Device;
use super::hub::Env;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Timg;

impl Device for Timg {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        env.unmodelled_read(offset)
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        env.unmodelled_write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_>) {}
}
