//! One light, two tasks: one shows it, the other tells it what to do.

use core::cell::RefCell;

use embassy_sync::{
    blocking_mutex::{Mutex, raw::RawMutex},
    signal::Signal,
};

use crate::{
    command::{self, Rejection},
    light::{Frame, Light},
    rules::{Contract, Rules},
    state::State,
    time::Instant,
    topics::CommandTopic,
};

/// A light behind a mutex, and the news that it was told something.
///
/// `M` is a mutex that suits the platform: `NoopRawMutex` where both tasks run on one executor.
pub struct Shared<M: RawMutex, R: Rules = Contract> {
    light: Mutex<M, RefCell<Light<R>>>,
    changed: Signal<M, ()>,
}

impl<M: RawMutex, R: Rules> Shared<M, R> {
    /// Shares `light`.
    pub const fn new(light: Light<R>) -> Self {
        Self { light: Mutex::new(RefCell::new(light)), changed: Signal::new() }
    }

    /// Parses `payload` and applies it, as received on `topic` at `now`. Returns the state after it.
    ///
    /// # Errors
    ///
    /// The payload is refused, and nothing has changed.
    pub fn command(&self, topic: CommandTopic, payload: &[u8], now: Instant) -> Result<State, Rejection> {
        let state = self.light.lock(|light| {
            let mut light = light.borrow_mut();
            let command = command::parse(light.rules(), topic, payload)?;
            light.apply(command, now);
            Ok(*light.state())
        })?;
        self.changed.signal(());
        Ok(state)
    }

    /// What the light has been told to do.
    pub fn state(&self) -> State {
        self.light.lock(|light| *light.borrow().state())
    }

    /// What the LEDs show at `now`.
    pub fn frame(&self, now: Instant) -> Frame {
        self.light.lock(|light| light.borrow().frame(now))
    }

    /// Asks the light's rules.
    pub fn rules<T>(&self, ask: impl FnOnce(&R) -> T) -> T {
        self.light.lock(|light| ask(light.borrow().rules()))
    }

    /// Resolves when a command was applied since the last call. For one task only.
    pub async fn changed(&self) {
        self.changed.wait().await;
    }
}
