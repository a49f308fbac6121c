//! One lock file. It is never removed: two processes could hold two files of one name.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::Owner;
use super::identity::Identity;
use crate::AccessError;

/// Bytes of an owner; more is no owner.
const LONGEST: u64 = 4096;
/// Tries to open a file that others are making.
const TRIES: usize = 3;

/// An open lock file. The lock goes when it is dropped.
pub(super) struct LockFile {
    file: File,
    path: PathBuf,
}

impl LockFile {
    /// Opens the file of a name, and makes it if there is none.
    pub(super) fn open(folder: &Path, identity: &Identity) -> Result<Self, AccessError> {
        let path = folder.join(identity.file_name());
        let mut last = ErrorKind::NotFound.into();
        for _ in 0..TRIES {
            // Not `create`: Linux refuses it for files of other users in folders like /tmp (fs.protected_regular).
            match no_link(File::options().read(true).write(true)).open(&path) {
                Ok(file) => return Self::regular(file, path),
                Err(e) if e.kind() == ErrorKind::NotFound => last = e,
                Err(e) => return Err(refused(&path, &e)),
            }
            match create(folder, &path) {
                Ok(file) => return Ok(Self { file, path }),
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(refused(&path, &e)),
            }
        }
        Err(refused(&path, &last))
    }

    /// Opens the file of a name for a look. `None`: there is none.
    pub(super) fn look(folder: &Path, identity: &Identity) -> Result<Option<Self>, AccessError> {
        let path = folder.join(identity.file_name());
        match no_link(File::options().read(true)).open(&path) {
            Ok(file) => Self::regular(file, path).map(Some),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(refused(&path, &e)),
        }
    }

    fn regular(file: File, path: PathBuf) -> Result<Self, AccessError> {
        if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Ok(Self { file, path });
        }
        Err(refused(&path, &io::Error::other("not a regular file")))
    }

    /// Takes the lock; false if another process has it.
    pub(super) fn try_lock(&self) -> Result<bool, AccessError> {
        self.taken(self.file.try_lock())
    }

    /// Takes it together with others that only look; false if a process has it for itself.
    pub(super) fn try_lock_shared(&self) -> Result<bool, AccessError> {
        self.taken(self.file.try_lock_shared())
    }

    fn taken(&self, result: Result<(), TryLockError>) -> Result<bool, AccessError> {
        match result {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(e)) => Err(refused(&self.path, &e)),
        }
    }

    /// Who stands in it, if anybody. What cannot be read is nobody: the lock counts, not the text.
    pub(super) fn owner(&self) -> Option<Owner> {
        let mut text = Vec::new();
        let mut file = &self.file;
        file.rewind().and_then(|()| file.take(LONGEST).read_to_end(&mut text)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    pub(super) fn write(&self, owner: &Owner) -> Result<(), AccessError> {
        let text = serde_json::to_vec(owner).map_err(io::Error::from);
        let mut file = &self.file;
        let written = text.and_then(|text| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(&text)
        });
        written.map_err(|e| refused(&self.path, &e))
    }

    /// Takes the owner out.
    pub(super) fn clear(&self) -> Result<(), AccessError> {
        self.file.set_len(0).map_err(|e| refused(&self.path, &e))
    }
}

/// A new file that everyone may lock, complete before others can see it.
fn create(folder: &Path, path: &Path) -> io::Result<File> {
    let file = tempfile::NamedTempFile::new_in(folder)?;
    share(file.as_file())?;
    file.persist_noclobber(path).map_err(|e| e.error)
}

#[cfg(unix)]
fn share(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn share(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Anyone may make files in the folder: a link must not lead elsewhere, nor a pipe keep us waiting.
#[cfg(unix)]
fn no_link(options: &mut std::fs::OpenOptions) -> &mut std::fs::OpenOptions {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.bits().cast_signed())
}

#[cfg(not(unix))]
fn no_link(options: &mut std::fs::OpenOptions) -> &mut std::fs::OpenOptions {
    options
}

fn refused(path: &Path, error: &io::Error) -> AccessError {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let (problem, help) = if is_link {
        ("it is a symbolic link, which nobody should have put there".to_owned(), "find out who made it, and remove it")
    } else if error.kind() == ErrorKind::PermissionDenied {
        (
            "permission denied".to_owned(),
            "files and folder must be everyone's to write; HIL_LOCK_DIR names another folder",
        )
    } else {
        (error.to_string(), "HIL_LOCK_DIR names another folder for the lock files")
    };
    AccessError::new(format!("lock file {}: {problem}", path.display()), help)
}
