//! What a device is given to live in, and what can go wrong there.

use crate::Watch;
use crate::broker::{ClientError, Credentials, EmbeddedError, TransportError};
use crate::console::Deaths;
use crate::journal::{Full, Journal};
use crate::wire::Wire;
use hil_scenario::DeviceConfig;

/// The surroundings of one scenario's device.
#[derive(Clone)]
pub struct Bench {
    /// Where observations go.
    pub journal: Journal,
    /// The network to the broker, with the harness on it.
    pub wire: Wire,
    /// `device:` of the scenario file.
    pub config: DeviceConfig,
    /// Put before every topic of the device, so that runs on a shared broker do not meet: `hil-7f3a/12/`, or empty.
    pub topic_root: String,
    /// Client identifier, unless the scenario sets one.
    pub client_id: String,
    /// User name and password for the broker, if it wants them.
    pub credentials: Credentials,
    /// Seed for everything random in the device.
    pub seed: u64,
    /// What on its console counts as the end of a firmware.
    pub deaths: Deaths,
    /// Told when code of the device itself runs on the scenario's thread.
    pub watch: Watch,
}

/// The bench failed: this says nothing about the firmware.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// The broker cannot be reached.
    #[error("the broker cannot be reached")]
    Broker(#[from] TransportError),
    /// The observer's connection failed or ended.
    #[error("the harness's own connection to the broker failed")]
    Observer(#[from] ClientError),
    /// The broker says that it cannot do what a step needs.
    #[error("this broker cannot do what the step needs: {0}")]
    BrokerLimit(String),
    /// The broker ended the observer's connection.
    #[error("the broker ended the harness's own connection: {0}")]
    BrokerLost(String),
    /// The embedded broker failed.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// What the kind of target says of itself or of its equipment: a port, an analyzer, a service.
    #[error(transparent)]
    Target(TargetFailure),
    /// The record of the lights does not reach as far as a step needs.
    #[error("what the lights have shown is not known: {0}")]
    Lights(String),
    /// The command that switches the supply.
    #[error("the supply was not switched: {0}")]
    PowerCommand(String),
    /// The board drawing has a part that is wired wrongly.
    #[error("the board drawing cannot be built: {0}")]
    Drawing(String),
    /// The device's configuration cannot be written.
    #[error("the device cannot be provisioned: {0}")]
    Provision(String),
    /// The device cannot be told what it is to know.
    #[error("the device cannot be provisioned: {0}")]
    Provisioner(#[from] crate::provision::ProvisionError),
    /// A file of the bench (board drawing, flash image) cannot be used.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A step asks for what the target said it cannot do, or said it can and cannot.
    #[error("the target does not offer {0}")]
    Capability(hil_scenario::Capability),
    /// The broker that a step wants to control is not ours.
    #[error("the broker is not hil's own: it cannot be stopped or started")]
    ForeignBroker,
    /// So much was observed that it no longer fits.
    #[error("the journal is full: {} observations, {} MiB", .0.entries, .0.bytes >> 20)]
    JournalFull(Full),
    /// The teardown did not end.
    #[error("the teardown did not end within {0} of wall time, and is not complete")]
    TeardownCut(String),
    /// The scenario did not end.
    #[error("the scenario did not end within {0} of wall time and was abandoned")]
    Stuck(String),
    /// The harness itself crashed.
    #[error("hil crashed while it ran the scenario")]
    Crashed,
    /// The operating system refuses something.
    #[error("the operating system refuses: {0}")]
    System(#[from] std::io::Error),
}

/// An error of one kind of target.
pub trait TargetError: std::error::Error + Send + Sync + 'static {
    /// What to do about it.
    fn help(&self) -> &'static str;

    /// Whether it is the fault of the device's own hardware, so that another board might do.
    fn is_boards(&self) -> bool {
        false
    }
}

/// A [`TargetError`], whatever its type.
#[derive(Debug)]
pub struct TargetFailure(Box<dyn TargetError>);

impl std::fmt::Display for TargetFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for TargetFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl<E: TargetError> From<E> for BenchError {
    fn from(error: E) -> Self {
        Self::Target(TargetFailure(Box::new(error)))
    }
}

impl BenchError {
    /// Whether it is the fault of the device's own hardware, so that another board might do.
    pub fn is_boards(&self) -> bool {
        match self {
            Self::Target(failure) => failure.0.is_boards(),
            error => matches!(error, Self::PowerCommand(_)),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Broker(_) | Self::Observer(_) | Self::BrokerLost(_) => {
                "check that the broker runs and that its URL, user and password are right; \
                 `hil run` without --broker needs none"
            }
            Self::BrokerLimit(_) => {
                "nothing is known of the device here; run the scenario on a broker that can, such as hil's own (without --broker)"
            }
            Self::Capability(_) | Self::ForeignBroker => {
                "name the capability in `requires:`, so that the scenario is skipped"
            }
            Self::Target(failure) => failure.0.help(),
            Self::Lights(_) => {
                "the logic analyzer's record comes when the simulation ends by itself; see docs/wokwi.md, section \"The light\""
            }
            Self::PowerCommand(_) => "try --power-command in a shell, with `on` and `off` in place of {on|off}",
            Self::Embedded(_) | Self::Crashed => "this is a fault of hil: please report it",
            Self::Drawing(_) => "correct the board drawing, or name another one with --diagram",
            Self::Provision(_) | Self::Provisioner(_) => "see `device:` in docs/scenarios.md",
            Self::File { .. } => "name another file, or restore this one",
            Self::JournalFull(_) => {
                "the device may flood its console or its topics: the last entries say more; otherwise split the scenario"
            }
            Self::TeardownCut(_) => "look whether what it switches off is off: heaters, motors, supplies",
            Self::Stuck(_) => "the device may spin without ever waiting; raise --wall-limit if the machine is slow",
            Self::System(_) => "free memory or file descriptors, or use fewer --jobs",
        }
    }
}
