//! A pseudo-terminal: a port for programs on this machine.
//!
//! It has no DTR and RTS: setting them fails with ENOTTY, which tools overlook or not. So that they need nothing that they
//! would not need with a real board, the beginning of a flashing tool's conversation (SYNC, at any rate) stands for the
//! lines: it brings the chip into download mode; and when the port is closed, a chip in download mode is reset.

use std::fs;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::cable::{Cable, Input, Waiting};

const BAUD: u32 = 115_200;
/// Bytes that are read at once.
const CHUNK: usize = 4096;
/// What every flashing tool begins with: the head of a SYNC request, and of its pattern.
const SYNC: &[u8] = b"\xC0\x00\x08\x24\x00\x00\x00\x00\x00\x07\x07\x12\x20\x55\x55";

/// A pseudo-terminal with a link to it.
pub struct Pty {
    link: PathBuf,
    /// Whether SYNC stands for the lines.
    obeys_sync: bool,
    terminal: Option<Terminal>,
}

struct Terminal {
    controller: OwnedFd,
    device: PathBuf,
    is_open: bool,
    baud: u32,
    waiting: Waiting,
    /// The last bytes, in which SYNC may have begun.
    tail: Vec<u8>,
}

impl Pty {
    /// Opens one, and links `link` to it. A link that is there already and leads to a terminal, or nowhere, is replaced.
    ///
    /// # Errors
    /// If there is no terminal to be had, or something else is at `link`.
    pub fn new(link: &Path, obeys_sync: bool) -> io::Result<Self> {
        let mut pty = Self { link: link.to_owned(), obeys_sync, terminal: None };
        pty.plug()?;
        Ok(pty)
    }

    /// The device that the link leads to.
    pub fn device(&self) -> Option<&Path> {
        self.terminal.as_ref().map(|it| it.device.as_path())
    }

    fn make_link(&self, device: &Path) -> io::Result<()> {
        if let Ok(kind) = fs::symlink_metadata(&self.link) {
            let leads_to = fs::read_link(&self.link).unwrap_or_default();
            if !kind.is_symlink() || !leads_to.starts_with("/dev") {
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something else is there; remove it first"));
            }
            fs::remove_file(&self.link)?;
        }
        std::os::unix::fs::symlink(device, &self.link)
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.unplug();
    }
}

impl Terminal {
    fn open() -> io::Result<Self> {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&controller)?;
        unlockpt(&controller)?;
        let flags = rustix::fs::fcntl_getfl(&controller)?;
        rustix::fs::fcntl_setfl(&controller, flags | OFlags::NONBLOCK)?;
        let name = ptsname(&controller, Vec::new())?;
        let device = PathBuf::from(name.to_string_lossy().into_owned());
        // Opened and closed once, so that from now on it is known whether somebody has it open.
        let line = rustix::fs::open(&device, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
        let mut settings = tcgetattr(&line)?;
        settings.make_raw();
        settings.set_speed(BAUD)?;
        tcsetattr(&line, OptionalActions::Now, &settings)?;
        Ok(Self { controller, device, is_open: false, baud: BAUD, waiting: Waiting::default(), tail: Vec::new() })
    }

    fn receive(&mut self, room: usize, obeys_sync: bool) -> io::Result<Vec<Input>> {
        let mut inputs = Vec::new();
        let mut polled = [PollFd::new(&self.controller, PollFlags::IN)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut polled, Some(&at_once))?;
        let happened = polled[0].revents();
        let (is_hung_up, has_data) = (happened.contains(PollFlags::HUP), happened.contains(PollFlags::IN));
        if !self.is_open && (has_data || !is_hung_up) {
            self.is_open = true;
            inputs.push(Input::Opened(self.device.display().to_string()));
        }
        if !self.is_open {
            return Ok(inputs);
        }
        // The rate that the host has set.
        let baud = tcgetattr(&self.controller)?.output_speed();
        if baud != self.baud && baud > 0 {
            self.baud = baud;
            inputs.push(Input::Baud(baud));
        }
        let mut is_closed = false;
        let mut buffer = [0; CHUNK];
        let mut received = 0;
        while received < room {
            match rustix::io::read(&self.controller, &mut buffer[..CHUNK.min(room - received)]) {
                Ok(count) if count > 0 => {
                    received += count;
                    self.data(&buffer[..count], obeys_sync, &mut inputs);
                }
                Err(rustix::io::Errno::AGAIN) => break,
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) | Err(rustix::io::Errno::IO) => {
                    is_closed = true;
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if is_closed {
            self.is_open = false;
            self.waiting.clear();
            self.tail.clear();
            // The next program finds the rate of most of them, until it is seen to have set its own.
            self.baud = BAUD;
            inputs.extend([Input::Baud(BAUD), Input::Closed]);
        }
        Ok(inputs)
    }

    fn data(&mut self, bytes: &[u8], obeys_sync: bool, inputs: &mut Vec<Input>) {
        self.tail.extend(bytes);
        if obeys_sync && self.tail.windows(SYNC.len()).any(|it| it == SYNC) {
            inputs.push(Input::Download);
            // From its beginning: a part of it may have been lost on a chip that was not listening.
            let at = self.tail.windows(SYNC.len()).position(|it| it == SYNC).unwrap_or(0);
            inputs.push(Input::Data(self.tail[at..].to_vec()));
            self.tail.clear();
            return;
        }
        inputs.push(Input::Data(bytes.to_vec()));
        let surplus = self.tail.len().saturating_sub(SYNC.len() - 1);
        self.tail.drain(..surplus);
    }
}

impl Cable for Pty {
    fn receive(&mut self, room: usize) -> io::Result<Vec<Input>> {
        let Some(terminal) = &mut self.terminal else { return Ok(Vec::new()) };
        terminal.receive(room, self.obeys_sync)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(terminal) = self.terminal.as_mut().filter(|it| it.is_open) else { return Ok(()) };
        terminal.waiting.push(bytes);
        let Terminal { controller, waiting, .. } = terminal;
        match waiting.write_to(|bytes| Ok(rustix::io::write(&*controller, bytes)?)) {
            // That it was closed is seen when it is next read from.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => Ok(()),
            result => result,
        }
    }

    fn has_lines(&self) -> bool {
        false
    }

    fn address(&self) -> String {
        self.link.display().to_string()
    }

    fn unplug(&mut self) {
        if let Some(terminal) = self.terminal.take()
            && fs::read_link(&self.link).is_ok_and(|it| it == terminal.device)
        {
            let _ = fs::remove_file(&self.link);
        }
    }

    fn plug(&mut self) -> io::Result<()> {
        if self.terminal.is_none() {
            let terminal = Terminal::open()?;
            self.make_link(&terminal.device)?;
            self.terminal = Some(terminal);
        }
        Ok(())
    }

    fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        // A terminal that nobody has open is always "ready": it is asked now and then.
        self.terminal.iter().filter(|it| it.is_open).map(|it| it.controller.as_fd()).collect()
    }
}
