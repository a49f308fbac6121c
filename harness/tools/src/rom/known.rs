//! The ROMs that there are.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// A mask ROM of the ESP32-C3, by the chips that have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Revision {
    /// Of chips before v0.3; esp32c3_rev0_rom.elf.
    Rev0,
    /// Of v0.3 and v0.4, which most boards have; esp32c3_rev3_rom.elf, esp32c3_rev300_rom.elf.
    Rev3,
    /// Of v1.1; esp32c3_rev101_rom.elf.
    Rev101,
}

impl Revision {
    /// The SHA-256 of each one's image of 384 KB.
    const ALL: [(Self, &'static str); 3] = [
        (Self::Rev0, "832b9a17b4bca5fe307d2d84b3fcd9cdc75f6a8a51956a3e114b4d6713710565"),
        (Self::Rev3, "0de1e65020e803bea0d7443dca149d61895e01fca3bb9c82d073234eebd73f99"),
        (Self::Rev101, "8b41b9b114e110e373a58188e6e86b044719f3b4e6da0441c6e8b68b72986651"),
    ];

    /// Which one has this digest, if one has.
    pub(super) fn of(digest: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == digest).map(|(revision, _)| *revision)
    }

    /// The better one for the chip that is simulated, a v0.4, has the higher rank.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Rev3 => 2,
            Self::Rev101 => 1,
            Self::Rev0 => 0,
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rev0 => "of chips before v0.3",
            Self::Rev3 => "of chips v0.3 and v0.4",
            Self::Rev101 => "of chips v1.1",
        })
    }
}

/// A SHA-256 in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
