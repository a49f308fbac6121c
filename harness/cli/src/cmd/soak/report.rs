//! The report files of a soak: those of `hil run`, with an entry for each scenario on each device.

use std::io;
use std::time::Duration;

use hil_model::event::{RunEvent, RunInfo, ScenarioReport};
use hil_model::verdict::Exit;
use hil_report::{Reporter as _, summarize};

use crate::cmd::error::Failure;
use crate::cmd::run::reports::Reports;

pub(super) struct Report {
    out: Reports,
    written: io::Result<()>,
    entries: Vec<ScenarioReport>,
}

impl Report {
    pub(super) fn new(mut out: Reports, info: RunInfo) -> Self {
        let written = out.event(&RunEvent::RunStarted(info));
        Self { out, written, entries: Vec::new() }
    }

    pub(super) fn add(&mut self, entry: ScenarioReport) {
        self.tell(&RunEvent::ScenarioFinished(entry.clone()));
        self.entries.push(entry);
    }

    /// The soak is over.
    pub(super) fn finish(mut self, took: Duration, exit: Exit) -> Result<(), Failure> {
        let mut summary = summarize(&self.entries, exit == Exit::Interrupted);
        summary.wall_time = took;
        summary.exit_code = exit as u8;
        self.tell(&RunEvent::RunFinished(summary));
        self.out.close(self.written)
    }

    fn tell(&mut self, event: &RunEvent) {
        let told = self.out.event(event);
        if self.written.is_ok() {
            self.written = told;
        }
    }
}
