//! Everything that the image depends on.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use toml::Table;

use super::change::{Change, changes};
use super::error::PrebuiltError;
use super::lock::Lock;
use super::settings::settings;

/// Files of the firmware's package that are no sources below `src/`.
const FILES: [&str; 3] = ["firmware/Cargo.toml", "firmware/build.rs", "firmware/partitions.csv"];
const SOURCES: &str = "firmware/src";

/// What an image depends on, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inputs {
    /// Settings of cargo, with their values.
    settings: BTreeMap<String, String>,
    /// Files, with the SHA-256 of their content; line ends are LF for this.
    sources: BTreeMap<String, String>,
    /// Packages (`NAME VERSION`), with the SHA-256 of what `Cargo.lock` says of them.
    packages: BTreeMap<String, String>,
}

impl Inputs {
    /// What the workspace has now, for an image that takes these packages (`NAME VERSION`).
    pub(super) fn of<'a>(
        workspace: &Path,
        packages: impl Iterator<Item = &'a str>,
    ) -> Result<(Self, Lock), PrebuiltError> {
        let lock: Lock = parsed(workspace, "Cargo.lock")?;
        let (all, firmware) = (parsed(workspace, "Cargo.toml")?, parsed(workspace, "firmware/Cargo.toml")?);
        let settings = settings(&all, &firmware, &parsed_if_there(workspace, ".cargo/config.toml")?);
        let inputs = Self { settings, sources: sources(workspace)?, packages: lock.entries(packages) };
        Ok((inputs, lock))
    }

    /// What the workspace has now that this has otherwise.
    pub(super) fn changes(&self, workspace: &Path) -> Result<Vec<Change>, PrebuiltError> {
        let (now, lock) = Self::of(workspace, self.packages())?;
        let mut all = changes(&self.settings, &now.settings);
        all.extend(changes(&self.sources, &now.sources));
        all.extend(changes(&self.packages, &now.packages).into_iter().map(|change| in_lock(change, &lock)));
        Ok(all)
    }

    pub(super) fn packages(&self) -> impl Iterator<Item = &str> {
        self.packages.keys().map(String::as_str)
    }

    /// What of this is otherwise in the inputs of a build that was made just now.
    pub(super) fn changes_to(&self, now: &Self) -> Vec<Change> {
        let mut all = changes(&self.settings, &now.settings);
        all.extend(changes(&self.sources, &now.sources));
        all.extend(changes(&self.packages, &now.packages));
        all
    }
}

/// Says which version came in place of one that is gone.
fn in_lock(change: Change, lock: &Lock) -> Change {
    match change {
        Change::Removed(package) => {
            let now: Vec<String> = lock.versions(package.split(' ').next().unwrap_or_default()).collect();
            match now.is_empty() {
                true => Change::Removed(format!("Cargo.lock {package}")),
                false => Change::Changed(format!("Cargo.lock {package} (now {})", now.join(", "))),
            }
        }
        Change::Changed(package) => Change::Changed(format!("Cargo.lock {package}")),
        Change::Added(package) => Change::Added(format!("Cargo.lock {package}")),
    }
}

/// SHA-256 in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn read(workspace: &Path, path: &str) -> Result<Vec<u8>, PrebuiltError> {
    std::fs::read(workspace.join(path)).map_err(|source| PrebuiltError::File { path: path.into(), source })
}

fn parsed<T: serde::de::DeserializeOwned>(workspace: &Path, path: &str) -> Result<T, PrebuiltError> {
    let damaged = |reason: String| PrebuiltError::Damaged { path: path.into(), reason };
    let text = String::from_utf8(read(workspace, path)?).map_err(|e| damaged(e.to_string()))?;
    toml::from_str(&text).map_err(|e| damaged(e.message().to_owned()))
}

fn parsed_if_there(workspace: &Path, path: &str) -> Result<Table, PrebuiltError> {
    match parsed(workspace, path) {
        Err(PrebuiltError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(Table::new()),
        parsed => parsed,
    }
}

fn sources(workspace: &Path) -> Result<BTreeMap<String, String>, PrebuiltError> {
    let mut all = BTreeMap::new();
    for path in FILES {
        add(workspace, path.to_owned(), &mut all)?;
    }
    add_folder(workspace, SOURCES, &mut all)?;
    Ok(all)
}

fn add(workspace: &Path, path: String, all: &mut BTreeMap<String, String>) -> Result<(), PrebuiltError> {
    let content = read(workspace, &path)?;
    // git may have changed the line ends.
    let mut unified = Vec::with_capacity(content.len());
    for (i, byte) in content.iter().enumerate() {
        if !(*byte == b'\r' && content.get(i + 1) == Some(&b'\n')) {
            unified.push(*byte);
        }
    }
    all.insert(path, digest(&unified));
    Ok(())
}

fn add_folder(workspace: &Path, folder: &str, all: &mut BTreeMap<String, String>) -> Result<(), PrebuiltError> {
    let failed = |source| PrebuiltError::File { path: folder.into(), source };
    for entry in std::fs::read_dir(workspace.join(folder)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            add_folder(workspace, &path, all)?;
        } else if !is_of_an_editor(&name) {
            add(workspace, path, all)?;
        }
    }
    Ok(())
}

/// What editors and desktops leave in folders.
fn is_of_an_editor(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || name.ends_with(".orig")
}
