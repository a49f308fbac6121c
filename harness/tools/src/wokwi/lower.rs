//! Mode B: a scenario with Wokwi's steps alone as one scenario of Wokwi's. Setup, steps and teardown become one list, variables are
//! filled in, pins are quoted, and every step gets a label by which `wokwi-cli` says that it has come to it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hil_scenario::step::WokwiFiles;
use hil_scenario::{Diagnostics, Scenario, SourcedStep, Variables};

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
        let mut files = WokwiFiles::new(number, folder);
        let decoded = step.decode(variables)?;
        let Some((key, value)) = decoded.command.to_wokwi(&mut files) else { return Ok(()) };
        let WokwiFiles { before, after, .. } = files;
        self.steps.push(Files { before, after });
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
