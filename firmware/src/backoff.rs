//! How long to wait before the next try: exponential, with jitter, within bounds.

use crate::time::Duration;

/// Waiting times that double from try to try, each drawn from the upper half of its range so that devices which lost
/// the same broker do not return in step. All of them are within [`Backoff::MIN`] and [`Backoff::MAX`].
#[derive(Debug, Clone)]
pub struct Backoff {
    ceiling: Duration,
}

impl Backoff {
    /// The shortest wait.
    pub const MIN: Duration = Duration::from_millis(500);
    /// The longest wait.
    pub const MAX: Duration = Duration::from_secs(30);

    /// Waits 500 to 1000 ms first.
    pub const fn new() -> Self {
        Self { ceiling: Duration::from_millis(1000) }
    }

    /// The next wait, in whole milliseconds; `random` picks it from its range.
    pub fn next(&mut self, random: u32) -> Duration {
        let ceiling = self.ceiling;
        self.ceiling = (ceiling * 2).min(Self::MAX);
        let half = ceiling.as_millis() as u64 / 2;
        Duration::from_millis(half + u64::from(random) % (half + 1))
    }

    /// To be called after a success.
    pub const fn reset(&mut self) {
        *self = Self::new();
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn doubles_up_to_the_maximum_and_restarts() {
        let mut backoff = Backoff::new();
        let shortest: alloc::vec::Vec<_> = (0..8).map(|_| backoff.next(0).as_millis()).collect();
        assert_eq!(shortest, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
        assert_eq!(backoff.next(15_000), Backoff::MAX);
        backoff.reset();
        assert_eq!(backoff.next(500), Duration::from_secs(1));
    }

    proptest! {
        #[test]
        fn stays_within_bounds(randoms in proptest::collection::vec(any::<u32>(), 1..40)) {
            let mut backoff = Backoff::new();
            for random in randoms {
                prop_assert!((Backoff::MIN..=Backoff::MAX).contains(&backoff.next(random)));
            }
        }
    }
}
