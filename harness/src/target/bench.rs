//! What a device is given to live in, and what can go wrong there.

use crate::broker::{ClientError, EmbeddedError, TransportError};
use crate::journal::Journal;
use crate::scenario::DeviceConfig;
use crate::serial::PortError;
use crate::target::Watch;
use crate::target::serial::AnalyzerError;
use crate::target::wokwi::WokwiError;
use crate::wire::Wire;

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
    /// Told when code of the device itself runs on the scenario's thread.
    pub watch: Watch,
}

/// User name and password. `Debug` does not show them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(credentials)")
    }
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
    /// The broker ended the observer's connection.
    #[error("the broker ended the harness's own connection: {0}")]
    BrokerLost(String),
    /// The embedded broker failed.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The board's port cannot be used.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The logic analyzer cannot be used.
    #[error(transparent)]
    Analyzer(#[from] AnalyzerError),
    /// Wokwi's command line, or what is behind it.
    #[error(transparent)]
    Wokwi(#[from] WokwiError),
    /// The command that switches the supply.
    #[error("the supply was not switched: {0}")]
    PowerCommand(String),
    /// The device's configuration cannot be written.
    #[error("the device cannot be provisioned: {0}")]
    Provision(String),
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
    Capability(crate::scenario::Capability),
    /// The broker that a step wants to control is not ours.
    #[error("the broker is not hil's own: it cannot be stopped or started")]
    ForeignBroker,
    /// So much was observed that it no longer fits.
    #[error("the journal is full: {0} observations")]
    JournalFull(usize),
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

impl BenchError {
    /// Whether it is the fault of the device's own hardware, so that another board might do.
    pub const fn is_boards(&self) -> bool {
        matches!(self, Self::Port(_) | Self::Analyzer(_) | Self::PowerCommand(_))
    }

    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Broker(_) | Self::Observer(_) | Self::BrokerLost(_) => {
                "check that the broker runs and that its URL, user and password are right; \
                 `hil run` without --broker needs none"
            }
            Self::Capability(_) | Self::ForeignBroker => {
                "name the capability in `requires:`, so that the scenario is skipped"
            }
            Self::Port(error) => error.help(),
            Self::Analyzer(error) => error.help(),
            Self::Wokwi(error) => error.help(),
            Self::PowerCommand(_) => "try --power-command in a shell, with `on` and `off` in place of {on|off}",
            Self::Embedded(_) | Self::Crashed => "this is a fault of hil: please report it",
            Self::Provision(_) => "see `device:` in docs/scenarios.md",
            Self::File { .. } => "name another file, or restore this one",
            Self::JournalFull(_) => {
                "the device may flood its console or its topics: the last entries say more; otherwise split the scenario"
            }
            Self::Stuck(_) => "the device may spin without ever waiting; raise --wall-limit if the machine is slow",
            Self::System(_) => "free memory or file descriptors, or use fewer --jobs",
        }
    }
}
