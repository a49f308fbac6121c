//! Paths of the command line to scenario files.

use std::path::{Path, PathBuf};

use crate::error::{Code, Diagnostic};

/// Folders in folders.
const MAX_DEPTH: usize = 64;
/// Name of devices' descriptions in folders of scenarios.
const DESCRIPTION: &str = "device.yaml";

/// The files that `paths` name, each once: files as they are, folders with all `*.yaml` and `*.yml` below them, sorted.
/// Names that begin with `_` are for `include` only, those with `.` are hidden, `device.yaml` is for fuzzing; symbolic links
/// to folders are not followed.
pub(crate) fn find(paths: &[PathBuf], errors: &mut Vec<Diagnostic>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in paths {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, 0, &mut found, errors),
            Ok(_) if is_include_only(path) => errors.push(
                Diagnostic::new(Code::Unreadable, format!("{} is no scenario", path.display()))
                    .help("files whose names begin with `_` are for `include` only; run the files that include it"),
            ),
            Ok(metadata) if !metadata.is_file() => errors.extend(unusable(path)),
            Ok(_) => found.push(path.clone()),
            Err(error) => errors.push(
                super::read::unreadable(path, &error).help("a scenario file or a folder of scenario files is expected"),
            ),
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(std::fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    found
}

/// What has the name of a scenario, and is none that can be read.
fn unusable(path: &Path) -> Option<Diagnostic> {
    let error = super::read::open(path).err()?;
    Some(super::read::unreadable(path, &error).help("a scenario is a file; remove this, or rename it"))
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>, errors: &mut Vec<Diagnostic>) {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            errors.push(super::read::unreadable(folder, &error));
            return;
        }
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name();
        let is_other = is_include_only(&path) || is_description(&path);
        if name.as_encoded_bytes().starts_with(b".") || is_other {
            continue;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth < MAX_DEPTH {
            walk(&path, depth + 1, found, errors);
        } else if !is_folder && path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => found.push(path),
                // A link to a folder.
                Ok(metadata) if metadata.is_dir() => {}
                _ => errors.extend(unusable(&path)),
            }
        }
    }
}

/// Whether a file describes a device for fuzzing, by its name: `device.yaml` or `NAME.device.yaml`.
pub fn is_description(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name == DESCRIPTION || name.strip_suffix(DESCRIPTION).is_some_and(|rest| rest.ends_with('.'))
}

fn is_include_only(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"_"))
}
