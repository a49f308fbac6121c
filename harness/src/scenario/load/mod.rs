//! From paths to scenarios: finding files, reading them, resolving includes, one run a row of `cases`, checking all.

mod cases;
mod check;
mod document;
mod find;
mod flow;
mod id;
mod include;
mod loader;
mod read;

pub(crate) use document::tags;
#[cfg(test)]
pub(crate) use document::{DEVICE, INCLUDED, SCENARIO};
pub(super) use find::find;
pub use loader::{Loaded, Loader, load};
pub(crate) use loader::{identity, limited};
pub(crate) use read::{read as read_source, source};
