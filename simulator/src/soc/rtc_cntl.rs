//! RTC_CNTL: reset causes, the RTC timer and watchdogs, and what survives resets; TRM chapter 9.

use super::device::Device;
use super::hub::Env;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct RtcCntl;

impl Device for RtcCntl {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        env.unmodelled_read(offset)
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        env.unmodelled_write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_>) {}
}
