//! Commands: what may be published to a command topic, and why a payload is refused.

mod parse;
mod rejection;

pub use parse::{mode, number, parse, power};
pub use rejection::{Excerpt, Rejection};

use core::fmt;

use crate::{
    color::{Hsv, Hue},
    state::{Mode, Power},
};

/// An accepted command: absolute values, so that receiving it twice does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Switch on or off.
    Power(Power),
    /// Set the hue of the colour and keep the rest of it.
    Hue(Hue),
    /// Set the whole colour.
    Hsb(Hsv),
    /// Set the pattern.
    Mode(Mode),
}

impl fmt::Display for Command {
    /// The canonical payload.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Power(power) => power.fmt(f),
            Self::Hue(hue) => hue.degrees().fmt(f),
            Self::Hsb(color) => color.fmt(f),
            Self::Mode(mode) => mode.fmt(f),
        }
    }
}

/// A number in a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Field {
    Hue,
    Saturation,
    Brightness,
    BlinkOn,
    BlinkOff,
}

impl Field {
    /// The largest value; the smallest is 0.
    pub const fn max(self) -> u16 {
        match self {
            Self::Hue => Hue::MAX.degrees(),
            Self::Saturation | Self::Brightness => 255,
            Self::BlinkOn | Self::BlinkOff => u16::MAX,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hue => "hue",
            Self::Saturation => "saturation",
            Self::Brightness => "brightness",
            Self::BlinkOn => "on time",
            Self::BlinkOff => "off time",
        })
    }
}
