//! What must not happen, told apart by kind and place.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use simulator::machine::Machine;
use simulator::mem::Width;

use super::execution::{Ending, Execution};
use super::input::Input;
use hil_targets::console::{Deaths, plain};

/// Return addresses that tell findings apart: the innermost, because outer ones differ with how the input came.
const TELLING: usize = 6;
const MOST_FRAMES: usize = 16;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// The firmware said that it panicked.
    Panic,
    /// The stack pointer left the stack.
    StackOverflow,
    /// A watchdog reset the chip.
    Watchdog,
    /// The chip was reset otherwise.
    Reset,
    /// The firmware halted, or its trap handler faults.
    Halt,
    /// A message was not acknowledged in its time.
    Unanswered,
    /// The device was still busy when its time was over.
    Busy,
    /// A register without a model was touched, or the like.
    Unmodelled,
}

impl Kind {
    /// What it is called in file names and fingerprints, where it must stay as it is.
    const fn key(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::StackOverflow => "stack-overflow",
            Self::Watchdog => "watchdog",
            Self::Reset => "reset",
            Self::Halt => "halt",
            Self::Unanswered => "unanswered",
            Self::Busy => "busy",
            Self::Unmodelled => "unmodelled",
        }
    }
}

/// For people.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Panic => "panic",
            Self::StackOverflow => "stack overflow",
            Self::Watchdog => "watchdog",
            Self::Reset => "reset",
            Self::Halt => "halt",
            Self::Unanswered => "unanswered",
            Self::Busy => "busy",
            Self::Unmodelled => "unmodelled",
        })
    }
}

/// Something that must not happen, with the smallest input that was found for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What went wrong.
    pub kind: Kind,
    /// In words: the line of the panic, the cause of the reset.
    pub what: String,
    /// The innermost addresses of the calls under way.
    pub frames: Vec<u32>,
    /// Tells this cause from others: the same for the same firmware, kind and place.
    pub fingerprint: String,
    /// The input.
    pub input: Input,
    /// Executions of the campaign until it was found; 0 before the first.
    pub executions: u64,
}

impl Finding {
    /// What an execution shows, if anything must not happen. `deaths` are a firmware's last words.
    pub fn of(execution: &Execution, input: &Input, deaths: &Deaths) -> Option<Self> {
        let Execution { ending, observed, .. } = execution;
        let panic = panic_lines(&observed.console, deaths);
        let is_told = panic.is_some();
        let said = || ending.to_string();
        let (kind, what, place) = match (ending, panic) {
            (_, Some((what, frames))) => {
                let is_overflow = what.to_ascii_lowercase().contains("stack overflow");
                (if is_overflow { Kind::StackOverflow } else { Kind::Panic }, what, frames)
            }
            (Ending::StackOverflow, None) => (Kind::StackOverflow, said(), repeated(&execution.frames)),
            (Ending::Reset(cause), None) if cause.is_watchdog() => (Kind::Watchdog, said(), execution.frames.clone()),
            (Ending::Reset(_), None) => (Kind::Reset, said(), execution.frames.clone()),
            (Ending::Halted { .. } | Ending::Stuck(_), None) => (Kind::Halt, said(), execution.frames.clone()),
            (Ending::Unanswered, None) => (Kind::Unanswered, said(), Vec::new()),
            (Ending::Busy, None) => (Kind::Busy, said(), Vec::new()),
            (Ending::Idle, None) => (Kind::Unmodelled, observed.reports.first()?.clone(), Vec::new()),
        };
        let is_ending = !is_told && kind != Kind::Unmodelled;
        let frames: Vec<u32> = place.into_iter().take(TELLING).collect();
        let fingerprint = fingerprint(kind, &if is_ending { ending.key() } else { what.clone() }, &frames);
        Some(Self { kind, what, frames, fingerprint, input: input.clone(), executions: 0 })
    }

