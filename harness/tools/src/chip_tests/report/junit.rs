//! JUnit XML, as CI systems read it: one suite an ELF file, one test case a test. What says nothing about the program is
//! an `error`, everything else that did not pass is a `failure`.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::Reporter;
use super::failures::{explain, output};
use crate::chip_tests::outcome::{Outcome, TestReport};
use crate::chip_tests::run::Event;
use hil_report::clean;

/// Writes JUnit XML when the run is over.
pub struct Junit<W: Write> {
    out: W,
    suite: TestSuite,
}

impl<W: Write> Junit<W> {
    /// Writes to `out`; `name` is the ELF file's.
    pub fn new(out: W, name: &str) -> Self {
        Self { out, suite: TestSuite::new(clean(name)) }
    }
}

impl<W: Write> Reporter for Junit<W> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Started { .. } | Event::TestStarted(_) | Event::Printed(_) => Ok(()),
            Event::TestFinished(report) => {
                self.suite.add_test_case(case(report));
                Ok(())
            }
            Event::Finished(summary) => {
                let mut report = Report::new("hil sim test");
                report.set_time(summary.wall);
                self.suite.set_time(summary.wall);
                report.add_test_suite(self.suite.clone());
                report.serialize(&mut self.out).map_err(io::Error::other)?;
                self.out.flush()
            }
        }
    }
}

fn case(report: &TestReport) -> TestCase {
    let status = match &report.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Ignored => TestCaseStatus::skipped(),
        Outcome::Failed(failure) => {
            let kind = if failure.is_bench() { NonSuccessKind::Error } else { NonSuccessKind::Failure };
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(clean(&failure.to_string())).set_description(explain(report));
            status
        }
    };
    let mut case = TestCase::new(clean(&report.name), status);
    if let Some((module, _)) = report.name.rsplit_once("::") {
        case.set_classname(clean(module));
    }
    if report.outcome != Outcome::Ignored {
        case.set_time(report.wall);
        case.add_property(Property::new("simulated-seconds", report.simulated.as_secs_f64().to_string()));
        let printed = output(report);
        if !printed.is_empty() {
            case.set_system_out(printed);
        }
    }
    case
}
