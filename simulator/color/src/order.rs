//! [`ColorOrder`].

use super::Rgb;

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
    /// Every order, with the name that files and options have for it.
    pub const ALL: [(&'static str, Self); 2] = [("grb", Self::Grb), ("rgb", Self::Rgb)];

    /// The name that files and options have for it: `grb`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grb => "grb",
            Self::Rgb => "rgb",
        }
    }

    /// The order with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, order)| order)
    }

    /// The colour that three bytes stand for, in the order received.
    #[must_use]
    pub const fn decode(self, [first, second, third]: [u8; 3]) -> Rgb {
        match self {
            Self::Grb => Rgb::new(second, first, third),
            Self::Rgb => Rgb::new(first, second, third),
        }
    }

    /// The three bytes of a colour, in the order to send.
    #[must_use]
    pub const fn encode(self, Rgb { r, g, b }: Rgb) -> [u8; 3] {
        match self {
            Self::Grb => [g, r, b],
            Self::Rgb => [r, g, b],
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
        for (_, order) in ColorOrder::ALL {
            assert_eq!(order.encode(order.decode([1, 2, 3])), [1, 2, 3]);
        }
    }

    #[test]
    fn names_lead_back_to_their_orders() {
        for (name, order) in ColorOrder::ALL {
            assert_eq!((order.name(), ColorOrder::from_name(name)), (name, Some(order)));
        }
        assert_eq!(ColorOrder::from_name("bgr"), None);
    }
}
