//! The order of the colours on the wire.

use core::{fmt, str::FromStr};

use crate::color::Rgb;

/// The order in which an LED takes its colour bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColorOrder {
    /// Green, red, blue: WS2812 and WS2812B.
    #[default]
    Grb,
    /// Red, green, blue: WS2811 and some WS2812 look-alikes.
    Rgb,
}

impl ColorOrder {
    /// The bytes of `color` in wire order.
    pub const fn bytes(self, color: Rgb) -> [u8; 3] {
        let Rgb { red, green, blue } = color;
        match self {
            Self::Grb => [green, red, blue],
            Self::Rgb => [red, green, blue],
        }
    }

    /// The colour that these bytes on the wire are.
    pub const fn color(self, [first, second, third]: [u8; 3]) -> Rgb {
        match self {
            Self::Grb => Rgb::new(second, first, third),
            Self::Rgb => Rgb::new(first, second, third),
        }
    }
}

impl fmt::Display for ColorOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grb => "grb",
            Self::Rgb => "rgb",
        })
    }
}

impl FromStr for ColorOrder {
    type Err = UnknownColorOrder;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "grb" => Ok(Self::Grb),
            "rgb" => Ok(Self::Rgb),
            _ => Err(UnknownColorOrder),
        }
    }
}

/// A colour order is `grb` or `rgb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown colour order")]
pub struct UnknownColorOrder;
