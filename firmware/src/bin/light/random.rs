//! The chip's random number generator.

use esp_hal::rng::Rng;
use firmware::platform::Random;

/// True randomness while the radio is on. Without it, good enough for the jitter of retries.
pub struct ChipRandom(Rng);

impl ChipRandom {
    pub fn new() -> Self {
        Self(Rng::new())
    }

    pub fn next_u64(&mut self) -> u64 {
        u64::from(self.next_u32()) << 32 | u64::from(self.next_u32())
    }
}

impl Random for ChipRandom {
    fn next_u32(&mut self) -> u32 {
        self.0.random()
    }
}
