//! The folder of the lock files.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::AccessError;

/// Names another folder.
const VARIABLE: &str = "HIL_LOCK_DIR";

/// Where lock files are: HIL_LOCK_DIR, or `/tmp/hilbench-locks` (elsewhere than on Unix, in the system's folder for temporary
/// files). TMPDIR is not asked: it is another one for each user on some systems.
pub fn folder() -> PathBuf {
    let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    named.unwrap_or_else(|| {
        let temporary = if cfg!(unix) { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        temporary.join("hilbench-locks")
    })
}

/// Makes the folder if there is none: everyone may make files in it, and remove their own.
pub(super) fn ensure(folder: &Path) -> Result<(), AccessError> {
    let failed = |e: &io::Error| {
        let help = format!("name a folder that all users of the boards may write to, by {VARIABLE}");
        AccessError::new(format!("the folder of the lock files {}: {e}", folder.display()), help)
    };
    match std::fs::symlink_metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(metadata) => {
            let what = if metadata.is_symlink() { "a symbolic link" } else { "not a folder" };
            Err(AccessError::new(
                format!("the folder of the lock files {} is {what}", folder.display()),
                format!("remove it if it is not yours to trust, or name the folder itself by {VARIABLE}"),
            ))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => create(folder).map_err(|e| failed(&e)),
        Err(e) => Err(failed(&e)),
    }
}

fn create(folder: &Path) -> io::Result<()> {
    match std::fs::create_dir(folder) {
        Ok(()) => share(folder),
        // Another process was faster.
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(e),
    }
}

#[cfg(unix)]
fn share(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // The mode that mkdir is given is cut by the umask.
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o1777))
}

#[cfg(not(unix))]
fn share(_folder: &Path) -> io::Result<()> {
    Ok(())
}
