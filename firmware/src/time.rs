//! Device time: microseconds since boot. There is no calendar and no clock in here; see [`crate::platform::Clock`].

use core::ops::Add;

pub use core::time::Duration;

/// A point in device time, in microseconds since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The moment of boot.
    pub const BOOT: Self = Self(0);

    /// The instant `micros` microseconds after boot.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The instant `millis` milliseconds after boot.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since boot.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since boot, as the serial console prints them.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1000
    }

    /// Time that has passed since `earlier`; zero if that is in the future.
    pub const fn saturating_duration_since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// Saturates at the end of device time, 584 000 years after boot.
    fn add(self, duration: Duration) -> Self {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}
