//! How to run.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use hil_bench::Board;
use hil_bench::serial_target::SerialTarget;
use hil_targets::broker::BrokerUrl;
use hil_targets::console::Deaths;
use hil_targets::disturb::Disturbance;
use hil_targets::{BrokerKind, Target};

/// Everything that a run needs besides its scenarios.
#[derive(Clone)]
pub struct RunOptions {
    /// What the scenarios run on.
    pub runs_on: RunsOn,
    /// Where the broker is.
    pub broker: BrokerChoice,
    /// Scenarios at a time, at least 1; never more than the target has devices.
    pub jobs: usize,
    /// How often a failed scenario is tried again.
    pub retries: u32,
    /// Whether to stop after the first bad verdict.
    pub fail_fast: bool,
    /// Wall time after which a scenario is abandoned as a bench error.
    pub wall_limit: Duration,
    /// Seed of everything random.
    pub seed: u64,
    /// What on a console counts as the end of a firmware.
    pub deaths: Deaths,
    /// Put before every topic: `None`: a root of the run's own where the harness provisions the device on a shared
    /// broker, nothing elsewhere. The boards of a bench have their own.
    pub topic_root: Option<String>,
    /// Tells this run's clients and topics apart from others on a shared broker: `7f3a`.
    pub run_id: String,
    /// What happens to connections and threads besides, and must not change a verdict: `hil soak`.
    pub disturbance: Option<Disturbance>,
}

/// What the scenarios run on.
#[derive(Clone)]
pub enum RunsOn {
    /// Devices of a target, as many at a time as are wanted.
    Target(Arc<dyn Target>),
    /// Boards of a bench, each one scenario at a time.
    Boards {
        /// Those that may be used.
        boards: Vec<Arc<Board>>,
        /// With fewer that are fit to the end, the run is a bench error.
        min: usize,
    },
}

impl RunsOn {
    /// Devices of this target.
    pub fn target(target: impl Target + 'static) -> Self {
        Self::Target(Arc::new(target))
    }

    /// The target's name: `native`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Target(target) => target.name(),
            Self::Boards { .. } => SerialTarget::NAME,
        }
    }

    /// The target, if it is not the boards of a bench.
    pub fn as_target(&self) -> Option<&dyn Target> {
        match self {
            Self::Target(target) => Some(target.as_ref()),
            Self::Boards { .. } => None,
        }
    }
}

impl From<Arc<dyn Target>> for RunsOn {
    fn from(target: Arc<dyn Target>) -> Self {
        Self::Target(target)
    }
}

/// Where the broker is.
#[derive(Debug, Clone)]
pub enum BrokerChoice {
    /// One embedded broker a scenario.
    Embedded,
    /// This one, for all.
    External(BrokerUrl),
}

impl BrokerChoice {
    /// Its kind.
    pub const fn kind(&self) -> BrokerKind {
        match self {
            Self::Embedded => BrokerKind::Embedded,
            Self::External(_) => BrokerKind::External,
        }
    }
}

impl std::fmt::Display for BrokerChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::External(url) => url.fmt(f),
        }
    }
}

/// Ends a run early. Clones are the same switch.
#[derive(Debug, Clone)]
pub struct Cancel {
    state: Arc<watch::Sender<Option<CancelReason>>>,
}

/// Why a run ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CancelReason {
    /// A signal: Ctrl-C.
    Interrupt,
    /// `--fail-fast`.
    FailFast,
    /// A device hangs on a thread that cannot be stopped: it takes a core, and perhaps memory, until the process ends.
    Hang,
}

impl Default for Cancel {
    fn default() -> Self {
        Self { state: Arc::new(watch::Sender::new(None)) }
    }
}

impl Cancel {
    /// Ends the run as Ctrl-C does: what runs is stopped, its teardown runs, reports are still written.
    pub fn interrupt(&self) {
        self.state.send_replace(Some(CancelReason::Interrupt));
    }

    /// Whether it was.
    pub fn is_interrupted(&self) -> bool {
        self.reason() == Some(CancelReason::Interrupt)
    }

    /// Whether no more scenarios are begun, for whatever reason.
    pub fn is_ending(&self) -> bool {
        self.reason().is_some()
    }

    /// Begins no more scenarios, for this reason if there is no other already.
    pub(super) fn end(&self, reason: CancelReason) {
        self.state.send_modify(|s| *s = s.or(Some(reason)));
    }

    pub(super) fn reason(&self) -> Option<CancelReason> {
        *self.state.borrow()
    }

    /// Resolves when the run is to end at once.
    pub(super) async fn interrupted(&self) {
        let mut state = self.state.subscribe();
        // The sender lives as long as `self`.
        let _ = state.wait_for(|s| *s == Some(CancelReason::Interrupt)).await;
    }
}
