//! The corpus on disk: one file an input, named by its contents, written whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::input::Input;

/// Larger files are no inputs of ours.
const LARGEST: u64 = 64 * 1024;

/// A folder or file of the corpus that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the corpus {}: {problem}", path.display())]
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
        let store = Self { folder: folder.to_owned() };
        std::fs::create_dir_all(folder).map_err(|error| store.wrong(folder, &error))?;
        Ok(store)
    }

    fn wrong(&self, path: &Path, problem: &dyn std::fmt::Display) -> StoreError {
        StoreError { path: path.to_owned(), problem: problem.to_string() }
    }

    /// All inputs in the folder, the smallest first, and what cannot be read.
    pub(super) fn load(&self) -> Result<(Vec<Input>, Vec<StoreError>), StoreError> {
        let (mut inputs, mut troubles) = (Vec::new(), Vec::new());
        let entries = std::fs::read_dir(&self.folder).map_err(|error| self.wrong(&self.folder, &error))?;
        let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        for path in paths {
            match self.read(&path) {
                Ok(input) => inputs.push(input),
                Err(trouble) => troubles.push(trouble),
            }
        }
        inputs.sort_by_key(Input::size);
        Ok((inputs, troubles))
    }

    fn read(&self, path: &Path) -> Result<Input, StoreError> {
        let size = std::fs::metadata(path).map_err(|error| self.wrong(path, &error))?.len();
        if size > LARGEST {
            return Err(self.wrong(path, &format!("{size} bytes are no input; the largest has {LARGEST}")));
        }
        let text = std::fs::read(path).map_err(|error| self.wrong(path, &error))?;
        let mut input: Input = serde_json::from_slice(&text)
            .map_err(|error| self.wrong(path, &format!("it is not an input: {error}; delete it")))?;
        input.limit();
        Ok(input)
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
        write().map_err(|error| self.wrong(&path, &error))
    }

    /// Takes an input out: others cover what it covers.
    pub(super) fn remove(&self, input: &Input) -> Result<(), StoreError> {
        let path = self.path(input);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(self.wrong(&path, &error)),
            _ => Ok(()),
        }
    }

    fn path(&self, input: &Input) -> PathBuf {
        self.folder.join(format!("{}.json", name(input)))
    }
}

/// Tells inputs apart.
pub(super) fn name(input: &Input) -> String {
    let text = serde_json::to_vec(input).unwrap_or_default();
    Sha256::digest(&text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
