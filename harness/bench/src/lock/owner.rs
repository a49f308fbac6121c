//! Who holds a board.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The process that holds a board, as its lock file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Owner {
    /// User and machine: `ann@ci2`.
    pub user: String,
    /// Process id.
    pub pid: u32,
    /// When it took the board, RFC 3339 in UTC: `2026-11-20T12:01:07Z`.
    pub since: String,
    /// Program and subcommand, without further arguments: `hil run`.
    pub command: String,
}

impl Owner {
    /// This process, now.
    pub(super) fn this_process() -> Self {
        Self {
            user: format!("{}@{}", user(), host()),
            pid: std::process::id(),
            since: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            command: command(std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())),
        }
    }
}

/// `ann@ci2 (hil run, process 4711) since 2026-11-20T12:01:07Z`
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Anyone may have written it.
        let shown = |text: &str| text.chars().filter(|c| !c.is_control()).take(80).collect::<String>();
        let Self { user, pid, since, command } = self;
        write!(f, "{} ({}, process {pid}) since {}", shown(user), shown(command), shown(since))
    }
}

/// Other programs' arguments may be secret, and so may be what follows a subcommand of ours.
fn command(mut arguments: impl Iterator<Item = String>) -> String {
    let program = arguments.next().unwrap_or_default();
    let program = std::path::Path::new(&program).file_stem().map_or_else(String::new, |it| it.to_string_lossy().into());
    match arguments.next() {
        Some(word) if program == "hil" && !word.starts_with('-') => format!("{program} {word}"),
        _ => program,
    }
}

fn user() -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    named.into_iter().find(|name| !name.is_empty()).unwrap_or_else(user_id)
}

#[cfg(unix)]
fn user_id() -> String {
    format!("uid-{}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn user_id() -> String {
    "somebody".to_owned()
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "this machine".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_argument_that_may_be_secret_is_kept() {
        let command = |words: &[&str]| command(words.iter().map(|word| (*word).to_owned()));
        assert_eq!(command(&["/usr/bin/hil", "run", "--broker", "mqtt://u:pw@h"]), "hil run");
        assert_eq!(command(&["hil", "--version"]), "hil");
        assert_eq!(command(&["/opt/other", "password"]), "other");
        assert_eq!(command(&[]), "");
    }

    #[test]
    fn what_others_write_does_not_reach_the_terminal_as_it_is() {
        let owner = Owner { user: "\x1b[31mann".into(), pid: 1, since: "now\n".into(), command: "hil".into() };
        assert_eq!(owner.to_string(), "[31mann (hil, process 1) since now");
    }
}
