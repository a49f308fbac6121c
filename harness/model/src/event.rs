//! The runner's event stream: every report is a consumer of it, and the JSON lines report is the stream itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::observation::{Entry, Observation};
use crate::phase::Phase;
use crate::time::SimTime;
use crate::verdict::Verdict;

/// What happens in a run, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum RunEvent {
    /// The plan stands; nothing has run yet.
    RunStarted(RunInfo),
    /// A board of the bench enters a phase.
    BoardPhase {
        /// Its id.
        board: String,
        /// Which.
        phase: Phase,
    },
    /// A board of the bench failed.
    BoardFailed {
        /// Its id.
        board: String,
        /// How.
        fault: BoardFault,
    },
    /// A scenario begins (again, for retries).
    ScenarioStarted {
        /// Scenario id.
        id: String,
        /// From 1.
        attempt: u32,
    },
    /// A scenario has ended, after its last attempt.
    ScenarioFinished(ScenarioReport),
    /// The run is over.
    RunFinished(Summary),
}

/// Version of the event stream that this hil writes and reads. 2: what happens to a device is typed (`"kind":"device"`).
pub const FORMAT: u32 = 2;

/// The head of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunInfo {
    /// Version of hil: `0.1.0`.
    pub version: String,
    /// Version of this event stream: [`FORMAT`].
    pub format: u32,
    /// `native`, `mqtt`.
    pub target: String,
    /// Why this target, or why this one and not the other: `default: no RISC-V build is possible (...)`.
    pub target_reason: String,
    /// The firmware that runs, if hil knows it: a device that is on the broker already, or a board that keeps what it has, does
    /// not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<FirmwareInfo>,
    /// `embedded`, or the broker's URL without its password.
    pub broker: String,
    /// Seed of all randomness of the run.
    pub seed: u64,
    /// Further arguments of `hil run` that repeat this run, paths among them; no secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Start, RFC 3339 UTC: `2026-11-20T12:00:00Z`.
    pub started_at: String,
    /// Hash over the ids of all scenarios of the whole plan (before the partition), hexadecimal.
    pub plan: String,
    /// The share of the plan that this run runs: `slice:1/3`; absent when it runs all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<Partition>,
    /// Number of scenarios of the whole plan.
    pub plan_total: usize,
    /// Number of scenarios in this run.
    pub total: usize,
}

/// Which firmware a run is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FirmwareInfo {
    /// Its file, as it was named; or the name of the device that is compiled into hil.
    pub name: String,
    /// SHA-256 of the file, 64 hexadecimal digits; absent if it is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The project's name, as the firmware itself has it (`esp_app_desc_t`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Its version, from there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl FirmwareInfo {
    /// The first digits of the hash, which tell two files of one project apart.
    pub fn short_hash(&self) -> Option<&str> {
        self.sha256.as_deref().map(|hash| hash.get(..12).unwrap_or(hash))
    }
}

/// `build/app.elf (thermostat 1.2.0, sha256 0123456789ab)`
impl std::fmt::Display for FirmwareInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        let program = [self.project.as_deref(), self.version.as_deref()].into_iter().flatten();
        let program = program.collect::<Vec<_>>().join(" ");
        let hash = self.short_hash().map(|hash| format!("sha256 {hash}"));
        let facts: Vec<String> = [Some(program).filter(|it| !it.is_empty()), hash].into_iter().flatten().collect();
        if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join(", ")) }
    }
}

/// A share of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Partition {
    /// `slice` or `hash`.
    pub kind: String,
    /// From 1.
    pub index: u32,
    /// Number of shares.
    pub total: u32,
}

/// All about one scenario's run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ScenarioReport {
    /// Unique id.
    pub id: String,
    /// The file's name and the case.
    pub title: String,
    /// Scenario file.
    pub file: PathBuf,
    /// Line of the file or of the case's row, from 1.
    pub line: usize,
    /// Tags.
    pub tags: Vec<String>,
    /// Final verdict: flaky if a retry passed.
    pub verdict: Verdict,
    /// Why it was skipped or interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// None of its steps asks anything of the device: it passes on every device that does not die.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expects_nothing: bool,
    /// Every attempt, the last one last; empty if it was skipped.
    pub attempts: Vec<Attempt>,
}

