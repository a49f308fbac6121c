//! Passwords: from a file or the environment, never from the command line.

use std::path::Path;

use firmware::config::Secret;

use crate::cmd::error::Failure;

/// The password in `file`, or in the environment variable. A file goes before, since it was named on purpose.
pub(super) fn find(variable: &str, file: Option<&Path>) -> Result<Option<Secret>, Failure> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.contains('\n') {
            return Err(Failure::usage(format!("{}: more than one line", path.display()))
                .help("the file holds the password, and nothing else"));
        }
        return Ok(Some(Secret::new(text.to_owned())));
    }
    match std::env::var(variable) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        // The error would show it.
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage(format!("{variable} is not UTF-8"))),
    }
}
