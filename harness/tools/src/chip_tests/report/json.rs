//! One JSON object a line, as libtest's `--format json` has them. Ours beyond that: `sim_time`, seconds on the chip;
//! `reason`, why a test failed; `not_run`.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Reporter;
use super::failures::{explain, output};
use crate::chip_tests::outcome::{Outcome, TestReport};
use crate::chip_tests::run::{Event, Summary};
use hil_model::verdict::Verdict;

/// One JSON object a line.
pub struct Json<W: Write> {
    out: W,
    show_output: bool,
}

impl<W: Write> Json<W> {
    /// Writes to `out`; with `show_output`, what tests that passed have printed too.
    pub fn new(out: W, show_output: bool) -> Self {
        Self { out, show_output }
    }

    fn line(&mut self, value: &Value) -> io::Result<()> {
        writeln!(self.out, "{value}")?;
        self.out.flush()
    }

    fn test(&self, report: &TestReport) -> Value {
        let mut object = Map::new();
        object.insert("type".into(), "test".into());
        object.insert("name".into(), report.name.as_str().into());
        let (event, stdout) = match &report.outcome {
            Outcome::Passed if self.show_output => ("ok", output(report)),
            Outcome::Passed => ("ok", String::new()),
            Outcome::Ignored => ("ignored", String::new()),
            Outcome::Failed(failure) => {
                object.insert("reason".into(), failure.to_string().into());
                object.insert("verdict".into(), Verdict::from(failure).key().into());
                ("failed", explain(report))
            }
        };
        object.insert("event".into(), event.into());
        if report.outcome != Outcome::Ignored {
            object.insert("exec_time".into(), report.wall.as_secs_f64().into());
            object.insert("sim_time".into(), report.simulated.as_secs_f64().into());
        }
        if !stdout.is_empty() {
            object.insert("stdout".into(), stdout.into());
        }
        object.into()
    }
}

impl<W: Write> Reporter for Json<W> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Started { tests, .. } => {
                self.line(&json!({ "type": "suite", "event": "started", "test_count": tests }))
            }
            Event::TestStarted(name) => self.line(&json!({ "type": "test", "event": "started", "name": name })),
            Event::Printed(_) => Ok(()),
            Event::TestFinished(report) => {
                let line = self.test(report);
                self.line(&line)
            }
            Event::Finished(summary) => {
                let Summary { passed, failed, ignored, not_run, filtered_out, simulated, wall, .. } = **summary;
                self.line(&json!({
                    "type": "suite",
                    "event": if failed > 0 { "failed" } else { "ok" },
                    "passed": passed,
                    "failed": failed,
                    "ignored": ignored,
                    "measured": 0,
                    "filtered_out": filtered_out,
                    "not_run": not_run,
                    "exec_time": wall.as_secs_f64(),
                    "sim_time": simulated.as_secs_f64(),
                }))
            }
        }
    }
}
