//! From a board's `device` to the configuration that is written.

use firmware::config::{Config, ConfigError};

use super::BoardEntry;
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
        source: ConfigError,
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
    /// What the board is to know, with passwords and certificate read; `None`: it keeps its configuration.
    ///
    /// # Errors
    /// Something cannot be read, or cannot be right.
    pub fn configuration(&self) -> Result<Option<Config>, ConfigurationError> {
        let Some(request) = &self.device else { return Ok(None) };
        let id = || self.id.clone();
        let settings = request.read().map_err(|source| ConfigurationError::Read { id: id(), source })?;
        let config = settings.apply(Config::default());
        config.validate().map_err(|source| ConfigurationError::Wrong { id: id(), source })?;
        Ok(Some(config))
    }
}
