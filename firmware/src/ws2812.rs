//! Colours as pulses on a WS2812's data line, in the unit of the ESP32's RMT peripheral.
//!
//! One tick is 12.5 ns (RMT clock of 80 MHz). Times are those of the WS2812B data sheet, each with a tolerance of
//! 150 ns there.

use alloc::vec::Vec;
use core::{fmt, str::FromStr};

use crate::color::Rgb;

/// RMT ticks per microsecond.
pub const TICKS_PER_US: u16 = 80;
/// High time of a 0 bit: 400 ns.
pub const T0H: u16 = 32;
/// Low time of a 0 bit: 850 ns.
pub const T0L: u16 = 68;
/// High time of a 1 bit: 800 ns.
pub const T1H: u16 = 64;
/// Low time of a 1 bit: 450 ns.
pub const T1L: u16 = 36;
/// Low time that latches what was sent: 300 us, and 280 us are asked for. An RMT half-word holds 409 us at most.
pub const LATCH: u16 = 300 * TICKS_PER_US;

/// A high level, then a low one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pulse {
    /// Time at high level, in ticks of 12.5 ns. Never 0, which would be RMT's end marker.
    pub high_ticks: u16,
    /// Time at low level, in ticks of 12.5 ns. Never 0, and at most 32767.
    pub low_ticks: u16,
}

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

/// The pulses of one frame: 24 per LED, most significant bit first. The low time of the last one is lengthened by
/// [`LATCH`], so the frame needs no pulse that is only low.
pub fn encode(colors: impl IntoIterator<Item = Rgb>, order: ColorOrder) -> Vec<Pulse> {
    let bytes = colors.into_iter().flat_map(|color| order.bytes(color));
    let bits = bytes.flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    let mut pulses: Vec<Pulse> = bits
        .map(|one| match one {
            false => Pulse { high_ticks: T0H, low_ticks: T0L },
            true => Pulse { high_ticks: T1H, low_ticks: T1L },
        })
        .collect();
    if let Some(last) = pulses.last_mut() {
        last.low_ticks += LATCH;
    }
    pulses
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Decodes as an LED does: by how long the line is high, within the data sheet's 150 ns (12 ticks).
    fn decode(pulses: &[Pulse], order: ColorOrder) -> Option<Vec<Rgb>> {
        let near = |ticks: u16, nominal: u16| ticks.abs_diff(nominal) <= 12;
        let (last, rest) = pulses.split_last()?;
        let latch = last.low_ticks.checked_sub(280 * TICKS_PER_US)?;
        assert!(latch < 100 * TICKS_PER_US && last.low_ticks <= 32_767, "the latch must fit RMT's 15 bits");
        assert!(rest.iter().all(|pulse| near(pulse.low_ticks, T0L) || near(pulse.low_ticks, T1L)));
        let mut bits = pulses.iter().map(|pulse| match pulse.high_ticks {
            high if near(high, T0H) => Some(0u8),
            high if near(high, T1H) => Some(1),
            _ => None,
        });
        let mut colors = Vec::new();
        for _ in 0..pulses.len() / 24 {
            let mut wire = [0u8; 3];
            for byte in &mut wire {
                for _ in 0..8 {
                    *byte = *byte << 1 | bits.next()??;
                }
            }
            colors.push(match order {
                ColorOrder::Grb => Rgb::new(wire[1], wire[0], wire[2]),
                ColorOrder::Rgb => Rgb::new(wire[0], wire[1], wire[2]),
            });
        }
        Some(colors)
    }

    #[test]
    fn green_goes_first_unless_configured_otherwise() {
        let red = [Rgb::new(255, 0, 0)];
        let high = |order| encode(red, order).iter().map(|pulse| pulse.high_ticks).collect::<Vec<_>>();
        assert_eq!(high(ColorOrder::Grb), [[T0H; 8], [T1H; 8], [T0H; 8]].concat());
        assert_eq!(high(ColorOrder::Rgb), [[T1H; 8], [T0H; 8], [T0H; 8]].concat());
    }

    #[test]
    fn no_leds_make_no_pulses() {
        assert!(encode([], ColorOrder::Grb).is_empty());
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_what_an_led_decodes(
            colors in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..20), rgb: bool,
        ) {
            let order = if rgb { ColorOrder::Rgb } else { ColorOrder::Grb };
            let colors: Vec<Rgb> = colors.into_iter().map(|(r, g, b)| Rgb::new(r, g, b)).collect();
            prop_assert_eq!(decode(&encode(colors.iter().copied(), order), order), Some(colors));
        }
    }
}
