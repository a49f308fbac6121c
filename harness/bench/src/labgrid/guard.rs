//! Gives a place back when we are killed.
//!
//! A run that is killed (SIGKILL, out of memory, abort) cannot give anything back. So a child process holds the other end of a
//! pipe that only we write to: at its end of file, without having been told that all is done, it gives back what is
//! ours. It is a shell script, not another `hil`: so the library needs no program that knows it, and what runs in the end is
//! `labgrid-client` in any case. It lives in a process group of its own and ignores what a terminal sends, so that Ctrl-C and
//! a killed job do not take it along; and it has a limit, at which it and all that it started is gone.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::client::{Client, kill_group};

/// What was under way when we were killed may happen a moment later: an acquired place is looked for several times, a
/// reservation after a second. Reservations are found by their owner, who is us alone.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
place=
while read -r word value; do
  case $word in
    place) place=$value ;;
    done) exit 0 ;;
  esac
done
(sleep 60; kill -KILL 0) &
tries=0
while [ -n "$place" ] && [ "$tries" -lt 8 ]; do
  "$HIL_LABGRID_CLIENT" -p "$place" release-from "$HIL_LABGRID_OWNER" && break
  tries=$((tries + 1))
  sleep 1
done
sleep 1
"$HIL_LABGRID_CLIENT" reservations | while read -r key value; do
  case $key in
    owner:) owner=$value ;;
    token:) [ "$owner" != "$HIL_LABGRID_OWNER" ] || "$HIL_LABGRID_CLIENT" cancel-reservation "$value" </dev/null ;;
  esac
done
kill -KILL 0
"#;
/// How long it may take to end when it is told so.
const END: Duration = Duration::from_secs(2);

/// The child process. Dropping it without a word makes it give back what is ours.
pub(super) struct Guard {
    child: Child,
}

impl Guard {
    pub(super) fn start(client: &Client) -> std::io::Result<Self> {
        let mut command = client.command(Path::new("sh"));
        command.args(["-c", SCRIPT]);
        command.env("HIL_LABGRID_CLIENT", client.program()).env("HIL_LABGRID_OWNER", client.owner());
        // Nothing of ours is kept open or busy by it. The standard library closes the pipe's other end in all other children.
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self { child: command.spawn()? })
    }

    /// There is, or will be in a moment, a place to release. Reservations it finds by itself.
    pub(super) fn acquiring(&mut self, place: &str) -> std::io::Result<()> {
        self.tell(&format!("place {place}\n"))
    }

    /// All is given back.
    pub(super) fn dismiss(mut self) {
        // It may be gone; then there is nothing to end.
        let _ = self.tell("done\n");
        self.child.stdin = None;
        let began = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if began.elapsed() > END {
                return kill_group(&mut self.child);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn tell(&mut self, line: &str) -> std::io::Result<()> {
        self.child.stdin.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?.write_all(line.as_bytes())
    }
}
