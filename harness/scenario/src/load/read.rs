//! A file's bytes to text.

use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Code, Diagnostic};
use crate::yaml::Words;
use crate::{Source, Span};

/// Bytes that a scenario file may have.
const MAX_SIZE: u64 = 1 << 20;

/// Reads a file: UTF-8, at most 1 MiB, without its byte order mark.
pub fn read(path: &Path, words: &Words) -> Result<Arc<Source>, Diagnostic> {
    let shown = path.display();
    let mut bytes = Vec::new();
    open(path)
        .and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(Diagnostic::new(Code::Limit, format!("{shown} is larger than 1 MiB"))
            .help(format!("{} is a page of text; is this another file?", words.file)));
    }
    source(path, bytes, words)
}

/// Opens a file that can be read to its end: no pipe and no device, from which that may never come.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn open(path: &Path) -> std::io::Result<std::fs::File> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(std::io::Error::other("this is no file, but a device, a pipe or a socket"));
    }
    std::fs::File::open(path)
}

/// The same words on every system, for what usually goes wrong.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let why = match error.kind() {
        ErrorKind::NotFound => match std::fs::read_link(path) {
            Ok(to) => format!("it is a link to {}, which is not there", to.display()),
            Err(_) => "there is no such file or folder".to_owned(),
        },
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "this is a folder".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::new(Code::Unreadable, format!("cannot read {}: {why}", path.display()))
}

/// The text of `bytes`.
pub fn source(path: &Path, bytes: Vec<u8>, words: &Words) -> Result<Arc<Source>, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            Ok(Arc::new(Source { path: path.to_owned(), text: text.into() }))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(at).copied().unwrap_or_default();
            // The wrong byte becomes U+FFFD, three bytes long.
            let text = String::from_utf8_lossy(error.as_bytes()).as_ref().into();
            let source = Arc::new(Source { path: path.to_owned(), text });
            Err(Diagnostic::new(Code::NotUtf8, "the file is not UTF-8")
                .at(&source, Span { start: at, end: at + 3 }, format!("the byte 0x{byte:02x}"))
                .help(words.encoding))
        }
    }
}
