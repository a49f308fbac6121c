//! Which chip the download mode says it is, and what is broken in its flash: for tests of tools that must notice.

/// A chip, as tools tell chips apart in download mode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ChipIdentity {
    /// What it is.
    #[default]
    Esp32C3,
    /// Another one, as far as the ROM's numbers go: everything behind them stays an ESP32-C3.
    Esp32S3,
    /// As above.
    Esp32C6,
}

impl ChipIdentity {
    /// What GET_SECURITY_INFO says; `IMAGE_CHIP_ID` in esptool's targets.
    pub(super) fn chip_id(self) -> u32 {
        match self {
            Self::Esp32C3 => 5,
            Self::Esp32S3 => 9,
            Self::Esp32C6 => 13,
        }
    }

    /// The word of the ROM that tools tell chips apart by; of the ESP32-C3 its value in revisions v0.3 and v0.4. espflash,
    /// `target/`.
    pub(super) fn magic(self) -> u32 {
        match self {
            Self::Esp32C3 => 0x1B31_506F,
            Self::Esp32S3 => 0x0000_0009,
            Self::Esp32C6 => 0x2CE0_806F,
        }
    }
}

/// What is wrong with a chip in download mode; at first nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct DownloadFaults {
    /// The chip that it claims to be.
    pub identity: ChipIdentity,
    /// The flash is worn out: of each piece that is written there, the first bit that should become 0 stays 1.
    pub flash_writes: bool,
}