/// One attempt at a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Attempt {
    /// This attempt's verdict (never flaky).
    pub verdict: Verdict,
    /// The board of the bench that it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<String>,
    /// Length in scenario time.
    pub device_time: SimTime,
    /// Length in wall time.
    pub wall_time: Duration,
    /// Steps, in the order in which they ended (children before their group).
    pub steps: Vec<StepReport>,
    /// What went wrong; there may be one in the steps and one more in the teardown.
    pub failures: Vec<Failure>,
    /// Everything observed.
    pub journal: Vec<Entry>,
}

impl Attempt {
    /// What the device has asked the simulator for and is not modelled, each once, in order: see [`Observation::Unmodelled`].
    pub fn unmodelled(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for entry in &self.journal {
            if let Observation::Unmodelled { what, .. } = &entry.what
                && !all.contains(&what.as_str())
            {
                all.push(what);
            }
        }
        all
    }
}

/// One step that was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepReport {
    /// `setup 1`, `step 3`, `step 4.2`.
    pub path: String,
    /// The step in one line.
    pub title: String,
    /// Line in its file, from 1.
    pub line: usize,
    /// Begin.
    pub from: SimTime,
    /// End.
    pub to: SimTime,
    /// Whether it held.
    pub ok: bool,
}

/// What went wrong, ready to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// Kind: failed, invalid, bench error.
    pub verdict: Verdict,
    /// One line: `expected message did not arrive within 2s`.
    pub title: String,
    /// Stable code: `hil::expect_message`.
    pub code: String,
    /// Path of the step.
    pub step: String,
    /// Title of the step.
    pub step_title: String,
    /// Where it is written, if in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What was expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// When it was decided.
    pub at: SimTime,
    /// `seq` of the journal entries that matter most, in order.
    pub related: Vec<u64>,
}

/// A place in a scenario file, with the text around it, so that a report can be read without the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// File.
    pub file: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length of the marked text in characters, on its first line; at least 1.
    pub length: usize,
    /// The source line, without its end.
    pub text: String,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Number of scenarios by verdict (verdicts with none are absent).
    pub counts: BTreeMap<String, usize>,
    /// Wall time of the whole run.
    pub wall_time: Duration,
    /// Scenario time of all attempts together.
    pub device_time: Duration,
    /// Whether Ctrl-C ended it.
    pub interrupted: bool,
    /// The boards of the bench that the run had to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boards: Vec<BoardReport>,
    /// How many boards fewer than `--min-boards` were fit to the end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing_boards: usize,
    /// What it was, if it was no run of `hil run` but a campaign of `hil fuzz`: its scenarios are what was found and what was
    /// known before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignSummary>,
    /// Exit code of the run.
    pub exit_code: u8,
}

/// A campaign of `hil fuzz`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CampaignSummary {
    /// The device's name in its description.
    pub device: String,
    /// Tiers: 1, 2, 3.
    pub tiers: Vec<u8>,
    /// What its cases were made from.
    pub seed: u64,
    /// Cases of tiers 1 and 2 that have ended.
    pub cases: u64,
    /// Commands in them.
    pub commands: u64,
    /// Executions of tier 3.
    pub executions: u64,
    /// Cases that said nothing about the device.
    pub bench_errors: u64,
    /// Findings, known ones that were found again included.
    pub findings: usize,
}

/// A board of the bench in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BoardReport {
    /// Its id.
    pub id: String,
    /// Its port or place.
    pub place: String,
    /// What became of it.
    pub state: BoardState,
    /// Attempts at scenarios that it has carried out.
    pub attempts: usize,
    /// What went wrong with it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<BoardFault>,
}

/// What became of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BoardState {
    /// It was fit to the end.
    Fit,
    /// It failed, and whether it is fit again was not needed to be known.
    Failed,
    /// There was nothing for it to do.
    NotNeeded,
    /// Others kept it, or it is not there.
    NotAvailable,
    /// It failed too often, and was given nothing more to do.
    Quarantined,
}

/// A fault of a board: it says nothing about the firmware.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BoardFault {
    /// In which phase.
    pub phase: Phase,
    /// The scenario that it was running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// One line.
    pub title: String,
    /// What to do about it.
    pub help: String,
    /// The last lines that the board printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serial: Vec<String>,
    /// Whether it gets nothing more to do in this run.
    pub is_last: bool,
}

/// For serde, which hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(n: &usize) -> bool {
    *n == 0
}
