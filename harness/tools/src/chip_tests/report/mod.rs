//! Reports of a run: text as libtest prints it, one JSON object a line as libtest's `--format json`, JUnit XML.

mod failures;
mod json;
mod junit;
mod pretty;

pub use json::Json;
pub use junit::Junit;
pub use pretty::{Pretty, Style};

use std::io;

use super::run::Event;

/// Consumes a run's events and makes a report of them.
pub trait Reporter {
    /// The next event.
    ///
    /// # Errors
    /// The report cannot be written.
    fn event(&mut self, event: &Event<'_>) -> io::Result<()>;
}
