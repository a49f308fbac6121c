//! Building the firmware's binary for the ESP32-C3: with which compiler, how, and how large it became.

mod build;
mod size;
mod toolchain;

pub use build::{Build, BuildError, Variant, build};
pub use size::{Size, SizeError};
pub use toolchain::{CHIP_TARGET, Toolchain, ToolchainError, find};
