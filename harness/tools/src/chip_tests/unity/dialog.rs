//! [`Dialog`]: one test, by the menu.

use std::collections::BTreeMap;

use simulator::soc::SerialPort;

use super::super::outcome::Outcome;
use super::verdict::verdict;
use super::{MENU_END, PICK, PROMPT};

/// Lines that are kept of a test.
const MOST_LINES: usize = 10_000;
/// Bytes of a line that are kept.
const LONGEST_LINE: usize = 4096;

/// What the dialog has to say after a byte.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// This is to be typed, on every port: a firmware may print on two and listen to one.
    Type(String),
    /// The test is over.
    Over(Outcome),
}

/// Where the dialog is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The firmware has not asked for a test yet.
    Boots,
    /// It was told the number, and shows its stages.
    ChoosesStage,
    /// The test runs.
    Runs,
}

/// Tells the firmware which test to run, and reads what becomes of it.
#[derive(Debug)]
pub struct Dialog {
    number: u32,
    /// Of a test in stages: how many it has. Each but the last ends with a reset.
    stages: u32,
    /// The one that runs, from 1.
    stage: u32,
    state: State,
    /// The port whose output counts: the first that has asked for a test.
    port: Option<SerialPort>,
    unfinished: BTreeMap<SerialPort, Vec<u8>>,
    lines: Vec<String>,
}

impl Dialog {
    /// For the test of this number, which has so many stages; 0 if it has none.
    pub const fn new(number: u32, stages: u32) -> Self {
        Self {
            number,
            stages,
            stage: 1,
            state: State::Boots,
            port: None,
            unfinished: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    /// The chip was reset: says whether that is how a stage ends.
    pub fn reset(&mut self) -> bool {
        self.unfinished.clear();
        let is_between = self.state == State::Runs && self.stage < self.stages;
        if is_between {
            (self.state, self.stage) = (State::Boots, self.stage + 1);
        }
        // A firmware that resets itself before it asks is not yet at its test.
        is_between || self.state == State::Boots
    }

    /// The firmware has printed a byte.
    pub fn printed(&mut self, port: SerialPort, byte: u8) -> Said {
        if self.port.is_some_and(|it| it != port) {
            return Said::Nothing;
        }
        let line = self.unfinished.entry(port).or_default();
        if byte != b'\n' {
            if line.len() < LONGEST_LINE {
                line.push(byte);
            }
            return Said::Nothing;
        }
        let line = String::from_utf8_lossy(&std::mem::take(line)).trim_end().to_owned();
        self.line(port, line)
    }

    fn line(&mut self, port: SerialPort, line: String) -> Said {
        match self.state {
            State::Boots if line.contains(PROMPT) || line.contains(MENU_END) => {
                self.state = if self.stages > 1 { State::ChoosesStage } else { State::Runs };
                self.lines.clear();
                self.port = Some(port);
                return Said::Type(format!("{}\n", self.number));
            }
            State::Boots => {}
            State::ChoosesStage if line.contains(PICK) => self.lines.clear(),
            // All stages have been named.
            State::ChoosesStage if is_stage(&line, self.stages) => {
                self.state = State::Runs;
                return Said::Type(format!("{}\n", self.stage));
            }
            State::ChoosesStage => {}
            State::Runs => match verdict(&self.lines, &line) {
                // A stage that has ended well without a reset: the next one.
                Some(Outcome::Passed) if self.stage < self.stages => {
                    (self.state, self.stage) = (State::ChoosesStage, self.stage + 1);
                    return Said::Type(format!("{}\n", self.number));
                }
                Some(outcome) => return Said::Over(outcome),
                None if self.lines.len() < MOST_LINES => self.lines.push(line),
                None => {}
            },
        }
        Said::Nothing
    }
}

/// Whether this line of a menu names the stage of this number.
fn is_stage(line: &str, number: u32) -> bool {
    line.starts_with('\t') && line.trim_start().starts_with(&format!("({number})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: SerialPort = SerialPort::Uart0;

    /// What the dialog says to a text.
    fn said(dialog: &mut Dialog, text: &str) -> Vec<String> {
        text.bytes()
            .filter_map(|byte| match dialog.printed(PORT, byte) {
                Said::Nothing => None,
                Said::Type(text) => Some(text.trim().to_owned()),
                Said::Over(outcome) => Some(format!("{outcome:?}")),
            })
            .collect()
    }

    #[test]
    fn a_test_is_asked_for_by_its_number() {
        let mut dialog = Dialog::new(7, 0);
        assert_eq!(said(&mut dialog, "boot\r\n\r\nPress ENTER to see the list of tests.\r\n"), ["7"]);
        assert_eq!(
            said(&mut dialog, "Running it...\r\na.c:1:it:PASS\r\n---\r\n1 Tests 0 Failures 0 Ignored \r\n"),
            ["Passed"]
        );
    }

    #[test]
    fn stages_are_chosen_one_after_the_other_over_resets() {
        let prompt = "Press ENTER to see the list of tests.\r\n";
        let stages = "Running it...\r\n\r\npick your combo:\r\n(2)\t\"it\"\r\n\t(1)\t\"a\"\r\n\t(2)\t\"b\"\r\n";
        let mut dialog = Dialog::new(2, 2);
        assert_eq!(said(&mut dialog, prompt), ["2"]);
        assert_eq!(said(&mut dialog, stages), ["1"]);
        assert!(dialog.reset());
        assert_eq!(said(&mut dialog, prompt), ["2"]);
        assert_eq!(said(&mut dialog, stages), ["2"]);
        assert!(!dialog.reset(), "the last stage has no reset");
        assert_eq!(said(&mut dialog, "1 Tests 0 Failures 0 Ignored\n"), ["Passed"]);
    }
}
