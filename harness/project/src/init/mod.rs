//! A first `hil.toml` from what lies in a folder.
//!
//! [`detect`] looks at the files that build tools and simulators leave: `Cargo.toml`, `sdkconfig`, `platformio.ini`, an
//! Arduino sketch, `wokwi.toml`, `diagram.json`. What it finds goes into a [`Draft`]; what it cannot know is an [`Unknown`],
//! and is said, in the file and by `hil init`. It runs nothing and changes nothing.

mod arduino;
mod cargo;
mod detect;
mod draft;
mod drawing;
mod files;
mod hosts;
mod idf;
mod platformio;
mod toml_text;
mod write;

pub use detect::{Detected, detect};
pub use draft::{Draft, DraftFirmware, Finding, Toolkit, Unknown};
pub use write::{WriteError, write};
