//! Why the prebuilt image cannot be used, or not be made.

use std::path::PathBuf;

use super::change::{Change, in_short};
use super::manifest::FOLDER;
use super::strip::StripError;

/// Why the prebuilt image cannot be used, or not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrebuiltError {
    /// A file cannot be read, or not be written.
    #[error("{}", path.display())]
    File {
        /// Which one, from the workspace's root.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// Which one, from the workspace's root.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The sources have changed since.
    #[error("{FOLDER}/ does not fit the sources: {}", in_short(changes))]
    Stale {
        /// What has changed; at least one.
        changes: Vec<Change>,
    },
    /// The compiler's output cannot be stripped.
    #[error(transparent)]
    Strip(#[from] StripError),
    /// The image tells where it was built.
    #[error("the image contains a path of this machine: {path}")]
    Path {
        /// The text that was found.
        path: String,
    },
}

impl PrebuiltError {
    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::File { path, .. } | Self::Damaged { path, .. } if !path.starts_with(FOLDER) => {
                "correct that file; the firmware's image depends on it"
            }
            Self::File { .. } | Self::Damaged { .. } => {
                "git checkout -- firmware/prebuilt   # or, with a compiler for the chip: hil firmware prebuilt --renew"
            }
            Self::Stale { .. } => "hil firmware prebuilt --renew   # needs a compiler for the chip",
            Self::Strip(_) => "hil firmware build --openeth   # is that ELF as it should be?",
            Self::Path { .. } => {
                "set CARGO_HOME and CARGO_TARGET_DIR to where cargo really keeps its files, and try again"
            }
        }
    }
}
