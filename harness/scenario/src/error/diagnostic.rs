//! An error in a scenario file.

use std::fmt;
use std::sync::Arc;

use miette::{LabeledSpan, SourceCode, SourceSpan, SpanContents};

use super::{Code, Report};
use crate::{Source, Span};
use hil_model::event::Place;

/// One error in a scenario file.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{title}")]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// What kind of file it is in, as it stands in the code: `scenario`, `bench`.
    pub family: &'static str,
    /// One line, lower case: ``unknown key `topik` ``.
    pub title: String,
    /// Where, the first one being the error itself. None if it is about a path.
    pub labels: Vec<Label>,
    /// More to know, one line each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// A marked place.
#[derive(Debug, Clone)]
pub struct Label {
    /// The file.
    pub source: Arc<Source>,
    /// The place.
    pub span: Span,
    /// What is to be said about it; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn new(code: Code, title: impl Into<String>) -> Self {
        Self { code, family: "scenario", title: title.into(), labels: Vec::new(), notes: Vec::new(), help: None }
    }

    /// The place of the error.
    #[must_use]
    pub fn at(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.labels.insert(0, Label { source: Arc::clone(source), span, text: text.into() });
        self
    }

    /// One more place that has to do with it.
    #[must_use]
    pub fn and(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { source: Arc::clone(source), span, text: text.into() });
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// More to know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The stable name of its kind: `hil::scenario::unknown_key`.
    pub fn code_name(&self) -> String {
        format!("hil::{}::{}", self.family, self.code.name())
    }

    /// The place of the error itself.
    pub fn place(&self) -> Option<Place> {
        self.labels.first().map(|label| label.source.place(label.span))
    }

    /// The error as it is printed, with a newline at its end.
    pub fn render(&self, color: bool) -> String {
        let places: Vec<Place> = self.labels.iter().map(|label| label.source.place(label.span)).collect();
        let code = self.code_name();
        let mut report = Report::new(&self.title).code(&code);
        for (place, label) in places.iter().zip(&self.labels) {
            report = report.mark(place, &label.text);
        }
        for note in &self.notes {
            report = report.line("note", note);
        }
        if let Some(help) = &self.help {
            report = report.line("help", help);
        }
        report.render(color)
    }
}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code_name()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.labels.first().map(|label| &*label.source as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let file = &self.labels.first()?.source;
        Some(Box::new(
            self.labels
                .iter()
                .filter(move |label| Arc::ptr_eq(&label.source, file))
                .map(|label| LabeledSpan::new_with_span(Some(label.text.clone()), label.span)),
        ))
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, miette::MietteError> {
        let contents = self.text.as_bytes().read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.path.display().to_string(),
            contents.data(),
            *contents.span(),
            contents.line(),
            contents.column(),
            contents.line_count(),
        )))
    }
}

/// All errors of a step or of many files; at least one where it is an error.
#[derive(Debug, Clone, Default, thiserror::Error)]
#[error("{}", self.0.iter().map(|d| d.title.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// The errors as they are printed, an empty line between them.
    pub fn render(&self, color: bool) -> String {
        self.0.iter().map(|diagnostic| diagnostic.render(color)).collect::<Vec<_>>().join("\n")
    }

    /// Whether there is no error.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
