//! The corpus on disk: one file an input, named by its contents, written whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::input::Input;
use crate::regression::can_write;

/// Larger files are no inputs of ours.
const LARGEST: u64 = 64 * 1024;

/// A folder of inputs, or a file in it, that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct StoreError {
    /// The folder or file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: String,
}

/// A folder with inputs.
#[derive(Debug, Clone)]
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens the folder, or makes it.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        can_write(folder).map_err(|error| wrong(folder, &error))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// All inputs in the folder, the smallest first, and what cannot be read.
    pub(super) fn load(&self) -> Result<(Vec<Input>, Vec<StoreError>), StoreError> {
        let (mut inputs, mut troubles) = (Vec::new(), Vec::new());
        let entries = std::fs::read_dir(&self.folder).map_err(|error| wrong(&self.folder, &error))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        for path in paths {
            match read_json::<Input>(&path) {
                Ok(mut input) => {
                    input.limit();
                    inputs.push(input);
                }
                Err(trouble) => troubles.push(trouble),
            }
        }
        inputs.sort_by_key(Input::size);
        Ok((inputs, troubles))
    }

    /// Saves an input. A file is there whole or not at all, also when the disk is full or the program is ended.
    pub(super) fn save(&self, input: &Input) -> Result<(), StoreError> {
        let path = self.path(input);
        if path.exists() {
            return Ok(());
        }
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            serde_json::to_writer(&mut file, input)?;
            file.flush()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|error| wrong(&path, &error))
    }

    /// Takes an input out: others cover what it covers.
    pub(super) fn remove(&self, input: &Input) -> Result<(), StoreError> {
        let path = self.path(input);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(wrong(&path, &error)),
            _ => Ok(()),
        }
    }

    fn path(&self, input: &Input) -> PathBuf {
        self.folder.join(format!("{}.json", name(input)))
    }
}

fn wrong(path: &Path, problem: &dyn std::fmt::Display) -> StoreError {
    StoreError { path: path.to_owned(), problem: problem.to_string() }
}

/// What a file of ours says.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, StoreError> {
    let size = std::fs::metadata(path).map_err(|error| wrong(path, &error))?.len();
    if size > LARGEST {
        return Err(wrong(path, &format!("{size} bytes are no input; the largest has {LARGEST}")));
    }
    let text = std::fs::read(path).map_err(|error| wrong(path, &error))?;
    serde_json::from_slice(&text).map_err(|error| wrong(path, &format!("it is not an input: {error}")))
}

/// Tells inputs apart.
pub(super) fn name(input: &Input) -> String {
    let text = serde_json::to_vec(input).unwrap_or_default();
    Sha256::digest(&text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
