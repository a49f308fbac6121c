//! Device time: the chip's system timer.

use embassy_time::{Instant as ChipInstant, Timer};
use firmware::{platform::Clock, time::Instant};

/// The system timer, from boot on.
#[derive(Clone, Copy)]
pub struct DeviceClock;

impl Clock for DeviceClock {
    fn now(&self) -> Instant {
        Instant::from_micros(ChipInstant::now().as_micros())
    }

    async fn sleep_until(&self, at: Instant) {
        Timer::at(ChipInstant::from_micros(at.as_micros())).await;
    }
}
