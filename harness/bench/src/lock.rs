//! Lock files: a board belongs to one run at a time on this machine.
//!
//! The lock is the operating system's, on a file in a folder that all users of the machine share: it goes with the process
//! that holds it, however that ends. What stands in the file says whose it is. A file with an owner that nobody holds is left
//! over from a process that was killed, and is taken over.
//!
//! | module | what it is |
//! |---|---|
//! | `identity` | all the names that a port may be met under |
//! | `folder`, `file` | the files, and who may not put links in their way |
//! | `owner` | who holds a board |
//! | `state` | whether a board is free, without taking it |

mod file;
mod folder;
mod identity;
mod owner;
mod state;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::file::LockFile;
pub use self::folder::folder;
use self::identity::identities;
pub use self::owner::Owner;
pub use self::state::{LockState, state};
use super::{Access, AccessError, Grant, Held};
use crate::serial::PortSpec;
use hil_model::time::display;

/// Between two tries.
const POLL: Duration = Duration::from_millis(50);
/// Tries at least, whatever the limit: another program may be looking at the lock in that moment.
const TRIES: u32 = 4;

/// A board whose locks are files.
pub struct LockedPort {
    /// The board's port.
    pub port: PortSpec,
    /// Where lock files are: [`folder()`].
    pub folder: PathBuf,
}

impl Access for LockedPort {
    fn acquire(&self, limit: Duration, is_cancelled: &dyn Fn() -> bool) -> Result<Grant, AccessError> {
        folder::ensure(&self.folder)?;
        let (began, mut tries) = (Instant::now(), 0);
        loop {
            // Anew each time: a board that was away may be back, under another name.
            let held = match try_all(self)? {
                Ok(files) => return granted(&self.port, files),
                Err(owner) => owner,
            };
            tries += 1;
            if is_cancelled() {
                return Err(AccessError::new("the run was ended while it waited for the board", "start it again"));
            }
            if began.elapsed() >= limit && tries >= TRIES {
                return Err(in_use(held.as_ref(), limit));
            }
            std::thread::sleep(POLL);
        }
    }
}

/// The locks of all the names of a port, or who holds one of them.
fn try_all(board: &LockedPort) -> Result<Result<Vec<LockFile>, Option<Owner>>, AccessError> {
    let mut files = Vec::new();
    for identity in identities(&board.port) {
        let file = LockFile::open(&board.folder, &identity)?;
        if !file.try_lock()? {
            return Ok(Err(file.owner()));
        }
        files.push(file);
    }
    Ok(Ok(files))
}

fn granted(port: &PortSpec, files: Vec<LockFile>) -> Result<Grant, AccessError> {
    let held = Locks { files };
    let owner = Owner::this_process();
    for file in &held.files {
        file.write(&owner)?;
    }
    Ok(Grant { port: port.clone(), held: Box::new(held) })
}

fn in_use(owner: Option<&Owner>, limit: Duration) -> AccessError {
    let waited = if limit.is_zero() { String::new() } else { format!("; it was waited for, {}", display(limit)) };
    match owner {
        Some(owner) => AccessError::new(
            format!("it is in use by {owner}{waited}"),
            format!(
                "wait for it, take another board, or raise `limits.lock`; if that process hangs, end it: kill {}",
                owner.pid
            ),
        ),
        None => AccessError::new(
            format!("it is in use by a process that does not say who it is{waited}"),
            "wait for it, take another board, or raise `limits.lock`; `lslocks` shows the process",
        ),
    }
}

/// The locks of a board that is ours.
struct Locks {
    files: Vec<LockFile>,
}

impl Held for Locks {
    fn release(mut self: Box<Self>) -> Result<(), AccessError> {
        // All of them, whatever becomes of one.
        let results: Vec<_> = self.files.drain(..).map(|file| file.clear()).collect();
        results.into_iter().collect()
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for file in &self.files {
            // The lock itself goes with the file; an owner that stays is taken for what it is, stale.
            let _ = file.clear();
        }
    }
}
