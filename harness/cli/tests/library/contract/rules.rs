//! Firmware that decides one thing otherwise than the contract does.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use firmware::command::{Field, Rejection};
use firmware::rules::Rules;
use firmware::state::{Mode, Power, State};

/// Reads numbers so.
pub(super) struct Numbers(pub(super) fn(Field, &[u8]) -> Result<u16, Rejection>);

impl Rules for Numbers {
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        (self.0)(field, text)
    }
}

/// Reads power commands so.
pub(super) struct Powers(pub(super) fn(&[u8]) -> Result<Power, Rejection>);

impl Rules for Powers {
    fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
        (self.0)(payload)
    }
}

/// Reads mode commands so.
pub(super) struct Modes(pub(super) fn(&[u8]) -> Result<Mode, Rejection>);

impl Rules for Modes {
    fn parse_mode(&self, payload: &[u8]) -> Result<Mode, Rejection> {
        (self.0)(payload)
    }
}

/// Applies a command to this, in place of the state that it finds.
pub(super) struct Finds(pub(super) fn(State) -> State);

impl Rules for Finds {
    fn base_state(&self, latest: &State, _at_tick: &State) -> State {
        (self.0)(*latest)
    }
}

/// Commands that come within such a time of the first of them are all applied to the state before it.
pub(super) struct SlowTicks {
    tick: Duration,
    first: Mutex<Option<(Instant, State)>>,
}

impl SlowTicks {
    pub(super) const fn new(tick: Duration) -> Self {
        Self { tick, first: Mutex::new(None) }
    }
}

impl Rules for SlowTicks {
    fn base_state(&self, latest: &State, _at_tick: &State) -> State {
        let mut first = self.first.lock().unwrap();
        match *first {
            Some((at, before)) if at.elapsed() < self.tick => before,
            _ => first.insert((Instant::now(), *latest)).1,
        }
    }
}
