//! The firmware's images that come with the sources, for machines without a compiler for the chip: do they fit the
//! sources, and how they are made.
//!
//! `firmware/prebuilt/` holds the firmware for emulators, the same with planted faults, and a manifest that names everything
//! these depend on: sources, the settings of cargo, and the entries of `Cargo.lock` for the packages that the builds took. Comparing them takes no compiler, no
//! network and no build. Line endings do not count.

mod change;
mod error;
mod inputs;
mod lock;
mod manifest;
mod renew;
mod settings;
mod strip;

pub use change::Change;
pub use error::PrebuiltError;
pub use manifest::{FOLDER, Manifest, Prebuilt, VARIANTS};
pub use renew::{Stripped, compare, renew};
pub use strip::{StripError, strip};
