//! The file that is decoded, and what is wrong with it so far.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hil_scenario::error::{Code, Diagnostic};
use hil_scenario::{Source, Span};
use toml::Spanned;
use toml::de::DeValue;

use crate::{Names, Origin, Resolved};

/// A value of the file, with its place.
pub(crate) type Value<'t> = Spanned<DeValue<'t>>;

/// Characters of a wrong text that an error repeats.
const SHOWN: usize = 40;

/// The file that is decoded.
#[derive(Debug)]
pub(crate) struct Cx<'a> {
    source: &'a Arc<Source>,
    /// The file's own, which its paths are relative to.
    folder: &'a Path,
    names: &'a Names,
    /// The profile that is decoded, if it is one.
    profile: Option<String>,
    errors: Vec<Diagnostic>,
}

impl<'a> Cx<'a> {
    pub(crate) fn new(source: &'a Arc<Source>, names: &'a Names) -> Self {
        let folder = source.path.parent().unwrap_or(Path::new(""));
        Self { source, folder, names, profile: None, errors: Vec::new() }
    }

    /// What is decoded from now on belongs to this profile.
    pub(crate) fn enter_profile(&mut self, name: &str) {
        self.profile = Some(name.to_owned());
    }

    pub(crate) const fn names(&self) -> &'a Names {
        self.names
    }

    /// The project's folder.
    pub(crate) const fn folder(&self) -> &'a Path {
        self.folder
    }

    /// A path of the file, as it is from the working folder.
    pub(crate) fn path(&self, text: &str) -> PathBuf {
        self.folder.join(text)
    }

    /// `value` with its place as origin.
    pub(crate) fn resolved<T>(&self, value: T, span: Span) -> Resolved<T> {
        let place = self.source.place(span);
        let origin = match &self.profile {
            Some(name) => Origin::Profile { name: name.clone(), place },
            None => Origin::File(place),
        };
        Resolved::new(value, origin)
    }

    pub(crate) fn push(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// An error at `span`.
    pub(crate) fn error(
        &mut self,
        code: Code,
        span: Span,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::new(code, title).at(self.source, span, label).help(help));
    }

    /// Two places that exclude each other, in either order.
    pub(crate) fn conflict(&mut self, title: impl Into<String>, one: Span, other: Span, help: impl Into<String>) {
        self.push(
            Diagnostic::new(Code::Conflict, title)
                .at(self.source, one.max(other), "this one is too much")
                .and(self.source, one.min(other), "this one is there already")
                .help(help),
        );
    }

    /// Something else than `expected` (`a path`) is there.
    pub(crate) fn wrong_type(&mut self, value: &Value<'_>, expected: &str) {
        let title = format!("expected {expected}, found {}", describe(value));
        self.push(Diagnostic::new(Code::WrongType, title).at(self.source, span(value), ""));
    }

    pub(crate) fn into_errors(self) -> Vec<Diagnostic> {
        self.errors
    }
}

/// Where a value or a key stands.
pub(crate) fn span<T>(spanned: &Spanned<T>) -> Span {
    let range = spanned.span();
    Span { start: range.start, end: range.end }
}

/// What a value is, for errors.
fn describe(value: &Value<'_>) -> String {
    match value.get_ref() {
        DeValue::String(text) if text.is_empty() => "an empty string".to_owned(),
        DeValue::String(text) => format!("the string {}", quoted(text)),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(items) if items.is_empty() => "an empty array".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A text of the file in quotes, cut if it is long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}
