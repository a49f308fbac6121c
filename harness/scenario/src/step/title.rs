//! A step in one line, for progress, reports and the journal.

use std::fmt;
use std::time::Duration;

use super::{Command, StepNode};
use crate::{DEFAULT_WITHIN, Variables};
use hil_model::time;

/// Characters of a title.
const MAX_LENGTH: usize = 100;

impl Command {
    /// The command in one line of at most 100 characters, limits included: ``publish cmnd/led/power "on"``. Values of
    /// environment variables stand in it: what is shown is [`Step::title`](super::Step::title).
    pub fn title(&self) -> String {
        bounded(&self.to_string())
    }

    /// As [`Command::title`], without the values of environment variables.
    pub(super) fn redacted_title(&self, vars: &Variables) -> String {
        bounded(&vars.redact(&self.to_string()))
    }
}

fn bounded(title: &str) -> String {
    let title: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match title.char_indices().nth(MAX_LENGTH) {
        None => title,
        Some(_) => title.chars().take(MAX_LENGTH - 3).chain("...".chars()).collect(),
    }
}

/// ` within 2s`: the default is shown too.
pub(super) struct Within(pub Option<Duration>);

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " within {}", time::display(self.0.unwrap_or(DEFAULT_WITHIN)))
    }
}

/// `(3 steps)`
pub(super) struct Steps<'a>(pub &'a [StepNode]);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("(1 step)"),
            n => write!(f, "({n} steps)"),
        }
    }
}
