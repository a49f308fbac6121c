//! Why a step did not hold.

use std::time::Duration;

use hil_model::event::Failure;
use hil_model::time::display;
use hil_model::verdict::Verdict;
use hil_scenario::{Diagnostics, Source, Span};
use hil_targets::BenchError;
use hil_targets::journal::Journal;

/// The end of a scenario before its last step.
#[derive(Debug)]
pub(super) enum StepError {
    /// The device did not do what it should.
    Unmet(Box<Unmet>),
    /// The file is wrong, as seen only now.
    Invalid(Diagnostics),
    /// The bench failed.
    Bench(BenchError),
}

/// An expectation that did not hold.
#[derive(Debug)]
pub(super) struct Unmet {
    /// One line, lower case.
    pub(super) title: String,
    /// Stable code: `hil::expect_message`.
    pub(super) code: &'static str,
    /// Place in the step's file that says what was expected; `None`: the whole step.
    pub(super) span: Option<Span>,
    pub(super) expected: Option<String>,
    pub(super) actual: Option<String>,
    pub(super) help: Option<String>,
    /// Journal entries that matter.
    pub(super) related: Vec<u64>,
}

impl Unmet {
    pub(super) fn new(code: &'static str, title: impl Into<String>) -> Self {
        Self { title: title.into(), code, span: None, expected: None, actual: None, help: None, related: Vec::new() }
    }

    /// The scenario's timeout has ended: `before` or `in` this step.
    pub(super) fn timeout(place: &str, timeout: Duration) -> Self {
        Self::new("hil::timeout", format!("the scenario's timeout of {} ended {place} this step", display(timeout)))
            .help("raise `timeout:` at the top of the file (default 30s of scenario time)")
    }

    pub(super) fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    pub(super) fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    pub(super) fn actual(mut self, text: impl Into<String>) -> Self {
        self.actual = Some(text.into());
        self
    }

    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    pub(super) fn related(mut self, entries: impl IntoIterator<Item = u64>) -> Self {
        self.related.extend(entries);
        self
    }
}

impl From<Unmet> for StepError {
    fn from(unmet: Unmet) -> Self {
        Self::Unmet(Box::new(unmet))
    }
}

impl<E: Into<BenchError>> From<E> for StepError {
    fn from(error: E) -> Self {
        Self::Bench(error.into())
    }
}

/// Where a failed step stands.
pub(super) struct StepPlace<'a> {
    pub(super) path: &'a str,
    pub(super) title: &'a str,
    pub(super) source: &'a Source,
    pub(super) span: Span,
}

impl StepError {
    /// The failure for the reports, and the error again for the way up.
    pub(super) fn into_failure(self, step: &StepPlace<'_>, journal: &Journal) -> (Failure, Self) {
        let failure = self.to_failure(step, journal);
        (failure, self)
    }

    fn to_failure(&self, step: &StepPlace<'_>, journal: &Journal) -> Failure {
        let base = Failure {
            verdict: Verdict::Failed,
            title: String::new(),
            code: String::new(),
            step: step.path.to_owned(),
            step_title: step.title.to_owned(),
            place: Some(step.source.place(step.span)),
            expected: None,
            actual: None,
            help: None,
            at: journal.now(),
            related: Vec::new(),
        };
        match self {
            Self::Unmet(unmet) => Failure {
                title: unmet.title.clone(),
                code: unmet.code.to_owned(),
                place: Some(step.source.place(unmet.span.unwrap_or(step.span))),
                expected: unmet.expected.clone(),
                actual: unmet.actual.clone(),
                help: unmet.help.clone(),
                related: unmet.related.clone(),
                ..base
            },
            Self::Invalid(diagnostics) => {
                let first = diagnostics.0.first();
                let place = first.and_then(|d| d.labels.first()).map(|l| l.source.place(l.span));
                Failure {
                    verdict: Verdict::Invalid,
                    title: first.map_or_else(String::new, |d| d.title.clone()),
                    code: first.map_or_else(String::new, |d| d.code.to_string()),
                    place: place.or(base.place),
                    help: first.and_then(|d| d.help.clone()),
                    ..base
                }
            }
            Self::Bench(error) => bench_failure(error, base),
        }
    }
}

/// Code of failures that are a board's fault.
pub(super) const BOARD: &str = "hil::bench::board";

/// A bench error as a failure of the step (or of the start) during which it happened.
pub(super) fn bench_failure(error: &BenchError, base: Failure) -> Failure {
    Failure {
        verdict: Verdict::BenchError,
        title: hil_model::error::chain(error),
        code: if error.is_boards() { BOARD } else { "hil::bench" }.to_owned(),
        help: Some(error.help().to_owned()),
        ..base
    }
}
