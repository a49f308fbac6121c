//! From a board's `device` to the configuration that is written.

use hil_targets::provision::{Identity, ProvisionError, Provisioner};

use super::BoardEntry;
use super::entry::possible;
use crate::provision::ReadError;

/// Why a board's configuration cannot be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// A password or the certificate cannot be read.
    #[error("board {id}")]
    Read {
        /// The board.
        id: String,
        /// Why.
        #[source]
        source: ReadError,
    },
    /// A value cannot be right.
    #[error("board {id}: its configuration cannot be")]
    Wrong {
        /// The board.
        id: String,
        /// Which one, and why.
        #[source]
        source: ProvisionError,
    },
}

impl ConfigurationError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Read { source, .. } => source.help(),
            Self::Wrong { .. } => "correct `device` of the inventory, or the password that it names".to_owned(),
        }
    }
}

impl BoardEntry {
    /// What the board is to know, with passwords and certificate read; `None`: it keeps what it knows.
    ///
    /// # Errors
    /// Something cannot be read, or cannot be right.
    pub fn identity(&self, provisioner: &dyn Provisioner) -> Result<Option<Identity>, ConfigurationError> {
        let Some(request) = &self.device else { return Ok(None) };
        let id = || self.id.clone();
        let identity = request.read().map_err(|source| ConfigurationError::Read { id: id(), source })?;
        possible(provisioner, &identity).map_err(|source| ConfigurationError::Wrong { id: id(), source })?;
        Ok(Some(identity))
    }
}
