//! The colour of one LED and the order in which its bytes come over the wire.

use std::fmt;

/// The colour that one LED shows: 8 bits a channel as sent, without gamma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rgb {
    /// Red, 0..=255.
    pub red: u8,
    /// Green, 0..=255.
    pub green: u8,
    /// Blue, 0..=255.
    pub blue: u8,
}

impl Rgb {
    /// All channels off: what an LED shows after power-on.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// A colour from its three channels.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }
}

impl fmt::Display for Rgb {
    /// `#rrggbb`, as scenarios and reports write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// The order of the three colour bytes on the wire; each byte comes most significant bit first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ColorOrder {
    /// Green, red, blue: WS2812B data sheet, "Composition of 24bit data".
    #[default]
    Grb,
    /// Red, green, blue: parts sold as WS2812 that are wired the other way round (WS2811, PL9823).
    Rgb,
}

impl ColorOrder {
    /// The colour that three bytes stand for, in the order received.
    pub const fn decode(self, [first, second, third]: [u8; 3]) -> Rgb {
        match self {
            Self::Grb => Rgb::new(second, first, third),
            Self::Rgb => Rgb::new(first, second, third),
        }
    }

    /// The three bytes of a colour, in the order to send.
    pub const fn encode(self, Rgb { red, green, blue }: Rgb) -> [u8; 3] {
        match self {
            Self::Grb => [green, red, blue],
            Self::Rgb => [red, green, blue],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_order_is_green_first() {
        assert_eq!(ColorOrder::default().decode([1, 2, 3]), Rgb::new(2, 1, 3));
        assert_eq!(ColorOrder::Rgb.decode([1, 2, 3]), Rgb::new(1, 2, 3));
    }

    #[test]
    fn encode_is_the_inverse_of_decode() {
        for order in [ColorOrder::Grb, ColorOrder::Rgb] {
            assert_eq!(order.encode(order.decode([1, 2, 3])), [1, 2, 3]);
        }
    }

    #[test]
    fn a_colour_prints_as_a_hex_triplet() {
        assert_eq!(Rgb::new(255, 0, 5).to_string(), "#ff0005");
    }
}
