//! Standard output and standard error.

use std::fmt::Arguments;
use std::io::{ErrorKind, IsTerminal as _, Write, stderr, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use hil_model::verdict::Exit;
use hil_runner::Cancel;

/// The exit code of a program that SIGPIPE has ended, as shells tell it.
const CLOSED_PIPE: u8 = 141;

/// A report has standard output for itself: what is for people goes to standard error.
static FOR_A_REPORT: AtomicBool = AtomicBool::new(false);
/// Nobody reads standard output any more.
static CLOSED: AtomicBool = AtomicBool::new(false);
/// Why standard output could not be written, if it was not that.
static FAILURE: Mutex<Option<String>> = Mutex::new(None);
/// The run that is ended when nobody reads any more.
static RUN: OnceLock<Cancel> = OnceLock::new();

/// Standard output, or standard error if a report has that for itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Talk;

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if FOR_A_REPORT.load(Ordering::Relaxed) {
            return stderr().write(bytes);
        }
        stdout().write(bytes).inspect_err(failed)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if FOR_A_REPORT.load(Ordering::Relaxed) {
            return stderr().flush();
        }
        stdout().flush().inspect_err(failed)
    }
}

/// Prints text on standard output. If nobody reads it, the program ends; a run ends in order.
pub fn say(text: Arguments<'_>) {
    let printed = Talk.write_fmt(text).and_then(|()| Talk.flush());
    if printed.is_err() && is_closed() && RUN.get().is_none() {
        std::process::exit(i32::from(CLOSED_PIPE));
    }
}

/// Prints text on standard error. If nobody reads it, it is lost.
pub fn remark(text: Arguments<'_>) {
    let _ = stderr().write_fmt(text);
}

/// A report takes standard output.
pub(crate) fn leave_standard_output() {
    FOR_A_REPORT.store(true, Ordering::Relaxed);
}

/// Whether a report has standard output for itself.
pub(crate) fn has_left_standard_output() -> bool {
    FOR_A_REPORT.load(Ordering::Relaxed)
}

/// Whether people read what [`Talk`] writes.
pub(crate) fn standard_output_is_for_people() -> bool {
    if FOR_A_REPORT.load(Ordering::Relaxed) { stderr().is_terminal() } else { stdout().is_terminal() }
}

/// This run ends when nobody reads standard output any more.
pub(crate) fn stops_run(cancel: &Cancel) {
    // A command has one run.
    let _ = RUN.set(cancel.clone());
}

/// Whether nobody reads standard output any more.
pub(crate) fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Standard output could not be written.
pub(super) fn failed(error: &std::io::Error) {
    if error.kind() == ErrorKind::BrokenPipe {
        if !CLOSED.swap(true, Ordering::Relaxed)
            && let Some(run) = RUN.get()
        {
            run.interrupt();
        }
    } else if error.kind() != ErrorKind::Interrupted {
        FAILURE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.to_string());
    }
}

/// The exit code of the program, if its command ends with this one; and what is to be said of standard output.
pub(crate) fn outcome(exit: Exit) -> (u8, Option<String>) {
    // What has no end of line yet. A command that ends when nobody reads it any more has its own exit code.
    if let Err(error) = stdout().flush()
        && error.kind() != ErrorKind::BrokenPipe
    {
        failed(&error);
    }
    if is_closed() {
        return (CLOSED_PIPE, None);
    }
    match FAILURE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        None => (exit as u8, None),
        Some(error) => {
            let exit = if matches!(exit, Exit::Passed | Exit::NothingRan) { Exit::Bench } else { exit };
            (exit as u8, Some(format!("standard output cannot be written: {error}")))
        }
    }
}
