//! Mode B: a scenario with Wokwi's steps alone as one scenario of Wokwi's. Setup, steps and teardown become one list, variables are
//! filled in, pins are quoted, and every step gets a label by which `wokwi-cli` says that it has come to it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use hil_model::time::display;
use hil_scenario::step::{ExpectPin, SetControl, TakeScreenshot, Touch};
use hil_scenario::{Command, Diagnostics, Scenario, SourcedStep, Variables};

/// A scenario for `wokwi-cli`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lowered {
    /// Its name there, which no line of the chip begins with.
    pub(super) name: String,
    /// The file.
    pub(super) yaml: String,
    /// Files for each step, in order.
    pub(super) steps: Vec<Files>,
}

/// Files of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Files {
    /// To be copied into the project before the run: from, and name there.
    pub(super) before: Option<(PathBuf, String)>,
    /// To be copied out of it after the step: name there, and to.
    pub(super) after: Option<(String, PathBuf)>,
}

impl Lowered {
    /// Lowers a scenario; `nonce` tells its lines from the chip's.
    ///
    /// # Errors
    /// A step is wrong.
    pub(super) fn new(scenario: &Scenario, nonce: &str) -> Result<Self, Diagnostics> {
        let name = format!("hil-{nonce}");
        let mut lowered = Self { yaml: format!("name: {name}\nversion: 1\nsteps:\n"), name, steps: Vec::new() };
        let variables = scenario.variables();
        for step in scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown) {
            lowered.add(step, &variables)?;
        }
        Ok(lowered)
    }

    fn add(&mut self, step: &SourcedStep, variables: &Variables) -> Result<(), Diagnostics> {
        let number = self.steps.len() + 1;
        let folder = step.source.path.parent().unwrap_or(Path::new(""));
        let mut files = Files::default();
        let decoded = step.decode(variables)?;
        let Some((key, value)) = lower(&decoded.command, number, folder, &mut files) else { return Ok(()) };
        self.steps.push(files);
        // JSON is YAML: nothing in a text can be taken for anything else. (Writing to a text cannot fail.)
        let _ = writeln!(self.yaml, "  - name: {}\n    {key}: {value}", label(&self.name, number));
        Ok(())
    }
}

/// The label of the step with this number, from 1.
fn label(name: &str, number: usize) -> String {
    format!("{name}-{number}")
}

/// The number of the step with this label.
pub(super) fn number(name: &str, label: &str) -> Option<usize> {
    label.strip_prefix(name)?.strip_prefix('-')?.parse().ok()
}

/// Key and value of a step; none for what only we have.
fn lower(command: &Command, number: usize, folder: &Path, files: &mut Files) -> Option<(&'static str, Value)> {
    Some(match command {
        Command::Delay(duration) => ("delay", time(*duration)),
        Command::WaitSerial(wait) => ("wait-serial", json!(String::from_utf8_lossy(&wait.text.value.0))),
        Command::WriteSerial(write) => match std::str::from_utf8(&write.bytes.0) {
            Ok(text) => ("write-serial", json!(text)),
            Err(_) => ("write-serial", json!(write.bytes.0)),
        },
        Command::ExpectPin(ExpectPin { part, pin, value }) => {
            ("expect-pin", json!({ "part-id": part.value, "name": pin.value, "value": u8::from(*value) }))
        }
        Command::SetControl(SetControl { part, control, value }) => {
            ("set-control", json!({ "part-id": part.value, "name": control.value, "value": number_of(*value) }))
        }
        Command::TakeScreenshot(shot) => ("take-screenshot", screenshot(shot, number, folder, files)),
        Command::ExpectChipOutput(text) => ("expect-chip-output", json!(text)),
        Command::Touch(touch) => (touch.gesture, gesture(touch)),
        _ => return None,
    })
}

fn time(duration: Duration) -> Value {
    json!(display(duration))
}

/// Whole numbers without a point: that is how people write them.
fn number_of(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e9 { json!(value as i64) } else { json!(value) }
}

fn screenshot(shot: &TakeScreenshot, number: usize, folder: &Path, files: &mut Files) -> Value {
    let mut value = json!({ "part-id": shot.part.value });
    if let Some(path) = &shot.save_to {
        let name = format!("saved-{number}.png");
        value["save-to"] = json!(name);
        files.after = Some((name, folder.join(path)));
    }
    if let Some(path) = &shot.compare_with {
        let name = format!("expected-{number}.png");
        value["compare-with"] = json!(name);
        files.before = Some((folder.join(path), name));
    }
    value
}

fn gesture(touch: &Touch) -> Value {
    let mut value = json!({ "part-id": touch.part.value });
    if let Some((x, y)) = touch.position {
        value["x"] = number_of(x);
        value["y"] = number_of(y);
    }
    if let Some(duration) = touch.duration {
        value["duration"] = time(duration);
    }
    if touch.wait {
        value["wait"] = json!(true);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use hil_scenario::Loader;

    #[test]
    fn steps_are_flattened_with_variables_filled_in_and_everything_quoted() {
        let text = r##"
name: Every step
version: 1
vars: { pin: 0 }
setup: [{ wait-serial: "boot: \"light\" # 1" }]
steps:
  - { name: a label, delay: 1.5s }
  - expect-pin: { part-id: esp, pin: "${pin}", value: 0 }
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - write-serial: "on\n"
  - write-serial: [255, 0]
  - take-screenshot: { part-id: led1, save-to: out/led.png, compare-with: led.png }
  - touch: { part-id: lcd, x: 10, y: 2.5, wait: true }
  - touch-release: { part-id: lcd }
  - expect-chip-output: yes
teardown: [{ delay: 0 }]
"##;
        let file = Loader::new().load_text("folder/file.yaml".as_ref(), text).expect("a scenario");
        let lowered = Lowered::new(&file.scenarios[0], "7f3a").expect("steps that are right");
        insta::assert_snapshot!(lowered.yaml, @r#"
        name: hil-7f3a
        version: 1
        steps:
          - name: hil-7f3a-1
            wait-serial: "boot: \"light\" # 1"
          - name: hil-7f3a-2
            delay: "1.5s"
          - name: hil-7f3a-3
            expect-pin: {"name":"0","part-id":"esp","value":0}
          - name: hil-7f3a-4
            set-control: {"name":"pressed","part-id":"btn1","value":1}
          - name: hil-7f3a-5
            write-serial: "on\n"
          - name: hil-7f3a-6
            write-serial: [255,0]
          - name: hil-7f3a-7
            take-screenshot: {"compare-with":"expected-7.png","part-id":"led1","save-to":"saved-7.png"}
          - name: hil-7f3a-8
            touch: {"duration":"50ms","part-id":"lcd","wait":true,"x":10,"y":2.5}
          - name: hil-7f3a-9
            touch-release: {"part-id":"lcd"}
          - name: hil-7f3a-10
            expect-chip-output: "yes"
          - name: hil-7f3a-11
            delay: "0s"
        "#);
        assert_eq!(lowered.steps.len(), 11);
        let shot = &lowered.steps[6];
        assert_eq!(shot.before, Some(("folder/led.png".into(), "expected-7.png".to_owned())));
        assert_eq!(shot.after, Some(("saved-7.png".to_owned(), "folder/out/led.png".into())));
        assert_eq!(number(&lowered.name, "hil-7f3a-11"), Some(11));
        assert_eq!(number(&lowered.name, "hil-7f3-11"), None);
    }
}
