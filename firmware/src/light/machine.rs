//! The state machine: commands and times go in, colours and the times of their changes come out.

use crate::{
    color::Rgb,
    command::Command,
    effect,
    rules::{Contract, Rules},
    state::{Mode, State, TICK_MS},
    time::Instant,
};

/// What the LEDs show, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// The colour of every LED.
    pub color: Rgb,
    /// When the pattern moves on; `None` if it stays as it is until a command comes.
    pub until: Option<Instant>,
}

/// One light.
#[derive(Debug, Clone)]
pub struct Light<R: Rules = Contract> {
    rules: R,
    state: State,
    pattern_start: Instant,
    /// The LED tick of the last command, counted from boot, and the state that the tick began with.
    tick: u64,
    at_tick: State,
}

impl<R: Rules> Light<R> {
    /// A light in `state`, whose pattern begins `now`.
    pub const fn new(rules: R, state: State, now: Instant) -> Self {
        Self { rules, state, pattern_start: now, tick: tick(now), at_tick: state }
    }

    /// What the light has been told to do.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The rules by which it decides.
    pub const fn rules(&self) -> &R {
        &self.rules
    }

    /// Applies `command`, received `now`, to the result of the commands before it.
    ///
    /// The pattern begins anew, with one exception: a colour command does not disturb the rainbow, which does not show
    /// it.
    pub fn apply(&mut self, command: Command, now: Instant) {
        if self.tick != tick(now) {
            self.tick = tick(now);
            self.at_tick = self.state;
        }
        self.state = self.rules.base_state(&self.state, &self.at_tick).after(command);
        let colour_only = matches!(command, Command::Hue(_) | Command::Hsb(_));
        if !(colour_only && matches!(self.state.mode, Mode::HueRainbow(_))) {
            self.pattern_start = now;
        }
    }

    /// What the LEDs show at `now`.
    pub fn frame(&self, now: Instant) -> Frame {
        let moment = effect::at(&self.state, now.saturating_duration_since(self.pattern_start));
        Frame {
            color: moment.lit.map_or(Rgb::BLACK, |color| self.rules.hsv_to_rgb(color)),
            until: moment.until.map(|until| self.pattern_start + until),
        }
    }
}

/// The LED tick that `now` is in, counted from boot.
const fn tick(now: Instant) -> u64 {
    now.as_millis() / TICK_MS as u64
}
