//! What a scenario's run says, and the exit codes of `hil` that follow from it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The outcome of one scenario. Bench errors and invalid files say nothing about the firmware and are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every expectation held.
    Passed,
    /// Passed, but only on a retry.
    Flaky,
    /// An expectation did not hold: the firmware's fault.
    Failed,
    /// The scenario file is wrong (seen only while it ran, for example a captured value of the wrong type).
    Invalid,
    /// Flash, port, broker or quota: says nothing about the firmware.
    BenchError,
    /// Not run, with the reason in the report.
    Skipped,
    /// Stopped by a signal or by `--fail-fast` before it ended.
    Interrupted,
}

impl Verdict {
    /// All of them, in the order in which reports list them.
    pub const ALL: [Self; 7] =
        [Self::Passed, Self::Flaky, Self::Failed, Self::Invalid, Self::BenchError, Self::Skipped, Self::Interrupted];

    /// The name in reports that programs read: `bench-error`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Flaky => "flaky",
            Self::Failed => "failed",
            Self::Invalid => "invalid",
            Self::BenchError => "bench-error",
            Self::Skipped => "skipped",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether the run as a whole can still be green.
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Passed | Self::Flaky | Self::Skipped)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed",
            Self::Flaky => "flaky",
            Self::Failed => "failed",
            Self::Invalid => "invalid",
            Self::BenchError => "bench error",
            Self::Skipped => "skipped",
            Self::Interrupted => "interrupted",
        })
    }
}

/// Exit codes of `hil`: documented in the README and stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// At least one scenario ran and none was bad.
    Passed = 0,
    /// At least one scenario failed.
    Failed = 1,
    /// Wrong usage, or an invalid scenario file.
    Usage = 2,
    /// A bench error: says nothing about the firmware.
    Bench = 3,
    /// Nothing ran: no scenario found, or all were skipped or filtered out.
    NothingRan = 4,
    /// Interrupted by Ctrl-C, SIGTERM or SIGHUP.
    Interrupted = 130,
}
