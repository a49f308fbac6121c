//! What the simulator does not model is told in all reports, also of scenarios that pass.


use hil_model::event::ScenarioReport;
use hil_model::observation::Observation;
use hil_model::verdict::Verdict;
use hil_report::terminal::Progress;
use hil_report::{Html, JsonLines, Junit, Reporter, Terminal, Theme, replay};
use crate::fixture::*;

const REGISTER: &str = "register HMAC.SET_START (0x6003e040), read";

/// A scenario that passes and has asked for a register twice, and one for it and another.
fn doubtful() -> Vec<ScenarioReport> {
    let asked =
        |what: &str| Observation::Unmodelled { what: what.to_owned(), text: format!("simulator: {what} at 3 ms") };
    let report = |id: &str, log: Log| ScenarioReport {
        id: id.to_owned(),
        attempts: vec![attempt(Verdict::Passed, 200, 2, log)],
        ..blink()
    };
    let other = "I2C: a slave address of 10 bits";
    vec![
        report("one", Log::default().boot().at(190.0, asked(REGISTER)).at(191.0, asked(REGISTER))),
        report("two", Log::default().boot().at(190.0, asked(REGISTER)).at(191.0, asked(other))),
        report("three", Log::default().boot()),
    ]
}

fn written(make: impl FnOnce(Buffer) -> Box<dyn Reporter>) -> String {
    let scenarios = doubtful();
    let buffer = Buffer::default();
    replay(&events(info(&scenarios), &scenarios, false), make(buffer.clone()).as_mut()).expect("written to memory");
    buffer.text()
}

#[test]
fn the_terminal_counts_scenarios() {
    let text = written(|out| Box::new(Terminal::new(out, Theme::new(false), Progress::Lines)));
    insta::assert_snapshot!(text);
}

#[test]
fn files_name_it() {
    let page = written(|out| Box::new(Html::new(out)));
    assert_eq!(page.matches("not modelled: 1").count() + page.matches("not modelled: 2").count(), 2, "{page}");
    assert!(page.contains("The simulator does not model these") && page.contains(REGISTER), "{page}");
    let junit = written(|out| Box::new(Junit::new(out)));
    let property = format!("<property name=\"not-modelled\" value=\"{REGISTER}\"/>");
    assert_eq!(junit.matches(&property).count(), 2, "{junit}");
    let lines = written(|out| Box::new(JsonLines::new(out)));
    assert!(lines.contains(&format!("\"kind\":\"unmodelled\",\"what\":\"{REGISTER}\"")), "{lines}");
}
