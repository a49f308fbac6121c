//! Passwords: from a file or the environment, never from the command line or an inventory.

use std::path::{Path, PathBuf};

use hil_scenario::Secret;

use super::ReadError;

/// Where a password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// There is none.
    Nowhere,
    /// In this variable, if it is set.
    Default(&'static str),
    /// In this variable, which somebody has named: it must be set.
    Variable(String),
    /// In this file, in one line.
    File(PathBuf),
}

impl SecretSource {
    /// The password, if there is one.
    ///
    /// # Errors
    /// It should be there and is not, or cannot be a password.
    pub fn read(&self) -> Result<Option<Secret>, ReadError> {
        match self {
            Self::Nowhere => Ok(None),
            Self::Default(name) => variable(name),
            Self::Variable(name) => variable(name)?.map(Some).ok_or_else(|| ReadError::NotSet(name.clone())),
            Self::File(path) => file(path).map(Some),
        }
    }
}

fn variable(name: &str) -> Result<Option<Secret>, ReadError> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        // The system's error would show it.
        Err(std::env::VarError::NotUnicode(_)) => Err(ReadError::NotUtf8(name.to_owned())),
    }
}

fn file(path: &Path) -> Result<Secret, ReadError> {
    let text = std::fs::read_to_string(path).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.contains('\n') {
        return Err(ReadError::Lines(path.to_owned()));
    }
    Ok(Secret::new(text.to_owned()))
}
