//! Findings: what their cause is, and a file for each.

use super::action::{Action, Sent};
use super::case::Failed;
use super::device::DeviceDescription;
use super::lower::set_name;
use super::payload::Class;
use super::regression::Head;
use hil_model::event::{Failure, ScenarioReport};
use hil_model::hash::fnv1a;
use hil_runner::invariants;

/// A wrong payload was taken for a right one.
const TAKEN: &str = "taken";
/// A right command is not answered any more.
const SILENT: &str = "silent";
/// Commands one after the other.
const BURST: &str = "burst";

/// What two findings have in common that are one: as much as can be told from outside.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cause {
    /// Which expectation did not hold.
    pub oracle: String,
    /// What was done.
    pub doing: String,
}

/// Something wrong with a device.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its cause.
    pub cause: Cause,
    /// In one line.
    pub title: String,
    /// What was wrong.
    pub failure: Failure,
    /// The scenario, without its comments.
    pub text: String,
    /// All about its last run.
    pub report: ScenarioReport,
    /// Commands in it.
    pub commands: usize,
    /// Number of the case that it was found in.
    pub case: u64,
    /// Whether it fails each time.
    pub is_stable: bool,
    /// What became of the device after it.
    pub remark: Option<String>,
    /// Wall time since the campaign's start.
    pub after: std::time::Duration,
}

impl Cause {
    /// The cause of a failure in a case that has been shrunk.
    pub fn of(failed: &Failed, actions: &[Action], device: &DeviceDescription) -> Self {
        let plain = Self::as_seen(failed, actions, device);
        let commands: usize = actions.iter().map(Action::commands).sum();
        let is_in_a_row = plain.doing == BURST || plain.doing.starts_with(Class::Valid.key());
        if commands > 1 && is_in_a_row && plain.is_reported() {
            return Self { oracle: "reported".to_owned(), doing: BURST.to_owned() };
        }
        plain
    }

    /// What a failure looks like before it is shrunk.
    pub fn as_seen(failed: &Failed, actions: &[Action], device: &DeviceDescription) -> Self {
        let code = failed.failure.code.trim_start_matches("hil::").to_owned();
        // Whatever led there, it is the one register.
        if failed.failure.code == invariants::UNMODELLED {
            return Self { oracle: code, doing: format!("not modelled: {}", failed.unmodelled().unwrap_or_default()) };
        }
        const ANYWHERE: [&str; 6] =
            ["expect_led", "waveform", "expect_flash", "device_died", "device_reset", "stack_overflow"];
        let is_anywhere = ANYWHERE.contains(&code.as_str());
        let at = failed.action.and_then(|at| actions.get(at));
        let action = at.or_else(|| actions.iter().rev().find(|action| action.commands() > 0));
        let of_command = |sent: &Sent| {
            let class = sent.class.after_shrinking(&device.commands[sent.command].payload, &sent.payload);
            let doing = match is_anywhere || class.is_everywhere() {
                true => class.key().to_owned(),
                false => format!("{} {}", class.key(), device.commands[sent.command].topic),
            };
            (doing, Some(class))
        };
        let (doing, class) = match action {
            None => ("start".to_owned(), None),
            Some(Action::Command(sent)) => of_command(sent),
            Some(Action::Burst(_)) => (BURST.to_owned(), None),
            Some(Action::NearTopic { .. }) => ("near-topic".to_owned(), None),
            Some(Action::Oversize { .. }) => ("oversize".to_owned(), None),
            Some(Action::Reconnect(_)) => ("reconnect".to_owned(), None),
            Some(Action::Away { .. } | Action::CutDelivery { .. } | Action::PowerCut { .. }) => {
                ("interrupted".to_owned(), None)
            }
            Some(Action::Delay(_)) => ("delay".to_owned(), None),
        };
        if failed.is_silent {
            return Self { oracle: SILENT.to_owned(), doing };
        }
        let plain = Self { oracle: code, doing };
        // A wrong payload that was taken shows first in the answer, in a status, or in what is retained: the cause is one.
        let is_taken = match class {
            None | Some(Class::Valid) => false,
            Some(Class::Long) => plain.is_reported() || plain.oracle == "expect_serial",
            Some(_) => plain.is_reported(),
        };
        if is_taken { Self { oracle: TAKEN.to_owned(), ..plain } } else { plain }
    }

    /// Whether it shows in messages.
    fn is_reported(&self) -> bool {
        matches!(
            self.oracle.as_str(),
            TAKEN | "reported" | "request" | "expect_nothing" | "expect_retained" | "expect_message"
        )
    }

    /// Whether two failures may be the same one, seen in different ways.
    pub fn is_like(&self, other: &Self) -> bool {
        self.oracle == other.oracle || (self.is_reported() && other.is_reported())
    }

    /// What was done, in words.
    pub fn describe(&self) -> String {
        if self.oracle == "unmodelled" {
            return "on the simulator".to_owned();
        }
        let (kind, topic) = self.doing.split_once(' ').map_or((self.doing.as_str(), None), |(k, t)| (k, Some(t)));
        let kind = match (Class::ALL.iter().find(|class| class.key() == kind), kind) {
            (Some(class), _) => class.describe(),
            (_, BURST) => "commands without a pause",
            (_, "near-topic") => "a topic near the right one",
            (_, "start") => "the start alone",
            (_, "oversize") => "a packet that is too large",
            (_, "reconnect") => "a connection that ended",
            (_, "interrupted") => "a command while the device was away",
            (_, other) => other,
        };
        topic.map_or_else(|| kind.to_owned(), |topic| format!("{kind} on {topic}"))
    }

    /// Eight hexadecimal digits, the same in each run.
    pub fn fingerprint(&self) -> String {
        let hash = fnv1a(format!("{}\n{}", self.oracle, self.doing).bytes());
        format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
    }

    /// For the file's name: `taken-cut-short-power`.
    fn slug(&self) -> String {
        let doing = self.doing.rsplit('/').next().unwrap_or_default();
        let kind = self.doing.split(' ').next().unwrap_or_default();
        let text = match doing == self.doing {
            true => format!("{}-{doing}", self.oracle),
            false => format!("{}-{kind}-{doing}", self.oracle),
        };
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
    }
}

impl Finding {
    /// The file: what was wrong, how it was found, and the scenario.
    pub fn file(&self, seed: u64, again: &str, target: &str) -> String {
        let Failure { step, step_title, expected, actual, .. } = &self.failure;
        let mut remarks = vec![("  at ", format!("{step}: {step_title}"))];
        for (label, value) in [("  expected: ", expected), ("  actual:   ", actual)] {
            remarks.extend(value.clone().map(|value| (label, value)));
        }
        remarks.extend(self.remark.clone().map(|remark| ("", remark)));
        if !self.is_stable {
            remarks.push(("", "It did not fail again when it was run a second time.".to_owned()));
        }
        let head = Head {
            title: &self.failure.title,
            remarks: &remarks,
            found_on: &format!("{target}, seed {seed}, case {}", self.case),
            again,
            cause: &self.cause.fingerprint(),
        };
        head.over(&set_name(&self.text, &self.title))
    }

    /// Name of its file.
    pub fn file_name(&self) -> String {
        format!("{}-{}.yaml", self.cause.slug(), self.cause.fingerprint())
    }
}
