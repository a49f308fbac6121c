//! The examples of docs/scenarios.md on a thermostat hold on a thermostat.

use hil_model::observation::{Observation, SerialStream};
use hil_model::verdict::Verdict;
use hil_targets::journal::Journal;

use crate::scripted::{message, ms, run_one, scripted, told};

/// What a thermostat says of itself within a minute.
async fn thermostat(journal: Journal, _: u32) {
    for seq in 1..=30 {
        ms(if seq == 1 { 1000 } else { 1500 }).await;
        let telemetry = format!(
            r#"{{"seq":{seq},"temperature":20.5,"setpoint":21,"readings":[{{"t":20}},{{"t":21}}],"time":"2026-03-01T12:00:{:02}Z","mode":"heat"}}"#,
            seq * 2 % 60
        );
        journal.record(message("home/thermo/1/telemetry", &telemetry));
        journal.record(message("home/thermo/1/text", "t=20.5 C"));
        journal.record(message("home/thermo/1/state", r#"{"mode":"heat"}"#));
        if seq <= 2 {
            journal.record(message("home/thermo/1/mode", ["heat", "idle: warm enough"][seq - 1]));
        }
        let line = format!("heap={}\r\n", 20_000 + seq).into_bytes();
        journal.record(Observation::Serial { stream: SerialStream::Output, data: line.into() });
        ms(500).await;
        journal.record(message("home/thermo/1/state", r#"{"mode":"idle"}"#));
    }
}

#[test]
fn examples_on_a_thermostat_hold_on_a_thermostat() {
    let docs = include_str!("../../../../docs/scenarios.md");
    let blocks = docs.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let steps = blocks.filter(|block| block.contains("home/thermo/") || block.contains("expect-value"));
    let steps: Vec<String> = steps
        .flat_map(|block| match block.split_once("- ") {
            // Each step by itself, where the steps do not belong together.
            Some(("", _)) if block.contains("expect-stream") => {
                block.lines().map(|line| format!("steps:\n  {line}\n")).collect()
            }
            Some(("", _)) => vec![format!("vars: {{ hue: 1 }}\nsteps:\n{block}")],
            _ => vec![block.to_owned()],
        })
        .collect();
    assert!(steps.len() >= 10, "only {} examples", steps.len());
    for scenario in steps {
        let (verdict, said) = told(&run_one(scripted(thermostat), &format!("timeout: 2min\n{scenario}")));
        assert_eq!(verdict, Verdict::Passed, "{scenario}\n{said}");
    }
}
