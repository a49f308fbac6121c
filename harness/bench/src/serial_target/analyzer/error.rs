//! What can be wrong with an analyzer, and what to do about it.

use hil_targets::TargetError;
use std::path::PathBuf;
use std::time::Duration;

use super::AnalyzerSpecError;
use hil_model::time::display;

/// Why the lights cannot be observed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyzerError {
    /// The program cannot be started.
    #[error("logic analyzer: {} cannot be started: {problem}", .program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What the operating system says.
        problem: String,
    },
    /// The program has ended.
    #[error("logic analyzer {analyzer}: sigrok-cli has ended ({status}): {said}")]
    Ended {
        /// Driver and channel.
        analyzer: String,
        /// How it ended.
        status: String,
        /// Its last lines on standard error.
        said: String,
    },
    /// No samples come.
    #[error("logic analyzer {analyzer}: no samples for {}: {said}", display(*.limit))]
    Silent {
        /// Driver and channel.
        analyzer: String,
        /// How long they were waited for.
        limit: Duration,
        /// The last lines of sigrok-cli on standard error.
        said: String,
    },
    /// What comes are no samples in sigrok's format.
    #[error("logic analyzer {analyzer}: not samples in sigrok's format `hex`: {line:?}")]
    Format {
        /// Driver and channel.
        analyzer: String,
        /// The line that is none.
        line: String,
    },
    /// The device samples at another rate, at which bits cannot be told.
    #[error("logic analyzer {analyzer}")]
    Rate {
        /// Driver and channel.
        analyzer: String,
        /// Why it is too slow.
        #[source]
        source: AnalyzerSpecError,
    },
    /// It is not known which lights it sees.
    #[error("logic analyzer {analyzer}: {problem}")]
    Wiring {
        /// Driver and channel.
        analyzer: String,
        /// What is wrong.
        problem: String,
    },
}

impl TargetError for AnalyzerError {
    fn is_boards(&self) -> bool {
        true
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Program { .. } => {
                "install it (`apt install sigrok-cli`, `brew install sigrok-cli`), or name it in SIGROK_CLI"
            }
            Self::Ended { .. } => {
                "`sigrok-cli --scan` lists the analyzers that are there, `sigrok-cli -d DRIVER --show` their channels and \
                 rates; check the cable, the permission (libsigrok's udev rules) and, for fx2lafw, its firmware files"
            }
            Self::Silent { .. } => {
                "check the cable; an analyzer that cannot sample without end (`sigrok-cli -d DRIVER --show` names no \
                 `continuous`) cannot be used"
            }
            Self::Format { .. } => "SIGROK_CLI must be sigrok-cli 0.7, or a program that prints the same",
            Self::Rate { .. } => "ask for a rate that `sigrok-cli -d DRIVER --show` lists: 24 MHz, or 16 MHz",
            Self::Wiring { .. } => "name the pin that the analyzer's channel is on in --analyzer: gpio=8",
        }
    }
}
