//! The firmware's image that comes with the sources, for machines without a compiler for the chip: does it fit the
//! sources, and how it is made.
//!
//! `firmware/prebuilt/` holds the image and a manifest that names everything the image depends on: sources, the settings
//! of cargo, and the entries of `Cargo.lock` for the packages that the build took. Comparing them takes no compiler, no
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
pub use manifest::{FOLDER, Manifest, Prebuilt};
pub use renew::{compare, renew};
pub use strip::{StripError, strip};
