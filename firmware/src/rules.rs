//! The decisions in which a faulty device would differ, one method each.
//!
//! The defaults are the contract, and [`Contract`] is all a product needs. A test bench plants a fault by overriding one
//! method, and checks that its scenarios find it.

use rust_mqtt::types::QoS;

use crate::{
    color::{Hsv, Rgb, hsv_to_rgb},
    command::{self, Field, Rejection},
    state::{Mode, Power, State},
};

/// How the light decides.
pub trait Rules {
    /// What a payload on the power topic says: `on` or `off`, whole.
    ///
    /// # Errors
    ///
    /// Any other payload is refused, the empty one included.
    fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
        command::power(payload)
    }

    /// What a payload on the mode topic says: `blink,<on>,<off>` or `hue_rainbow,<speed>`, whole.
    ///
    /// # Errors
    ///
    /// Any other payload is refused, the empty one included.
    fn parse_mode(&self, payload: &[u8]) -> Result<Mode, Rejection> {
        command::mode(self, payload)
    }

    /// What a number says: one to five digits with nothing around them, up to the field's maximum. Every number of
    /// every command goes through here; a number above the maximum would be refused by the caller as well where its
    /// type cannot hold it.
    ///
    /// # Errors
    ///
    /// Anything else is refused.
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        command::number(field, text)
    }

    /// What a colour looks like. Hue 360 looks like hue 0.
    fn hsv_to_rgb(&self, color: Hsv) -> Rgb {
        hsv_to_rgb(color)
    }

    /// The state to which a command is applied: the `latest`, the result of the command before it. `at_tick` is the
    /// state with which the current LED tick (10 ms) began; it is older if another command came within the tick.
    fn base_state(&self, latest: &State, at_tick: &State) -> State {
        let _ = at_tick;
        *latest
    }

    /// Whether to stop trying to bring the link (Wi-Fi) up after this many failed attempts in a row. Never.
    fn gives_up(&self, failed_attempts: u32) -> bool {
        let _ = failed_attempts;
        false
    }

    /// The QoS of the command subscriptions: 1, so that the broker keeps commands for a device that is away.
    fn command_qos(&self) -> QoS {
        QoS::AtLeastOnce
    }

    /// Bytes of a command's payload that are parsed as one piece. All of them, however they were split on the wire; a
    /// payload longer than this would fall into pieces, each taken for a command of its own.
    fn receive_buffer(&self) -> usize {
        usize::MAX
    }

    /// Whether to write `state` to flash when `stored` is there already: only if they differ.
    fn stores(&self, stored: &State, state: &State) -> bool {
        stored != state
    }
}

/// The contract: every decision as specified.
#[derive(Debug, Clone, Copy, Default)]
pub struct Contract;

impl Rules for Contract {}

/// So that a bench can choose the rules at run time (`&dyn Rules`).
impl<R: Rules + ?Sized> Rules for &R {
    fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
        (**self).parse_power(payload)
    }

    fn parse_mode(&self, payload: &[u8]) -> Result<Mode, Rejection> {
        (**self).parse_mode(payload)
    }

    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        (**self).parse_number(field, text)
    }

    fn hsv_to_rgb(&self, color: Hsv) -> Rgb {
        (**self).hsv_to_rgb(color)
    }

    fn base_state(&self, latest: &State, at_tick: &State) -> State {
        (**self).base_state(latest, at_tick)
    }

    fn gives_up(&self, failed_attempts: u32) -> bool {
        (**self).gives_up(failed_attempts)
    }

    fn command_qos(&self) -> QoS {
        (**self).command_qos()
    }

    fn receive_buffer(&self) -> usize {
        (**self).receive_buffer()
    }

    fn stores(&self, stored: &State, state: &State) -> bool {
        (**self).stores(stored, state)
    }
}
