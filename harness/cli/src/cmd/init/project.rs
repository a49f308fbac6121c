//! `hil.toml`, from what lies here.

use std::path::Path;

use hil_project::init::{Detected, WriteError, detect, write};
use hil_project::{FILE, find};

use crate::cmd::error::Failure;

/// Writes a project file, unless there is one here or above; says what was found and what could not be known.
pub(super) fn write_if_none() -> Result<(), Failure> {
    let here = std::env::current_dir().map_err(|e| Failure::io("the current folder", &e))?;
    if let Some(found) = find(&here).filter(|found| found.has_file) {
        say!("{} stays as it is", found.folder.join(FILE).display());
        return Ok(());
    }
    let detected = detect(Path::new("."));
    match write(Path::new(FILE), &detected.to_toml()) {
        Ok(()) => {}
        // Somebody else was faster: theirs stays.
        Err(error @ WriteError::Exists(_)) => say!("{error}"),
        Err(error) => return Err(Failure::bench(&error).help("may you write to this folder?")),
    }
    say!("wrote {FILE}");
    tell(&detected);
    Ok(())
}

fn tell(detected: &Detected) {
    for finding in &detected.findings {
        say!("  found: {finding}");
    }
    for unknown in &detected.unknown {
        say!("  not known: {unknown}");
    }
}
