//! Building the firmware's binary for the ESP32-C3: with which compiler, how, and how large it became.

mod cargo;
mod planted;
pub mod prebuilt;
mod remap;
mod size;
mod toolchain;
mod workspace;

pub use cargo::{Build, BuildError, Built, Variant, build};
pub use planted::is_planted;
pub use size::{Size, SizeError};
pub use toolchain::{CHIP_TARGET, Toolchain, ToolchainError, find};
pub use workspace::workspace;
