//! Findings: what their cause is, and a file for each.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::action::{Action, Sent};
use super::case::Failed;
use super::device::DeviceDescription;
use super::lower::set_name;
use super::payload::Class;
use crate::event::Failure;
use crate::plan::fnv1a;

/// Where findings are written.
pub const DEFAULT_FOLDER: &str = "scenarios/regressions";
/// Begins the line that tells a file's cause.
const CAUSE: &str = "# cause: ";

/// A wrong payload was taken for a right one.
const TAKEN: &str = "taken";
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
    /// Commands in it.
    pub commands: usize,
    /// Number of the case that it was found in.
    pub case: u64,
    /// Whether it fails each time.
    pub is_stable: bool,
    /// Wall time since the campaign's start.
    pub after: std::time::Duration,
}

/// What became of a finding's file.
#[derive(Debug)]
pub enum Written {
    /// It is new.
    New(PathBuf),
    /// Its cause has a file already, which stays as it is.
    Known(PathBuf),
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
        let is_anywhere = matches!(code.as_str(), "expect_led" | "waveform" | "expect_flash" | "device_died");
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
        let (kind, topic) = self.doing.split_once(' ').map_or((self.doing.as_str(), None), |(k, t)| (k, Some(t)));
        let kind = match (Class::ALL.iter().find(|class| class.key() == kind), kind) {
            (Some(class), _) => class.describe(),
            (_, BURST) => "commands without a pause",
            (_, "near-topic") => "a topic near the right one",
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
        let Failure { title, step, step_title, expected, actual, .. } = &self.failure;
        let mut text = String::new();
        let mut line = |label: &str, value: &str| {
            let value = value.replace(['\n', '\r'], " ");
            // Writing to a text cannot fail.
            let _ = writeln!(text, "# {label}{value}");
        };
        line("Found by `hil fuzz`: ", title);
        line("  at ", &format!("{step}: {step_title}"));
        for (label, value) in [("  expected: ", expected), ("  actual:   ", actual)] {
            if let Some(value) = value {
                line(label, value);
            }
        }
        if !self.is_stable {
            line("", "It did not fail again when it was run a second time.");
        }
        line("Found on: ", &format!("{target}, seed {seed}, case {}", self.case));
        line("Found again by: ", again);
        text += &format!("{CAUSE}{}\n", self.cause.fingerprint());
        text + &set_name(&self.text, &self.title)
    }

    /// Writes the file, unless its cause has one already.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn write(&self, folder: &Path, text: &str) -> std::io::Result<Written> {
        std::fs::create_dir_all(folder)?;
        let fingerprint = self.cause.fingerprint();
        if let Some(known) = file_of(folder, &fingerprint)? {
            return Ok(Written::Known(known));
        }
        let path = folder.join(format!("{}-{fingerprint}.yaml", self.cause.slug()));
        // Whole or not at all, and never in place of another.
        let mut file = tempfile::Builder::new().prefix(".fuzz-").suffix(".new").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(Written::New(path)),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(Written::Known(path)),
            Err(error) => Err(error.error),
        }
    }
}

/// The file of a cause, whatever it is called by now.
fn file_of(folder: &Path, fingerprint: &str) -> std::io::Result<Option<PathBuf>> {
    let wanted = format!("{CAUSE}{fingerprint}");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let is_its = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
            && std::fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.trim_end() == wanted))
    };
    Ok(files.into_iter().find(is_its))
}

/// Whether findings could be written there; the folder is made if it is not there yet.
///
/// # Errors
/// They could not.
pub fn can_write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix(".fuzz-").tempfile_in(folder).map(drop)
}
