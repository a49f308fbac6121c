//! What can go wrong with Wokwi's command line and what is behind it. None of it says anything about the firmware.

use hil_targets::TargetError;
use std::path::PathBuf;

/// The bench failed: `wokwi-cli`, the service behind it, or the project that it is given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WokwiError {
    /// The program does not start.
    #[error("{} does not start", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The project folder cannot be written.
    #[error("the project folder for wokwi-cli: {}", path.display())]
    Project {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The board drawing cannot be completed.
    #[error("the board drawing cannot be used with Wokwi: {0}")]
    Drawing(String),
    /// The service cannot be reached, or ended the connection.
    #[error("wokwi-cli has no connection to its server (try {tries}): {said}")]
    Connection {
        /// What it says.
        said: String,
        /// How often it was started.
        tries: u32,
    },
    /// The service does not accept the token.
    #[error("Wokwi rejects the token in WOKWI_CLI_TOKEN: {0}")]
    Token(String),
    /// The account has no simulation time left.
    #[error("Wokwi's quota is used up: {0}")]
    Quota(String),
    /// The service reports an error.
    #[error("Wokwi reports an error: {0}")]
    Api(String),
    /// It ended in another way than it should.
    #[error("wokwi-cli ended by itself ({how}): {said}")]
    Ended {
        /// `exit code 1`, `signal 9`.
        how: String,
        /// The last that it says.
        said: String,
    },
    /// Nothing came of it.
    #[error("wokwi-cli {waiting_for} within {limit} and was ended: its server is silent")]
    Silent {
        /// `did not start the simulation`.
        waiting_for: &'static str,
        /// `60s`.
        limit: String,
    },
    /// The simulation came to its own limit while steps were carried out.
    #[error("the simulation came to its limit of {0} of simulated time while the scenario ran")]
    SimulatedTime(String),
    /// The lights' record.
    #[error("what the lights have shown is not known: {0}")]
    Lights(String),
    /// All simulated time that the run may take is used up.
    #[error("the run has used its {0} minutes of simulated time (--wokwi-minutes)")]
    Budget(u32),
}

impl TargetError for WokwiError {
    fn help(&self) -> &'static str {
        match self {
            Self::Start { .. } => "WOKWI_CLI names the program; `hil doctor` says which one is found",
            Self::Project { .. } => "is there space in the folder for temporary files? --keep-project names another",
            Self::Drawing(_) => "correct the drawing, or name another with --diagram",
            Self::Connection { .. } => {
                "is the network up, and the service (https://status.wokwi.com)? WOKWI_CLI_SERVER names another server, such \
                 as one of `hil wokwi serve`"
            }
            Self::Token(_) => "make a new one at https://wokwi.com/dashboard/ci and set WOKWI_CLI_TOKEN",
            Self::Quota(_) => {
                "wait for the next month or a larger plan; `hil run --target sim` and `hil wokwi serve` need no quota"
            }
            Self::Api(_) => "does the project run with wokwi-cli by itself? --keep-project FOLDER keeps it",
            Self::Ended { .. } => {
                "try the project by hand: --keep-project FOLDER, then wokwi-cli FOLDER; 0.23 or newer is needed"
            }
            Self::Silent { .. } => {
                "a server that accepts connections and says nothing: try again later, or another server"
            }
            Self::SimulatedTime(_) => "the server simulates faster than the wall clock: raise `timeout:` of the file",
            Self::Lights(_) => {
                "the logic analyzer's record comes when the simulation ends by itself; see docs/wokwi.md, section \"The light\""
            }
            Self::Budget(_) => "raise it, or run fewer scenarios (--filter, --partition)",
        }
    }
}

impl WokwiError {
    /// Whether every other scenario of the run would meet it too.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Token(_) | Self::Quota(_))
    }
}
