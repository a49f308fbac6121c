//! A file that is written: beside its place, and put there when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, TempPath};

use super::stream::{failed, leave_standard_output};
use crate::cmd::Failure;

/// The name that stands for standard output.
pub(crate) const STANDARD_OUTPUT: &str = "-";
/// Links to links that are followed.
const MAX_LINKS: usize = 32;

/// Files that are not in their places yet.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// An output file. Clones write to the same one.
///
/// A regular file is written under another name beside it, `report.xml.Ab3x.part`, and takes its place with [`OutputFile::keep`]:
/// whoever reads it sees the old one or the new one, and a full disk leaves the old one. Devices and pipes are written as they are.
#[derive(Clone)]
pub(crate) struct OutputFile(Arc<Mutex<Inner>>);

struct Inner {
    /// `the report r.xml`
    name: String,
    to: To,
    /// Why it is not complete.
    error: Option<io::Error>,
}

enum To {
    /// Standard output.
    Standard,
    /// What is there: a device, a pipe.
    There(BufWriter<File>),
    /// A file beside the place of the one that is to be.
    Beside { file: BufWriter<File>, temporary: TempPath, place: PathBuf },
    /// In its place, or given up.
    Done,
}

impl OutputFile {
    /// Begins a file, which is `the report`. `-` is standard output, which nothing else is printed on then.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn create(what: &str, path: &Path) -> Result<Self, Failure> {
        Self::with_rights(what, path, 0o666)
    }

    /// The same, for its owner alone.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn create_private(what: &str, path: &Path) -> Result<Self, Failure> {
        Self::with_rights(what, path, 0o600)
    }

    fn with_rights(what: &str, path: &Path, rights: u32) -> Result<Self, Failure> {
        let name = format!("{what} {}", path.display());
        let to = open(path, rights).map_err(|e| unwritten(&name, &e))?;
        Ok(Self(Arc::new(Mutex::new(Inner { name, to, error: None }))))
    }

    /// Puts the file into its place, unless something could not be written.
    ///
    /// # Errors
    /// What could not be written, and why.
    pub(crate) fn keep(&self) -> Result<(), Failure> {
        let mut inner = self.lock();
        let to = std::mem::replace(&mut inner.to, To::Done);
        let kept = match inner.error.take() {
            None => keep(to),
            Some(error) => {
                drop_unfinished(to);
                Err(error)
            }
        };
        kept.map_err(|e| unwritten(&inner.name, &e))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().with(|out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().with(|out| out.flush())
    }
}

impl Inner {
    fn with<R>(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<R>) -> io::Result<R> {
        let result = match &mut self.to {
            To::Standard => write(&mut stdout()).inspect_err(failed),
            To::There(file) | To::Beside { file, .. } => write(file),
            To::Done => Err(io::Error::other("it is finished")),
        };
        result.map_err(|error| {
            let named = io::Error::new(error.kind(), format!("{}: {error}", self.name));
            if error.kind() != io::ErrorKind::Interrupted {
                self.error.get_or_insert(error);
            }
            named
        })
    }
}

/// `rights` are those of Unix, less what the process's mask takes away.
fn open(path: &Path, rights: u32) -> io::Result<To> {
    if path.as_os_str() == STANDARD_OUTPUT {
        leave_standard_output();
        return Ok(To::Standard);
    }
    let place = followed(path)?;
    match std::fs::metadata(&place) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            return File::options().write(true).open(&place).map(|file| To::There(BufWriter::new(file)));
        }
        Ok(metadata) if metadata.permissions().readonly() => return Err(io::ErrorKind::PermissionDenied.into()),
        _ => {}
    }
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut name = place.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
    name.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&name).suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(rights));
    #[cfg(not(unix))]
    let _ = rights;
    let (file, temporary) = builder.tempfile_in(folder).map(NamedTempFile::into_parts)?;
    lock_unfinished().push(temporary.to_path_buf());
    Ok(To::Beside { file: BufWriter::new(file), temporary, place })
}

/// Where a link leads, also to what is not there yet: the link stays.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        match std::fs::symlink_metadata(&place) {
            Ok(metadata) if metadata.is_symlink() => {
                let to = std::fs::read_link(&place)?;
                place = place.parent().map_or_else(|| to.clone(), |folder| folder.join(&to));
            }
            _ => return Ok(place),
        }
    }
    Err(io::Error::other("a link that leads to itself"))
}

fn keep(to: To) -> io::Result<()> {
    match to {
        To::Standard => stdout().flush().inspect_err(failed),
        To::There(mut file) => file.flush(),
        To::Beside { file, temporary, place } => {
            let written = file.into_inner().map_err(io::IntoInnerError::into_error);
            forget_unfinished(&temporary);
            written?;
            temporary.persist(place).map_err(|e| e.error)
        }
        To::Done => Ok(()),
    }
}

fn unwritten(name: &str, error: &io::Error) -> Failure {
    Failure::io(format_args!("cannot write {name}"), error)
}

fn drop_unfinished(to: To) {
    if let To::Beside { file, temporary, .. } = to {
        // What has not been written yet cannot be written either.
        drop(file.into_parts());
        forget_unfinished(&temporary);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop_unfinished(std::mem::replace(&mut self.to, To::Done));
    }
}

/// Removes what is not in its place yet: the program ends at once.
pub(crate) fn remove_unfinished() {
    for path in lock_unfinished().drain(..) {
        // Gone already is as good.
        let _ = std::fs::remove_file(path);
    }
}

fn forget_unfinished(path: &Path) {
    lock_unfinished().retain(|other| other != path);
}

fn lock_unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
