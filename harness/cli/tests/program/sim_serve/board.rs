//! A served board in a folder of its own.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use hil_testing::process::Running;
use tempfile::TempDir;

use crate::sim_serve::program::{self, End};
use crate::support::hil;

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
        let mut command = hil(&self.path(""), arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// `hil sim serve`, when its ports are there.
    pub fn serve(&self, arguments: &[&str]) -> Served {
        let mut command = self.hil(&[&["sim", "serve"], arguments].concat());
        command.stdin(Stdio::piped());
        let mut served = Served(Running::start(command));
        let ports = arguments.iter().filter(|it| ["--pty", "--rfc2217"].contains(it)).count();
        (0..ports).for_each(|_| drop(served.wait_for("the board is at ")));
        served
    }
}

/// A served board.
pub struct Served(Running);

impl Served {
    /// The next line with this text in it.
    pub fn wait_for(&mut self, text: &str) -> String {
        self.0.next_line(text)
    }

    /// Where its network port is, of the lines so far.
    pub fn address(&self) -> String {
        let line = self.0.wait_for("rfc2217://");
        line.split_once("rfc2217://").unwrap().1.trim().to_owned()
    }

    /// Writes a line to its standard input.
    pub fn write(&mut self, line: &str) {
        writeln!(self.0.input(), "{line}").unwrap();
    }

    /// Tells it something, which it does.
    pub fn tell(&mut self, command: &str) {
        self.write(command);
        self.wait_for("ok");
    }

    /// Presses Ctrl-C.
    pub fn interrupt(mut self) -> ExitStatus {
        self.0.interrupt()
    }
}
