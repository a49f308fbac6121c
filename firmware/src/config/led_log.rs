//! What the console says about the LEDs.

use core::{fmt, str::FromStr};

/// What the serial console says about each frame that is sent to the LEDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LedLog {
    /// Nothing.
    #[default]
    None,
    /// The colour that was sent: `light: shows #ff0005`.
    Reported,
    /// The colour that was on the data line, as the chip has measured it: `light: measured #ff0005`; or what was wrong
    /// with it: `light: measured wrong: ...`.
    Measured,
}

impl LedLog {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Reported, Self::Measured];

    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Reported => "reported",
            Self::Measured => "measured",
        }
    }
}

impl fmt::Display for LedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LedLog {
    type Err = UnknownLedLog;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|log| log.name() == name).ok_or(UnknownLedLog)
    }
}

/// It is `none`, `reported` or `measured`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected none, reported or measured")]
pub struct UnknownLedLog;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn what_is_printed_is_parsed_back() {
        for log in LedLog::ALL {
            assert_eq!(log.to_string().parse(), Ok(log));
        }
    }
}
