//! Whether a board is free, without taking it.

use std::path::Path;
use std::time::Duration;

use super::file::LockFile;
use super::identity::identities;
use super::{Owner, folder};
use crate::AccessError;
use crate::serial::PortSpec;

/// Between two looks at a lock whose owner is not written yet.
const AGAIN: Duration = Duration::from_millis(10);
/// Looks.
const LOOKS: usize = 10;

/// How it is with a board's lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockState {
    /// Nobody has it.
    Free,
    /// A process has it; `None`: one that does not say which.
    Held(Option<Owner>),
    /// A process had it and ended without giving it back. The next one takes it over.
    Stale(Owner),
}

/// How it is with the lock of a port. It is held, together with others that look, for a moment; no file is made.
///
/// # Errors
/// The lock files cannot be read.
pub fn state(port: &PortSpec, folder: &Path) -> Result<LockState, AccessError> {
    if !folder.exists() {
        return Ok(LockState::Free);
    }
    folder::ensure(folder)?;
    let mut state = LockState::Free;
    for identity in identities(port) {
        let Some(file) = LockFile::look(folder, &identity)? else { continue };
        match of_file(&file)? {
            LockState::Free => {}
            LockState::Stale(owner) => state = LockState::Stale(owner),
            held @ LockState::Held(_) => return Ok(held),
        }
    }
    Ok(state)
}

fn of_file(file: &LockFile) -> Result<LockState, AccessError> {
    for _ in 0..LOOKS {
        if file.try_lock_shared()? {
            return Ok(file.owner().map_or(LockState::Free, LockState::Stale));
        }
        // Nobody yet: it is being taken, or given back.
        if let Some(owner) = file.owner() {
            return Ok(LockState::Held(Some(owner)));
        }
        std::thread::sleep(AGAIN);
    }
    Ok(LockState::Held(None))
}
