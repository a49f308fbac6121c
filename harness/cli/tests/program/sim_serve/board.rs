//! A served board in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::sim_serve::program::{self, End};

/// Longest wait for anything.
pub const LIMIT: Duration = Duration::from_secs(60);
/// Where [`Place::image`] belongs.
pub const IMAGE_OFFSET: u32 = 0x8000;

/// A folder with a program that prints "ready" and counts.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        crate::light::project(&place.path(""));
        std::fs::write(place.path("light.elf"), program::elf(&place.path(""), End::Count)).unwrap();
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Partition table and app of the program, in the file `merged.bin` too.
    pub fn image(&self) -> Vec<u8> {
        let run = self.hil(&["sim", "run", "light.elf", "--flash", "whole.bin", "--for", "1ms"]).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let whole = std::fs::read(self.path("whole.bin")).unwrap();
        let end = whole.iter().rposition(|byte| *byte != 0xFF).unwrap() + 1;
        let image = whole[IMAGE_OFFSET as usize..end.next_multiple_of(16)].to_vec();
        std::fs::write(self.path("merged.bin"), &image).unwrap();
        image
    }

    pub fn hil(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command.args(arguments).current_dir(self.path("")).env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// `hil sim serve`, when its ports are there.
    pub fn serve(&self, arguments: &[&str]) -> Served {
        let mut child = self.hil(&[&["sim", "serve"], arguments].concat()).stdin(Stdio::piped()).spawn().unwrap();
        let (send, lines) = channel();
        let reader = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || reader.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        let mut served = Served { child, lines, seen: Vec::new() };
        let ports = arguments.iter().filter(|it| ["--pty", "--rfc2217"].contains(it)).count();
        (0..ports).for_each(|_| drop(served.wait_for("the board is at ")));
        served
    }
}

/// A served board.
pub struct Served {
    pub child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Served {
    /// The next line with this text in it.
    pub fn wait_for(&mut self, text: &str) -> String {
        let until = Instant::now() + LIMIT;
        while let Ok(line) = self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            self.seen.push(line);
            if let Some(line) = self.seen.last().filter(|line| line.contains(text)) {
                return line.clone();
            }
        }
        panic!("no {text:?} in {:#?}", self.seen);
    }

    /// Where its network port is, of the lines so far.
    pub fn address(&self) -> String {
        let line = self.seen.iter().find_map(|line| line.split_once("rfc2217://")).unwrap();
        line.1.trim().to_owned()
    }

    /// Presses Ctrl-C.
    pub fn interrupt(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let until = Instant::now() + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