    /// In one line.
    pub fn title(&self, device: &str) -> String {
        let where_to = match &self.input {
            Input::Messages(messages) => match messages.as_slice() {
                [message] => format!("a message on {}", message.topic),
                _ => format!("{} messages", messages.len()),
            },
            Input::Bytes(_) => "bytes of its connection".to_owned(),
        };
        format!("Fuzzing {device}, {where_to}: {}", self.kind)
    }

    /// What its file is called, without what follows the last dot.
    pub fn file_stem(&self) -> String {
        format!("coverage-{}-{}", self.kind.key(), self.fingerprint)
    }

    /// What more there is to say of it: the beginning of a line and what follows.
    pub fn remarks(&self) -> Vec<(&'static str, String)> {
        let frames: Vec<_> = self.frames.iter().map(|frame| format!("{frame:#010x}")).collect();
        let at = (!frames.is_empty()).then(|| ("  at ", frames.join(", ")));
        std::iter::once(("  ", self.what.clone())).chain(at).collect()
    }
}

/// Of a recursion, the calls that repeat: how deep it is differs.
fn repeated(frames: &[u32]) -> Vec<u32> {
    let mut repeated: Vec<u32> =
        frames.iter().copied().filter(|frame| frames.iter().filter(|other| *other == frame).count() > 2).collect();
    repeated.sort_unstable();
    repeated.dedup();
    repeated
}

/// What a firmware says when it panics: the line, and the addresses on the lines after it.
fn panic_lines(console: &str, deaths: &Deaths) -> Option<(String, Vec<u32>)> {
    let lines: Vec<&str> = console.lines().collect();
    let at = lines.iter().position(|line| deaths.are_in(&plain(line.as_bytes())))?;
    let first = lines[at].find("panic").map_or(lines[at], |from| &lines[at][from..]);
    // The message is on the next line, if there is one that is not itself about the panic.
    let message = lines.get(at + 1).filter(|line| !line.to_ascii_lowercase().contains("panic"));
    let what = std::iter::once(first).chain(message.copied()).collect::<Vec<_>>().join("\n");
    let frames = lines[at..].iter().flat_map(|line| addresses(line)).collect();
    Some((what, frames))
}

/// Addresses of code on a line.
fn addresses(line: &str) -> impl Iterator<Item = u32> {
    line.split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| u32::from_str_radix(word.strip_prefix("0x")?, 16).ok())
        .filter(|address| is_code(*address))
}

fn is_code(address: u32) -> bool {
    (0x4037_C000..0x403E_0000).contains(&address) || (0x4200_0000..0x4280_0000).contains(&address)
}

fn fingerprint(kind: Kind, what: &str, frames: &[u32]) -> String {
    let mut digest = Sha256::new();
    // As fingerprints have it from the beginning.
    digest.update(kind.key().replace('-', " "));
    // Numbers in a message are values, not places; addresses of code are places.
    for word in what.split(|c: char| !c.is_ascii_alphanumeric()) {
        let address = word.strip_prefix("0x").map(|digits| u32::from_str_radix(digits, 16));
        match address {
            Some(Ok(address)) if is_code(address) => digest.update(address.to_le_bytes()),
            Some(_) => {}
            None => digest.update(word.trim_matches(|c: char| c.is_ascii_digit())),
        }
    }
    frames.iter().for_each(|frame| digest.update(frame.to_le_bytes()));
    digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Where the core is, and the return addresses that the chain of frame pointers leads to.
pub(super) fn frames(machine: &Machine) -> Vec<u32> {
    let mut frames = vec![machine.cpu().pc()];
    let mut fp = machine.cpu().x(8);
    let word = |address: u32| machine.memory().read(address, Width::Word).ok();
    while frames.len() < MOST_FRAMES && fp.is_multiple_of(4) && (0x3FC8_0000..0x3FCE_0000).contains(&fp) {
        let (Some(ra), Some(next)) = (word(fp - 4), word(fp - 8)) else { break };
        if !is_code(ra) || next <= fp {
            break;
        }
        frames.push(ra);
        fp = next;
    }
    frames
}
