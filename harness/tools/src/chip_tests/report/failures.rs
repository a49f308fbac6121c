//! A failed test in words.

use std::fmt::Write as _;

use crate::chip_tests::outcome::{Outcome, TestReport};
use hil_report::clean_lines;

/// Lines of a serial port that are shown of a test that failed: the last ones.
const SERIAL_LINES: usize = 20;

/// Everything that is known about a failed test, line by line.
pub(super) fn explain(report: &TestReport) -> String {
    let mut text = String::new();
    if let Outcome::Failed(failure) = &report.outcome {
        let _ = writeln!(text, "{failure}");
        if failure.is_bench() {
            let _ = writeln!(text, "  this says nothing about the program");
        }
    }
    section(&mut text, "the program's message", &clean_lines(report.printed.trim_end()));
    let backtrace = report.backtrace.as_ref().map_or_else(String::new, ToString::to_string);
    section(&mut text, "where it was", &clean_lines(&backtrace));
    for (port, sent) in &report.serial {
        let lines = clean_lines(sent.trim_end());
        let hidden = lines.len().saturating_sub(SERIAL_LINES);
        let title = if hidden > 0 { format!("{port}, last {SERIAL_LINES} lines") } else { (*port).to_owned() };
        section(&mut text, &title, &lines[hidden..]);
    }
    section(&mut text, "the simulator's reports", &report.reports);
    let _ = writeln!(text, "simulated {}, in {:.3} s", simulated(report.simulated), report.wall.as_secs_f64());
    text
}

/// What a test printed, for `--show-output`; empty if nothing.
pub(super) fn output(report: &TestReport) -> String {
    let mut text = String::new();
    section(&mut text, "the program's message", &clean_lines(report.printed.trim_end()));
    for (port, sent) in &report.serial {
        section(&mut text, port, &clean_lines(sent.trim_end()));
    }
    section(&mut text, "the simulator's reports", &report.reports);
    text
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.iter().all(|line| line.trim().is_empty()) {
        return;
    }
    let _ = writeln!(text, "{title}:");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

/// Time on the chip.
pub(super) fn simulated(time: std::time::Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}
