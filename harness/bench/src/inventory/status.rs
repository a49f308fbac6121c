//! How it is with a board, without touching it: its port is not opened, other machines are not asked.

use hil_targets::TargetError;
use std::path::Path;

use super::BoardEntry;
use crate::AccessError;
use crate::lock::{self, LockState, Owner};
use crate::serial::{PortError, look};
use hil_model::error::chain;

/// A board as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The device node that its port is now; `None` if there is none, or the port is another machine's.
    pub node: Option<String>,
    /// Whether a run could have it.
    pub state: State,
}

/// Whether a run could have a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It could.
    Free,
    /// A process has it; `None`: one that does not say which.
    InUse(Option<Owner>),
    /// It could; a process that had it ended without giving it back.
    Stale(Owner),
    /// Its port cannot be used.
    Port {
        /// What is wrong, in short.
        kind: PortKind,
        /// What exactly is wrong.
        problem: String,
        /// What to do about it.
        help: String,
    },
    /// Its lock files cannot be used.
    Lock {
        /// What is wrong.
        problem: String,
        /// What to do about it.
        help: String,
    },
}

/// What is wrong with a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortKind {
    /// There is none.
    NotThere,
    /// This user may not open it.
    NoPermission,
    /// It is something else.
    NoPort,
}

impl State {
    /// `free`, `in-use`, `stale-lock`, `port-not-there`, `no-permission`, `no-port`, `lock-unusable`: stable, for scripts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::InUse(_) => "in-use",
            Self::Stale(_) => "stale-lock",
            Self::Port { kind: PortKind::NotThere, .. } => "port-not-there",
            Self::Port { kind: PortKind::NoPermission, .. } => "no-permission",
            Self::Port { kind: PortKind::NoPort, .. } => "no-port",
            Self::Lock { .. } => "lock-unusable",
        }
    }

    /// Whether a run could have the board now.
    pub const fn is_free(&self) -> bool {
        matches!(self, Self::Free | Self::Stale(_))
    }
}

/// Looks at a board. Whose it is says more than what is wrong with its port, which may be away because it is in use.
pub fn status(board: &BoardEntry, locks: &Path) -> Status {
    let port = look(&board.port);
    let node = port.as_ref().ok().cloned().flatten();
    let state = match (lock::state(&board.port, locks), port) {
        (Err(AccessError { problem, help }), _) => State::Lock { problem, help },
        (Ok(LockState::Held(owner)), _) => State::InUse(owner),
        (Ok(_), Err(error)) => of_port(&error),
        (Ok(LockState::Stale(owner)), Ok(_)) => State::Stale(owner),
        (Ok(LockState::Free), Ok(_)) => State::Free,
    };
    Status { node, state }
}

fn of_port(error: &PortError) -> State {
    let kind = match error {
        PortError::Missing { .. } => PortKind::NotThere,
        PortError::Permission { .. } => PortKind::NoPermission,
        _ => PortKind::NoPort,
    };
    State::Port { kind, problem: chain(error), help: error.help().to_owned() }
}
