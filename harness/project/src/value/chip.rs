//! Chips.

use std::fmt;
use std::str::FromStr;

/// A chip that the simulator has a model of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Chip {
    /// ESP32-C3
    Esp32c3,
}

/// A chip that there is no model of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no model of the chip {0:?}")]
pub struct UnknownChip(String);

impl Chip {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Esp32c3];

    /// `esp32c3`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Esp32c3 => "esp32c3",
        }
    }
}

impl FromStr for Chip {
    type Err = UnknownChip;

    /// As esptool, espflash and ESP-IDF write it, with or without hyphens, in any case: `esp32c3`, `ESP32-C3`.
    fn from_str(text: &str) -> Result<Self, UnknownChip> {
        let plain = text.replace('-', "").to_ascii_lowercase();
        Self::ALL.into_iter().find(|chip| chip.name() == plain).ok_or_else(|| UnknownChip(text.to_owned()))
    }
}

impl fmt::Display for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
