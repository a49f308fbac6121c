//! The HTML reporter: renders each scenario when it ends, so that no journal is kept in memory.

use std::io::{self, Write};

use super::{page, scenario};
use crate::Reporter;
use hil_model::event::{RunEvent, RunInfo, Summary};
use hil_model::verdict::Verdict;

/// Bytes of details after which passed and skipped scenarios are listed without.
const BUDGET_GOOD: usize = 32 << 20;
/// Bytes of details after which no scenario has axes and tables.
const BUDGET_BAD: usize = 128 << 20;

/// Writes the page when the run is over.
pub struct Html<W: Write> {
    out: W,
    run: Run,
    bytes: usize,
}

/// What the page is made of.
#[derive(Default)]
pub(super) struct Run {
    pub(super) info: Option<RunInfo>,
    pub(super) scenarios: Vec<Rendered>,
    /// `None`: the run was cut short.
    pub(super) summary: Option<Summary>,
}

/// A scenario as HTML.
pub(super) struct Rendered {
    pub(super) id: String,
    pub(super) verdict: Verdict,
    pub(super) html: String,
}

impl<W: Write> Html<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, run: Run::default(), bytes: 0 }
    }
}

impl<W: Write> Reporter for Html<W> {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        match event {
            RunEvent::RunStarted(info) => self.run.info = Some(info.clone()),
            RunEvent::ScenarioStarted { .. } | RunEvent::BoardPhase { .. } | RunEvent::BoardFailed { .. } => {}
            RunEvent::ScenarioFinished(report) => {
                let budget = if report.verdict.is_good() { BUDGET_GOOD } else { BUDGET_BAD };
                let html = scenario::render(report, self.run.info.as_ref(), self.bytes < budget).into_string();
                self.bytes += html.len();
                self.run.scenarios.push(Rendered { id: report.id.clone(), verdict: report.verdict, html });
            }
            RunEvent::RunFinished(summary) => self.run.summary = Some(summary.clone()),
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let rank = |v: Verdict| page::ORDER.iter().position(|o| *o == v);
        self.run.scenarios.sort_by(|a, b| rank(a.verdict).cmp(&rank(b.verdict)).then_with(|| a.id.cmp(&b.id)));
        self.out.write_all(page::render(&self.run).into_string().as_bytes())?;
        self.out.flush()
    }
}
