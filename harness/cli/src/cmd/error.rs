//! Errors of the command line: what went wrong, why, and what to do.

use std::error::Error;
use std::fmt::Display;

use hil_model::error::chain;
use hil_model::verdict::Exit;

/// Why a command did not do its work.
pub struct Failure {
    pub(super) exit: Exit,
    text: String,
    help: Option<String>,
}

impl Failure {
    /// Wrong usage or a wrong file: exit code 2.
    pub fn usage(text: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, text: text.into(), help: None }
    }

    /// The bench: exit code 3.
    pub fn bench(error: &dyn Error) -> Self {
        Self { exit: Exit::Bench, text: chain(error), help: None }
    }

    /// The bench, in words: exit code 3.
    pub fn of_bench(text: impl Into<String>) -> Self {
        Self { exit: Exit::Bench, text: text.into(), help: None }
    }

    /// An error that knows its own help: exit code 2.
    pub fn diagnostic(error: &dyn miette::Diagnostic) -> Self {
        Self { exit: Exit::Usage, text: error.to_string(), help: error.help().map(|h| h.to_string()) }
    }

    /// A wrong file, with an error that knows its own help: exit code 2.
    pub fn of_file(file: &dyn Display, error: &dyn miette::Diagnostic) -> Self {
        Self { exit: Exit::Usage, text: format!("{file}: {error}"), help: error.help().map(|h| h.to_string()) }
    }

    /// A file or the terminal cannot be written: exit code 3.
    pub fn io(what: impl Display, error: &std::io::Error) -> Self {
        Self { exit: Exit::Bench, text: format!("{what}: {error}"), help: None }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn print(&self) {
        let (red, cyan, bold, reset) = if super::color_on_stderr() {
            ("\x1b[1;31m", "\x1b[1;36m", "\x1b[1m", "\x1b[0m")
        } else {
            ("", "", "", "")
        };
        remark!("{red}error{reset}{bold}: {}{reset}", self.text);
        if let Some(help) = &self.help {
            remark!("  {cyan}help{reset}: {help}");
        }
    }
}
