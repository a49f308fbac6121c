//! Findings that no scenario shows, as files beside the scenarios: bytes of the TCP connection, and messages that only the
//! scripted peer sends.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::input::Input;
use super::store::{StoreError, read_json};
use crate::regression::is_input;

/// The file of such a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Kept {
    /// In one line.
    pub found: String,
    /// What was wrong.
    pub what: String,
    /// The command line that shows it.
    pub shown_by: String,
    /// The command line that finds it again.
    pub found_again_by: String,
    /// The seed of the device: of its random numbers.
    pub seed: u64,
    /// Tells this cause from others.
    pub cause: String,
    /// The input.
    pub input: Input,
}

impl Kept {
    /// The file of a finding.
    pub fn new(finding: &Finding, device: &str, seed: u64, shown_by: &str, again: &str) -> Self {
        Self {
            found: finding.title(device),
            what: finding.what.clone(),
            shown_by: shown_by.to_owned(),
            found_again_by: again.to_owned(),
            seed,
            cause: finding.fingerprint.clone(),
            input: finding.input.clone(),
        }
    }

    /// Its contents.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// An input to be shown again, from the file of a finding or of a corpus; with the seed of the former.
///
/// # Errors
/// The file cannot be read, or is neither.
pub fn read_input(path: &Path) -> Result<(Input, Option<u64>), StoreError> {
    if is_input(path) {
        return read_kept(path).map(|kept| (kept.input, Some(kept.seed)));
    }
    read_json(path).map(|input| (input, None))
}

fn read_kept(path: &Path) -> Result<Kept, StoreError> {
    let mut kept: Kept = read_json(path)?;
    kept.input.limit();
    Ok(kept)
}

/// The findings of this kind in a folder, by name, and what is wrong with files that are none.
///
/// # Errors
/// The folder cannot be read.
pub fn kept_in(folder: &Path) -> std::io::Result<Vec<Result<(PathBuf, Kept), StoreError>>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| is_input(path));
    paths.sort();
    Ok(paths.into_iter().map(|path| read_kept(&path).map(|kept| (path, kept))).collect())
}
