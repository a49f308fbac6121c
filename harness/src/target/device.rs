//! A device, and the capabilities that it may have.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;

use super::BenchError;

/// Beginning of the power event of a device that panicked. Such events fail a scenario, whatever it expects; so do those of
/// [`HALTED`] and [`RETURNED`].
pub const PANICKED: &str = "the device panicked";
/// Beginning of the power event of a device that cannot run.
pub const HALTED: &str = "the device halted";
/// Beginning of the power event of a device whose firmware has come to an end.
pub const RETURNED: &str = "the firmware returned";

/// One device, for one scenario.
#[async_trait(?Send)]
pub trait Device {
    /// Begins: powers it on, or attaches to one that runs.
    ///
    /// # Errors
    /// The bench cannot do it.
    async fn start(&mut self) -> Result<(), BenchError>;

    /// Ends: powers it off, or lets go of it.
    async fn stop(&mut self);

    /// Resolves when the device cannot be reached any more, with the reason: the scenario ends then, as a bench error. Never
    /// for a device that cannot be lost.
    fn lost(&self) -> Pin<Box<dyn Future<Output = BenchError>>> {
        Box::pin(std::future::pending())
    }

    /// How long after a light has changed that may come to be known, with the time at which it was: an expectation waits so
    /// much longer for what was in time.
    fn light_lateness(&self) -> Duration {
        Duration::ZERO
    }

    /// Serial input, if it has a console.
    fn serial(&mut self) -> Option<&mut dyn SerialInput> {
        None
    }

    /// The reset line, if it is wired.
    fn reset(&mut self) -> Option<&mut dyn Reset> {
        None
    }

    /// The supply, if it can be switched.
    fn power(&mut self) -> Option<&mut dyn Power> {
        None
    }
}

/// Serial input to the device. (Its output goes to the journal.)
#[async_trait(?Send)]
pub trait SerialInput {
    /// Writes bytes to the device's console input.
    ///
    /// # Errors
    /// The port is gone.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), BenchError>;
}

/// The reset line.
#[async_trait(?Send)]
pub trait Reset {
    /// Resets as the reset button does.
    ///
    /// # Errors
    /// The bench cannot do it.
    async fn reset(&mut self) -> Result<(), BenchError>;
}

/// The supply.
#[async_trait(?Send)]
pub trait Power {
    /// Switches the supply.
    ///
    /// # Errors
    /// The bench cannot do it.
    async fn set(&mut self, on: bool) -> Result<(), BenchError>;

    /// Arms a power failure in the middle of the `k`-th flash operation from now (from 1), if the target can.
    fn fail_at_flash_operation(&mut self, k: u32);

    /// Of an armed power failure that has not happened yet: the number of flash operations still missing.
    fn pending_failure(&self) -> Option<u32>;
}
