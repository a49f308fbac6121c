//! [`Rgb`].

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A colour, 8 bits a channel as sent to a light, without gamma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rgb {
    /// Red, 0..=255.
    pub r: u8,
    /// Green, 0..=255.
    pub g: u8,
    /// Blue, 0..=255.
    pub b: u8,
}

impl Rgb {
    /// All channels off: what a light shows after power-on.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// A colour from its three channels.
    #[must_use]
    pub const fn new(r: u8, g: u8, b: u8) -> Self {
        Self { r, g, b }
    }
}

impl fmt::Display for Rgb {
    /// `#rrggbb`, as scenarios and reports write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

/// A text that is not a colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAColor(String);

impl fmt::Display for NotAColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a colour: write \"#rrggbb\" with six hexadecimal digits", self.0)
    }
}

impl Error for NotAColor {}

impl FromStr for Rgb {
    type Err = NotAColor;

    /// Reads `#rrggbb`, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, NotAColor> {
        let wrong = || NotAColor(text.to_owned());
        let digits = text.strip_prefix('#').filter(|it| it.len() == 6 && it.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = u32::from_str_radix(digits.ok_or_else(wrong)?, 16).map_err(|_| wrong())?;
        let [_, r, g, b] = number.to_be_bytes();
        Ok(Self { r, g, b })
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Rgb {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Rgb {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_prints_as_a_hex_triplet_and_is_read_again() {
        let color = Rgb::new(255, 0, 5);
        assert_eq!(color.to_string(), "#ff0005");
        assert_eq!("#FF0005".parse(), Ok(color));
    }

    #[test]
    fn what_is_no_colour_is_answered_with_how_one_looks() {
        for text in ["ff0005", "#ff000", "#ff00055", "#ff00xx", "#+f0005", "red"] {
            let error = text.parse::<Rgb>().expect_err(text);
            assert!(error.to_string().contains("#rrggbb"), "{error}");
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn files_have_colours_as_text() {
        let color = Rgb::new(1, 2, 3);
        assert_eq!(serde_json::to_string(&color).expect("JSON"), "\"#010203\"");
        assert_eq!(serde_json::from_str::<Rgb>("\"#010203\"").expect("a colour"), color);
        assert!(serde_json::from_str::<Rgb>("\"blue\"").is_err());
    }
}
