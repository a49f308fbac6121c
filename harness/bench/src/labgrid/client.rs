//! The program `labgrid-client`: one call a command, each with a limit.

use std::hash::{BuildHasher as _, RandomState};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use crate::AccessError;
use hil_model::time::display;
use hil_targets::program::on_path;

/// Names the program, if it is not `labgrid-client` on the PATH.
const PROGRAM: &str = "HIL_LABGRID_CLIENT";
/// Of labgrid's own environment, what would make the program act on other places than ours.
const NOT_OURS: [&str; 7] = ["LG_ENV", "LG_PLACE", "PLACE", "LG_TOKEN", "LG_STATE", "STATE", "LG_INITIAL_STATE"];
/// Longest call: a coordinator behind a dead network is given up by gRPC after 20 s.
const CALL: Duration = Duration::from_secs(25);
/// Between two looks at a call.
const LOOK: Duration = Duration::from_millis(20);
/// Most output of a call that is read; ten thousand places have less.
const MAX_OUTPUT: u64 = 8 << 20;

/// How the program is called for one place.
#[derive(Debug, Clone)]
pub(super) struct Client {
    program: PathBuf,
    /// Who we are to labgrid.
    host: String,
    user: String,
}

/// Why a call did not do what it should.
#[derive(Debug)]
pub(super) enum CallError {
    /// The user gave up.
    Cancelled,
    /// labgrid says no.
    Refused {
        /// Its last line, without prefix.
        last: String,
        /// What it printed before.
        output: String,
    },
    /// It did not come to an answer.
    Failed(AccessError),
}

impl Client {
    /// Finds the program. Its user is labgrid's (`LG_USERNAME`, or the one logged in). Its host is labgrid's (`LG_HOSTNAME`, or
    /// this machine's) with an ending of its own for each place that is taken: labgrid tells owners apart by user and host, so
    /// two runs of one user would otherwise pass for one.
    pub(super) fn find() -> Result<Self, AccessError> {
        let named = std::env::var_os(PROGRAM).filter(|name| !name.is_empty());
        let wanted = named.clone().unwrap_or_else(|| "labgrid-client".into());
        let found = if Path::new(&wanted).components().count() > 1 {
            // The guard has another working directory.
            std::path::absolute(&wanted).ok().filter(|program| program.is_file())
        } else {
            let path = std::env::var_os("PATH").unwrap_or_default();
            on_path(&path, &wanted.to_string_lossy()).into_iter().next()
        };
        let program = found.ok_or_else(|| {
            let wanted = Path::new(&wanted).display();
            let problem = match named {
                Some(_) => format!("there is no program {wanted} ({PROGRAM})"),
                None => format!("there is no program {wanted} on the PATH"),
            };
            AccessError::new(problem, format!("install it with `pip install labgrid`, or name it in {PROGRAM}"))
        })?;
        let host = variable(&["LG_HOSTNAME"])
            .unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned());
        // As Python's `getpass.getuser` does.
        let user = variable(&["LG_USERNAME", "LOGNAME", "USER", "LNAME", "USERNAME"])
            .unwrap_or_else(|| format!("uid{}", rustix::process::getuid().as_raw()));
        let ending = RandomState::new().hash_one(std::process::id()) & 0xffff;
        let host = format!("{host}.hil-{}-{ending:04x}", std::process::id());
        // `/` separates the two.
        Ok(Self { program, host: host.replace('/', "-"), user: user.replace('/', "-") })
    }

    /// Who has what we take: `ci2.hil-4711-90af/ann`.
    pub(super) fn owner(&self) -> String {
        format!("{}/{}", self.host, self.user)
    }

    /// Calls the program. It is killed when it takes longer than `limit`, or the user gives up. `None`: it took longer.
    pub(super) fn call_within(
        &self,
        arguments: &[&str],
        limit: Duration,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<String>, CallError> {
        let mut command = self.command(&self.program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| self.broken(&format!("cannot be run: {e}")))?;
        let (output, errors) = (collect(child.stdout.take()), collect(child.stderr.take()));
        let began = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if is_cancelled() => {
                    kill_group(&mut child);
                    return Err(CallError::Cancelled);
                }
                Ok(None) if began.elapsed() < limit => std::thread::sleep(LOOK),
                Ok(None) => {
                    kill_group(&mut child);
                    return Ok(None);
                }
                Err(e) => {
                    kill_group(&mut child);
                    return Err(self.broken(&format!("cannot be waited for: {e}")));
                }
            }
        };
        // What it leaves behind (a proxy's ssh) may hold the pipes: they are waited for, but not for long.
        let heard = |pipe: Receiver<String>| pipe.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        let (output, errors) = (heard(output), heard(errors));
        if status.success() {
            return Ok(Some(output));
        }
        let last = last_line(&errors);
        if errors.contains("Could not connect to coordinator") {
            return Err(CallError::Failed(unreachable(&errors)));
        }
        if last.is_empty() {
            return Err(self.broken(&format!("failed: {status}")));
        }
        Err(CallError::Refused { last, output })
    }

    /// Calls the program for something that it does at once.
    pub(super) fn call(&self, arguments: &[&str], is_cancelled: &dyn Fn() -> bool) -> Result<String, CallError> {
        let answer = self.call_within(arguments, CALL, is_cancelled)?;
        answer.ok_or_else(|| {
            self.broken(&format!("gave no answer to `{}` within {}", arguments.join(" "), display(CALL)))
        })
    }

    /// `program` in a process group of its own (Ctrl-C in a terminal is for us alone), as the user that we are.
    pub(super) fn command(&self, program: &Path) -> Command {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new(program);
        for name in NOT_OURS {
            command.env_remove(name);
        }
        command.env("LG_HOSTNAME", &self.host).env("LG_USERNAME", &self.user);
        // What nobody reads any more ends it at its next line.
        command.env("PYTHONUNBUFFERED", "1");
        command.process_group(0);
        command
    }

    /// The program's path.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    fn broken(&self, problem: &str) -> CallError {
        let program = self.program.display();
        CallError::Failed(AccessError::new(
            format!("{program} {problem}"),
            format!("does `{program} places` work? {}", coordinator_help()),
        ))
    }
}

