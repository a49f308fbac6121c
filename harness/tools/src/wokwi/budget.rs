//! The simulated time that a run may take: services count it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::WokwiError;

/// Simulated time of all simulations of a run.
#[derive(Debug)]
pub struct Budget {
    minutes: Option<u32>,
    used: Mutex<Duration>,
}

impl Budget {
    /// So many minutes, or as many as it takes.
    pub const fn new(minutes: Option<u32>) -> Self {
        Self { minutes, used: Mutex::new(Duration::ZERO) }
    }

    /// What a simulation may take that would take `wanted`: whole milliseconds, at least one.
    ///
    /// # Errors
    /// Nothing is left.
    pub(super) fn share(&self, wanted: Duration) -> Result<Duration, WokwiError> {
        let Some(minutes) = self.minutes else { return Ok(wanted) };
        let left = Duration::from_secs(60 * u64::from(minutes)).saturating_sub(*self.used());
        if left < Duration::from_millis(1) {
            return Err(WokwiError::Budget(minutes));
        }
        Ok(wanted.min(left))
    }

    /// A simulation has taken so much.
    pub(super) fn take(&self, time: Duration) {
        *self.used() += time;
    }

    /// The error of a simulation that was cut short because nothing is left.
    pub(super) fn used_up(&self) -> WokwiError {
        WokwiError::Budget(self.minutes.unwrap_or_default())
    }

    /// Time that was used so far.
    fn used(&self) -> MutexGuard<'_, Duration> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulation_gets_what_is_left_and_then_none_does() {
        let budget = Budget::new(Some(1));
        assert_eq!(budget.share(Duration::from_secs(45)).ok(), Some(Duration::from_secs(45)));
        budget.take(Duration::from_secs(45));
        assert_eq!(budget.share(Duration::from_secs(45)).ok(), Some(Duration::from_secs(15)));
        budget.take(Duration::from_secs(16));
        assert!(matches!(budget.share(Duration::from_secs(1)), Err(WokwiError::Budget(1))));
        assert!(Budget::new(None).share(Duration::from_secs(90_000)).is_ok());
    }
}
