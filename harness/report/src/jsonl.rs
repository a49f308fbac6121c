//! The event stream itself: one JSON object a line, and its reader.

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Reporter;
use hil_model::event::RunEvent;

/// The version of the stream that this hil writes and reads: [`RunInfo::format`](hil_model::event::RunInfo::format).
pub const FORMAT: u32 = 1;

/// Writes each event as one line of JSON, at once: a run that is cut short leaves what it has seen.
pub struct JsonLines<W: Write> {
    out: W,
}

impl<W: Write> JsonLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for JsonLines<W> {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Why a JSON lines report cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line is no event.
    #[error("{}:{line}{}: not an event of a hil report: {problem}", path.display(), column.map_or_else(String::new, |c| format!(":{c}")))]
    Line {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, in bytes, from 1; `None` for an error of meaning.
        column: Option<usize>,
        /// What the JSON reader says.
        problem: String,
    },
    /// The last line ends in the middle.
    #[error("{}:{line}: the report ends in the middle of an event: the run was killed, or the file was not copied whole", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
    },
    /// The file has no event.
    #[error("{}: the report is empty: the run ended before its plan stood", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The first event is not the head of a run.
    #[error("{}:1: the first event is not run-started: not a report that `hil run --json` wrote, or its head is missing", path.display())]
    NoHead {
        /// The file.
        path: PathBuf,
    },
    /// A version of the stream that this hil does not know.
    #[error("{}:1: the report has format {found}, and this hil ({ours}) reads format {FORMAT}: read it with hil {writer}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Version of hil that wrote it.
        writer: String,
        /// Version of this hil.
        ours: &'static str,
    },
}

/// Reads a report that [`JsonLines`] wrote. The run need not have finished.
pub fn read_run(path: &Path) -> Result<Vec<RunEvent>, ReadError> {
    let io = |source| ReadError::Io { path: path.to_owned(), source };
    read_from(path, io::BufReader::new(std::fs::File::open(path).map_err(io)?))
}

/// [`read_run`] from any source; `path` is its name in errors.
pub fn read_from(path: &Path, mut from: impl BufRead) -> Result<Vec<RunEvent>, ReadError> {
    let mut events = vec![];
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let length = from.read_until(b'\n', &mut text);
        if length.map_err(|source| ReadError::Io { path: path.to_owned(), source })? == 0 {
            break;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        if events.is_empty() {
            check_format(path, &text)?;
        }
        let event = serde_json::from_slice(&text).map_err(|e| unreadable(path, line, &e, text.ends_with(b"\n")))?;
        events.push(event);
    }
    match events.first() {
        None => Err(ReadError::Empty { path: path.to_owned() }),
        Some(RunEvent::RunStarted(_)) => Ok(events),
        Some(_) => Err(ReadError::NoHead { path: path.to_owned() }),
    }
}

fn unreadable(path: &Path, line: usize, error: &serde_json::Error, whole_line: bool) -> ReadError {
    let path = path.to_owned();
    if error.is_eof() && !whole_line {
        return ReadError::Truncated { path, line };
    }
    let problem = error.to_string();
    // Our own line number counts; serde_json's is that within the line, always 1 (or 0 for errors of meaning).
    let problem = problem.rsplit_once(" at line ").map_or(problem.as_str(), |(text, _)| text).to_owned();
    ReadError::Line { path, line, column: Some(error.column()).filter(|c| *c > 0), problem }
}

/// Looks at the format alone, so that a stream of another version gives that error and not one about a field.
fn check_format(path: &Path, head: &[u8]) -> Result<(), ReadError> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
        version: String,
    }
    match serde_json::from_slice(head) {
        Ok(Head { format, version }) if format != FORMAT => {
            let ours = env!("CARGO_PKG_VERSION");
            Err(ReadError::Format { path: path.to_owned(), found: format, writer: version, ours })
        }
        _ => Ok(()),
    }
}