impl CallError {
    /// For the user: `what` could not be done, with labgrid's own words.
    pub(super) fn while_doing(self, what: &str, help: &str) -> AccessError {
        match self {
            Self::Cancelled => AccessError::new("cancelled", "run it again"),
            Self::Refused { last, .. } => AccessError::new(format!("{what}: {last}"), help),
            Self::Failed(error) => error,
        }
    }
}

fn unreachable(errors: &str) -> AccessError {
    let why = errors.lines().find_map(|line| line.split_once("coordinator is unavailable: ")).map(|(_, why)| why);
    // gRPC's own words are long, and end with what matters.
    let why = why.map(|why| why.rsplit_once("UNKNOWN: ").map_or(why, |(_, why)| why));
    let why = why.unwrap_or("Could not connect to coordinator");
    AccessError::new(format!("no coordinator of labgrid at {}: {why}", coordinator()), coordinator_help())
}

fn coordinator() -> String {
    variable(&["LG_COORDINATOR"]).unwrap_or_else(|| "127.0.0.1:20408".to_owned())
}

fn coordinator_help() -> String {
    "LG_COORDINATOR=HOST:PORT says where it is; `labgrid-coordinator` must run there".to_owned()
}

/// The first of these variables that says something.
fn variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// What labgrid says last, without who says it.
fn last_line(errors: &str) -> String {
    let line = errors.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    line.split_once("rror: ").map_or(line, |(_, rest)| rest).trim_start_matches("Error: ").to_owned()
}

/// Reads a pipe to its end, beside.
fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (said, heard) = mpsc::channel();
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // What came before an error counts too. And nobody waits any more, if it took too long.
            let _ = pipe.take(MAX_OUTPUT).read_to_end(&mut bytes);
            let _ = said.send(String::from_utf8_lossy(&bytes).into_owned());
        });
    }
    heard
}

/// Kills a child that leads a process group, and those with it.
pub(super) fn kill_group(child: &mut Child) {
    // Gone already, or will be.
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_labgrid_says_last_is_shown_without_prefixes() {
        for (said, shown) in [
            ("labgrid-client: Error: place p-1 is not acquired\n", "place p-1 is not acquired"),
            ("Server error: Error: Reservation XX does not exist\n\n", "Reservation XX does not exist"),
            ("Traceback\n  File x\nValueError: port: Error: 3\n", "port: Error: 3"),
            ("killed", "killed"),
        ] {
            assert_eq!(last_line(said), shown);
        }
    }

    #[test]
    fn why_a_coordinator_is_not_reached_is_shown_in_short() {
        let errors = "ERROR              root: coordinator is unavailable: failed to connect to all addresses; last error: UNKNOWN: \
                      ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused\n\
                      Server error: Error: Could not connect to coordinator\n";
        assert!(
            unreachable(errors)
                .problem
                .ends_with(": ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused")
        );
    }
}
