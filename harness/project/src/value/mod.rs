//! What values mean, as types: a wrong one cannot be.

mod at;
mod chip;
mod firmware;
mod flash_size;
mod host;
mod provision;

pub use at::{At, OffsetError};
pub use chip::{Chip, UnknownChip};
pub use firmware::{Build, BuildCommand, BuildOutput, Firmware, FirmwareImage};
pub use flash_size::{FlashSize, FlashSizeError};
pub use host::{Destination, HostError, HostPort};
pub use provision::{PLACEHOLDERS, Provision, SerialStep, placeholders};
