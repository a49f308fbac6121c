//! The light's contract, line by line: each rule that MQTT alone can prove has a scenario that passes with `--target mqtt` on a
//! sound device, and fails on one that breaks this rule and no other.
//!
//! Broken are the firmware's decisions ([`rules`]) or, by somebody in the [`middle`] of the connection, what goes over the wire. The
//! [`rows`] say which scenario proves which rule by which device; `docs/faults.md` has the same as a table, [`docs`] holds them
//! together.

mod docs;
mod middle;
mod packet;
mod rig;
mod rows;
mod rules;

use std::fmt::Write as _;
use std::sync::Mutex;

use hil_model::event::ScenarioReport;
use hil_model::verdict::Verdict;

use rig::{Device, Rig, scenarios};
use rows::Row;

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");

/// Rows at a time: they wait for most of their time.
const JOBS: usize = 12;

/// What is said of the first scenario that is not passed.
fn told(reports: &[ScenarioReport]) -> (Verdict, String) {
    let bad = reports.iter().find(|report| report.verdict != Verdict::Passed);
    let Some(report) = bad else { return (Verdict::Passed, String::new()) };
    let mut text = report.title.clone();
    for failure in report.attempts.iter().flat_map(|attempt| &attempt.failures).take(1) {
        write!(text, "\n  {}: {}\n  {}", failure.step, failure.step_title, failure.title).unwrap();
        for (name, said) in [("expected", &failure.expected), ("actual", &failure.actual)] {
            write!(text, "\n  {name}: {}", said.as_deref().unwrap_or("-")).unwrap();
        }
    }
    (report.verdict, text)
}

/// What is wrong with a row.
fn problem(row: &Row) -> Option<String> {
    let plan = scenarios(row.scenario, row.case);
    if !row.takes_minutes {
        let (verdict, said) = told(&Rig::with(Device::Sound).judge(&plan));
        if verdict != Verdict::Passed {
            return Some(format!("{verdict:?} on a sound device: {said}"));
        }
    }
    let (verdict, said) = told(&Rig::with(row.device).judge(&plan));
    let found = verdict == Verdict::Failed && said.contains(row.told);
    (!found).then(|| format!("{verdict:?} where it should fail with {:?}: {said}", row.told))
}

#[test]
fn each_rule_has_a_scenario_over_mqtt_that_finds_a_device_which_breaks_it() {
    let (rows, problems) = (Mutex::new(rows::all()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                loop {
                    let row = rows.lock().unwrap().next();
                    let Some(row) = row else { return };
                    if let Some(problem) = problem(row) {
                        let Row { rule, scenario, broken, .. } = row;
                        problems
                            .lock()
                            .unwrap()
                            .push(format!("{rule} ({scenario}, a device that {broken}): {problem}"));
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
