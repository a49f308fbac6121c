//! What the light has been told to do. This is what commands change, what statuses report and what flash keeps.

use core::fmt;

use crate::{
    color::{Hsv, Hue},
    command::Command,
    time::Duration,
};

/// The LED tick, in milliseconds. Blink times are whole ticks.
pub const TICK_MS: u16 = 10;

/// The whole state of the light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// Whether the light shows its mode, or is dark.
    pub power: Power,
    /// Colour of the `blink` mode.
    pub color: Hsv,
    /// The pattern.
    pub mode: Mode,
}

impl State {
    /// This state after `command`.
    #[must_use]
    pub const fn after(self, command: Command) -> Self {
        match command {
            Command::Power(power) => Self { power, ..self },
            Command::Hue(hue) => Self { color: Hsv { hue, ..self.color }, ..self },
            Command::Hsb(color) => Self { color, ..self },
            Command::Mode(mode) => Self { mode, ..self },
        }
    }
}

impl Default for State {
    /// The state of a device that was never told anything.
    fn default() -> Self {
        Self {
            power: Power::On,
            color: Hsv { hue: Hue::wrapping(359), saturation: 255, brightness: 255 },
            mode: Mode::HueRainbow(Speed::Normal),
        }
    }
}

impl fmt::Display for State {
    /// As the serial console prints it: `on; 359,255,255; hue_rainbow,normal`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}; {}", self.power, self.color, self.mode)
    }
}

/// Whether the light is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Power {
    Off,
    On,
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::On => "on",
        })
    }
}

/// The pattern that a light which is on shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Lit in the state's colour for `on`, then dark for `off`, and so on.
    Blink {
        /// Time lit.
        on: BlinkTime,
        /// Time dark.
        off: BlinkTime,
    },
    /// All hues in turn, at full saturation and brightness.
    HueRainbow(Speed),
}

impl fmt::Display for Mode {
    /// The wire format: `blink,200,500` or `hue_rainbow,normal`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blink { on, off } => write!(f, "blink,{},{}", on.as_millis(), off.as_millis()),
            Self::HueRainbow(speed) => write!(f, "hue_rainbow,{speed}"),
        }
    }
}

/// One of the two times of the `blink` mode: 0..=65530 ms in whole LED ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlinkTime(u16);

impl BlinkTime {
    /// `millis` milliseconds, rounded down to the LED tick.
    pub const fn rounding_down(millis: u16) -> Self {
        Self(millis - millis % TICK_MS)
    }

    /// The time in milliseconds, a multiple of [`TICK_MS`].
    pub const fn as_millis(self) -> u16 {
        self.0
    }
}

impl From<BlinkTime> for Duration {
    fn from(time: BlinkTime) -> Self {
        Duration::from_millis(u64::from(time.0))
    }
}

/// Speed of the `hue_rainbow` mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Speed {
    Slow,
    Normal,
    Quick,
}

impl Speed {
    /// Degrees by which the hue advances at each step.
    pub const fn degrees_per_step(self) -> u16 {
        match self {
            Self::Slow => 1,
            Self::Normal => 2,
            Self::Quick => 5,
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slow => "slow",
            Self::Normal => "normal",
            Self::Quick => "quick",
        })
    }
}
