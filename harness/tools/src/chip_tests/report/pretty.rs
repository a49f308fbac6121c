//! Text for people, as libtest prints it.

use std::io::{self, Write};

use super::Reporter;
use super::failures::{explain, output, simulated};
use crate::chip_tests::outcome::{Outcome, TestReport};
use crate::chip_tests::run::{Event, Summary};
use hil_model::verdict::Verdict;
use hil_report::Theme;

/// Marks of the terse form in a line.
const WIDTH: usize = 88;

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// One character a test in place of a line.
    pub terse: bool,
    /// What tests print is passed on while they run.
    pub live: bool,
    /// What tests that passed have printed is shown at the end.
    pub show_output: bool,
    /// Each line ends with the test's time on the chip.
    pub times: bool,
}

/// Text for people.
pub struct Pretty<W: Write> {
    out: W,
    theme: Theme,
    style: Style,
    total: usize,
    marks: usize,
    failed: Vec<TestReport>,
    passed: Vec<TestReport>,
}

impl<W: Write> Pretty<W> {
    /// Writes to `out`.
    pub fn new(out: W, theme: Theme, style: Style) -> Self {
        Self { out, theme, style, total: 0, marks: 0, failed: Vec::new(), passed: Vec::new() }
    }

    fn test(&mut self, report: &TestReport) -> io::Result<()> {
        let (word, mark, verdict) = match &report.outcome {
            Outcome::Passed => ("ok", '.', Verdict::Passed),
            Outcome::Ignored => ("ignored", 'i', Verdict::Skipped),
            Outcome::Failed(failure) if failure.is_bench() => ("ERROR", 'E', Verdict::BenchError),
            Outcome::Failed(_) => ("FAILED", 'F', Verdict::Failed),
        };
        let style = self.theme.verdict(verdict);
        if self.style.terse {
            write!(self.out, "{style}{mark}{style:#}")?;
            self.marks += 1;
            if self.marks.is_multiple_of(WIDTH) {
                writeln!(self.out, " {}/{}", self.marks, self.total)?;
            }
        } else {
            let times = self.style.times && report.outcome != Outcome::Ignored;
            let time = if times { format!(" <{}>", simulated(report.simulated)) } else { String::new() };
            writeln!(self.out, "test {} ... {style}{word}{style:#}{time}", report.name)?;
        }
        match report.outcome {
            Outcome::Failed(_) => self.failed.push(report.clone()),
            Outcome::Passed if self.style.show_output => self.passed.push(report.clone()),
            _ => {}
        }
        self.out.flush()
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let out = &mut self.out;
        if self.style.terse && !self.marks.is_multiple_of(WIDTH) {
            writeln!(out)?;
        }
        if self.passed.iter().any(|report| !output(report).is_empty()) {
            writeln!(out, "\nsuccesses:\n")?;
            for report in self.passed.iter().filter(|report| !output(report).is_empty()) {
                writeln!(out, "---- {} ----\n{}", report.name, output(report))?;
            }
        }
        if !self.failed.is_empty() {
            writeln!(out, "\nfailures:\n")?;
            for report in &self.failed {
                writeln!(out, "---- {} ----\n{}", report.name, explain(report))?;
            }
            writeln!(out, "\nfailures:")?;
            for report in &self.failed {
                writeln!(out, "    {}", report.name)?;
            }
        }
        let verdict = if summary.failed > 0 { Verdict::Failed } else { Verdict::Passed };
        let style = self.theme.verdict(verdict);
        let word = if summary.failed > 0 { "FAILED" } else { "ok" };
        let Summary { passed, failed, ignored, filtered_out, .. } = *summary;
        write!(
            out,
            "\ntest result: {style}{word}{style:#}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; \
             {filtered_out} filtered out; "
        )?;
        if summary.not_run > 0 {
            write!(out, "{} not run; ", summary.not_run)?;
        }
        if summary.not_simulated > 0 {
            write!(out, "{} of the failed say nothing about the program; ", summary.not_simulated)?;
        }
        let wall = summary.wall.as_secs_f64();
        writeln!(out, "finished in {wall:.2}s ({:.3} s simulated)\n", summary.simulated.as_secs_f64())?;
        out.flush()
    }
}

impl<W: Write> Reporter for Pretty<W> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Started { tests, .. } => {
                self.total = *tests;
                writeln!(self.out, "\nrunning {tests} test{}", if *tests == 1 { "" } else { "s" })
            }
            Event::Printed(bytes) if self.style.live => {
                self.out.write_all(bytes)?;
                self.out.flush()
            }
            Event::TestStarted(_) | Event::Printed(_) => Ok(()),
            Event::TestFinished(report) => self.test(report),
            Event::Finished(summary) => self.finish(summary),
        }
    }
}
