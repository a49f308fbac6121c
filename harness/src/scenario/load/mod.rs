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

#[cfg(test)]
pub(crate) use document::{DEVICE, INCLUDED, SCENARIO};
pub use loader::{Loaded, Loader, load};
