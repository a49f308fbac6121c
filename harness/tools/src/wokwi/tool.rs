//! Wokwi's command line: where it is, and whether it can be used.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use hil_targets::program::on_path;

/// Names the program, if it is not `wokwi-cli` on the PATH.
pub const PROGRAM: &str = "WOKWI_CLI";
/// Holds the token that the service wants.
pub const TOKEN: &str = "WOKWI_CLI_TOKEN";
/// Names another server than the service's.
pub const SERVER: &str = "WOKWI_CLI_SERVER";

/// Why no simulation can be started here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// There is no program.
    #[error("there is no wokwi-cli on the PATH")]
    Program,
    /// The program that was named is not there.
    #[error("there is no program {0} (WOKWI_CLI)")]
    Named(String),
    /// There is no token.
    #[error("WOKWI_CLI_TOKEN is not set")]
    Token,
}

impl Missing {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Program => "curl -L https://wokwi.com/ci/install.sh | sh, or name it in WOKWI_CLI",
            Self::Named(_) => "correct WOKWI_CLI, or unset it to take wokwi-cli from the PATH",
            Self::Token => {
                "make one at https://wokwi.com/dashboard/ci and set WOKWI_CLI_TOKEN; for `hil wokwi serve` any text will do"
            }
        }
    }
}

/// Finds the program, and looks whether there is a token.
///
/// # Errors
/// One of them is missing.
pub fn find() -> Result<PathBuf, Missing> {
    let program = find_program()?;
    match variable(TOKEN) {
        Some(_) => Ok(program),
        None => Err(Missing::Token),
    }
}

/// Finds the program.
///
/// # Errors
/// It is missing.
pub fn find_program() -> Result<PathBuf, Missing> {
    match variable(PROGRAM) {
        Some(named) if Path::new(&named).components().count() > 1 => {
            // It is started in whatever folder.
            let program = std::path::absolute(&named).ok().filter(|program| program.is_file());
            program.ok_or_else(|| Missing::Named(Path::new(&named).display().to_string()))
        }
        Some(named) => first_on_path(&named.to_string_lossy())
            .ok_or_else(|| Missing::Named(Path::new(&named).display().to_string())),
        None => first_on_path("wokwi-cli").ok_or(Missing::Program),
    }
}

fn first_on_path(program: &str) -> Option<PathBuf> {
    on_path(&std::env::var_os("PATH").unwrap_or_default(), program).into_iter().next()
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The server that is named, if one is.
pub fn server() -> Option<String> {
    variable(SERVER).map(|server| server.to_string_lossy().into_owned())
}

/// Whether the server that is named is on this machine.
pub fn server_is_here() -> bool {
    let url = server().and_then(|server| url::Url::parse(&server).ok());
    url.and_then(|url| url.host().map(|host| host.to_owned())).is_some_and(|host| match host {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    })
}
