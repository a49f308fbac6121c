//! What was found on the way through a file.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Code, Diagnostic};
use crate::{Source, Span};

/// A way through a file.
pub(super) struct Look<'s> {
    source: &'s Arc<Source>,
    pub(super) differences: Vec<Diagnostic>,
    pub(super) ignored: Vec<&'static str>,
}

/// What Wokwi does with something.
#[derive(Clone, Copy)]
pub(super) enum Does {
    /// It stops before the simulation, with this message.
    Stops(&'static str),
    /// It goes on as if it were not there.
    Ignores,
    /// It leaves it out without a word.
    Drops,
    /// It takes it for something else.
    Mistakes,
}

impl<'s> Look<'s> {
    pub(super) fn new(source: &'s Arc<Source>, errors: Vec<Diagnostic>) -> Self {
        Self { source, differences: errors, ignored: Vec::new() }
    }

    /// The folder that paths in the file are relative to.
    pub(super) fn folder(&self) -> &Path {
        self.source.path.parent().unwrap_or(Path::new(""))
    }

    /// Notes a difference: where, what it is, what Wokwi does, and what to write instead.
    pub(super) fn differs(&mut self, code: Code, span: Span, title: impl Into<String>, does: Does, help: &str) {
        let label = match does {
            Does::Stops("") => "Wokwi stops with an error".to_owned(),
            Does::Stops(message) => format!("Wokwi stops: {message}"),
            Does::Ignores => "Wokwi ignores it".to_owned(),
            Does::Drops => "Wokwi drops it without a word".to_owned(),
            Does::Mistakes => "Wokwi takes it for something else".to_owned(),
        };
        let mut difference = Diagnostic::new(code, title).at(self.source, span, label);
        difference.family = "wokwi";
        difference.help = (!help.is_empty()).then(|| help.to_owned());
        self.differences.push(difference);
    }
}
