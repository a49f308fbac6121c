//! From paths to scenarios: finding files, reading them, resolving includes, one run a row of `cases`, checking all.

mod cases;
mod check;
mod document;
mod find;
mod flow;
mod id;
mod include;
mod loader;
mod outer;
mod read;

pub use document::tags;
#[cfg(test)]
pub use document::{DEVICE, INCLUDED, SCENARIO};
pub(super) use find::find;
pub use find::is_description;
pub(crate) use flow::Flow;
pub use loader::{Loaded, Loader, load};
pub use loader::{identity, limited};
pub use outer::OuterVariable;
pub use read::{open as open_file, read as read_source, source};
