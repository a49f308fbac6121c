//! Waiting for a board to say that it is ready.

use hil_targets::TargetError;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::serial::{Event, SerialPort};
use hil_model::error::chain;
use hil_model::time::display;
use hil_targets::clock::{Pace, runtime};
use hil_targets::console::Lines;
use hil_targets::provision::{Dialogue, Question, find};

/// Serial lines that a report keeps.
const LAST_LINES: usize = 12;

/// In a line that tells of a frame.
const FRAME: &str = ") light: shows #";

/// Why a board is not ready.
pub(super) struct NotBooted {
    pub(super) problem: String,
    pub(super) help: String,
    /// The last lines that it printed.
    pub(super) serial: Vec<String>,
}

/// Keeps a line among the last ones. Frames of the lights tell nothing of why a board fails, and are many.
pub fn keep(last: &mut VecDeque<String>, line: String) {
    if line.contains(FRAME) {
        return;
    }
    if last.len() == LAST_LINES {
        last.pop_front();
    }
    last.push_back(line);
}

/// Answers what the board asks, one question after the other.
pub(super) fn answer(port: &SerialPort, dialogue: &Dialogue) -> Result<(), NotBooted> {
    let not_booted = |problem: String| NotBooted {
        problem,
        help: "`hil monitor --reset` shows what the board asks; correct `prompt` of the provisioner's steps".to_owned(),
        serial: Vec::new(),
    };
    let mut heard: Vec<u8> = Vec::new();
    for Question { prompt, answer, limit } in dialogue {
        let end = Instant::now() + *limit;
        loop {
            if let Some(behind) = find(&heard, prompt.as_bytes()) {
                heard.drain(..behind);
                break;
            }
            let left = end.saturating_duration_since(Instant::now());
            match port.next_within(left) {
                Some(Event::Text(piece)) => heard.extend(&piece.bytes),
                Some(Event::Gone { .. } | Event::Lost(_)) => heard.clear(),
                Some(Event::Back { .. }) => {}
                Some(Event::Ended(error)) => return Err(not_booted(chain(&error))),
                None => {
                    return Err(not_booted(format!("the board did not ask `{prompt}` within {}", display(*limit))));
                }
            }
        }
        let written =
            runtime(Pace::WallClock).map(|runtime| runtime.block_on(port.write(answer.expose().as_bytes()).done()));
        written
            .map_err(|e| not_booted(e.to_string()))?
            .map_err(|e| not_booted(format!("the answer to `{prompt}` could not be sent: {}", chain(&e))))?;
    }
    Ok(())
}

/// Until the board prints a line with `text` in it.
pub(super) fn wait(port: &SerialPort, text: &str, limit: Duration) -> Result<(), NotBooted> {
    let end = Instant::now() + limit;
    let mut lines = Lines::default();
    let mut last = VecDeque::new();
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        match port.next_within(left) {
            Some(Event::Text(piece)) => {
                for line in lines.push(&piece.bytes) {
                    if line.contains(text) {
                        return Ok(());
                    }
                    keep(&mut last, line);
                }
            }
            Some(Event::Gone { .. } | Event::Lost(_)) => lines.clear(),
            Some(Event::Back { .. }) => {}
            Some(Event::Ended(error)) => {
                let (problem, help) = (chain(&error), error.help().to_owned());
                return Err(NotBooted { problem, help, serial: last.into() });
            }
            None => break,
        }
    }
    let (problem, help) = if last.is_empty() {
        (
            format!("the board printed nothing within {} after its reset", display(limit)),
            "is it powered, and its firmware's console on this port at 115200 baud? `hil monitor --reset` shows it",
        )
    } else {
        (
            format!("the board did not print `{text}` within {} after its reset", display(limit)),
            "do its network and broker (`device:` of the inventory) exist? Or raise `limits.boot`, or change `ready:`",
        )
    };
    Err(NotBooted { problem, help: help.to_owned(), serial: last.into() })
}
