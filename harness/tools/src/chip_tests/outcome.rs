//! How a test ended.

use std::time::Duration;

use simulator::soc::ResetCause;

use crate::simulation::backtrace::Backtrace;

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// It was not run, because it is marked `#[ignore]`.
    Ignored,
    /// Not as it should.
    Failed(Failure),
}

/// Why a test did not pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It ended itself with this code: 101 is a panic, 134 an error result.
    #[error("{}", exit_text(*.0))]
    Exit(
        /// The code.
        u32,
    ),
    /// An assertion of Unity did not hold.
    #[error("{place}: {message}")]
    Assertion {
        /// File and line.
        place: String,
        /// What was expected, and what was there.
        message: String,
    },
    /// It is marked `#[should_panic]`, and did not.
    #[error("it did not panic, as it should")]
    DidNotPanic,
    /// Its time on the chip is over.
    #[error("it had not ended after {} s on the chip{}", .limit.as_secs_f64(), halted_text(*.halted))]
    TimedOut {
        /// The time that it had.
        limit: Duration,
        /// The address of a jump to itself, with interrupts off, that it was in.
        halted: Option<u32>,
    },
    /// The chip was reset.
    #[error("the chip was reset: {}", reset_text(*.0))]
    Reset(
        /// Why.
        ResetCause,
    ),
    /// The program asked which test to run when it had been told.
    #[error("the program asked a second time which test to run: it started again without a reset")]
    StartedAgain,
    /// Nothing can be executed any more: the program's fault.
    #[error("{0}")]
    Stuck(
        /// Why.
        String,
    ),
    /// The simulator cannot do what the program wants: says nothing about the program.
    #[error("{0}")]
    NotSimulated(
        /// What.
        String,
    ),
    /// The host's time for it is over: says nothing about the program.
    #[error("the simulation took longer than {} s of the host's time and was stopped after {} s on the chip", .limit.as_secs_f64(), .reached.as_secs_f64())]
    WallLimit {
        /// The time that it had.
        limit: Duration,
        /// How far it came.
        reached: Duration,
    },
}

impl Failure {
    /// Whether it says nothing about the program.
    pub const fn is_bench(&self) -> bool {
        matches!(self, Self::NotSimulated(_) | Self::WallLimit { .. })
    }
}

fn exit_text(code: u32) -> String {
    match code {
        101 => "it panicked".to_owned(),
        134 => "it returned an error, or aborted".to_owned(),
        other => format!("it ended with exit code {other}"),
    }
}

fn halted_text(halted: Option<u32>) -> String {
    halted.map_or_else(String::new, |pc| format!("; it jumps to itself at {pc:#010x}, with interrupts off"))
}

fn reset_text(cause: ResetCause) -> String {
    match cause {
        ResetCause::SoftwareSystem | ResetCause::SoftwareCpu => format!("by software ({cause:?})"),
        cause if cause.is_watchdog() => format!("by a watchdog ({cause:?})"),
        cause => format!("{cause:?}"),
    }
}

/// A test that was run, or ignored.
#[derive(Debug, Clone, PartialEq)]
pub struct TestReport {
    /// Module and function.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What it printed to the host: for a panic, where and why.
    pub printed: String,
    /// What it sent on the serial ports, by the port's name.
    pub serial: Vec<(&'static str, String)>,
    /// What the simulator noticed: registers without a model, contention, faults of an LED's waveform.
    pub reports: Vec<String>,
    /// If it failed: where the program was and how it came there.
    pub backtrace: Option<Backtrace>,
    /// Time on the chip, from reset on.
    pub simulated: Duration,
    /// Time of the host.
    pub wall: Duration,
}

impl TestReport {
    /// Whether the run can still be green.
    pub fn is_good(&self) -> bool {
        !matches!(self.outcome, Outcome::Failed(_))
    }
}
