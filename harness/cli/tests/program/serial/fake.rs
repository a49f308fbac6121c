//! A board that is a pseudo-terminal of the test, under a link that stays when it is plugged in again.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hil_bench::serial::{Event, SerialPort as HilPort};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Longest wait for anything.
pub const LIMIT: Duration = Duration::from_secs(20);

pub struct Board {
    /// Both ends. The programs that the tests start must not inherit them: the board could not be unplugged.
    inner: Option<(File, File)>,
    pub link: PathBuf,
}

impl Board {
    /// Plugged in, as `folder/board`.
    pub fn new(folder: &Path) -> Self {
        let mut board = Self { inner: None, link: folder.join("board") };
        board.plug();
        board
    }

    pub fn plug(&mut self) {
        let inner = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&inner).unwrap();
        unlockpt(&inner).unwrap();
        let node = ptsname(&inner, Vec::new()).unwrap().into_string().unwrap();
        let mut options = File::options();
        let outer =
            options.read(true).write(true).custom_flags(OFlags::NOCTTY.bits().cast_signed()).open(&node).unwrap();
        let mut raw = tcgetattr(&outer).unwrap();
        raw.make_raw();
        tcsetattr(&outer, OptionalActions::Now, &raw).unwrap();
        let _ = std::fs::remove_file(&self.link);
        std::os::unix::fs::symlink(node, &self.link).unwrap();
        self.inner = Some((File::from(inner), outer));
    }

    pub fn unplug(&mut self) {
        self.inner = None;
        std::fs::remove_file(&self.link).unwrap();
    }

    pub fn print(&mut self, text: &str) {
        self.print_bytes(text.as_bytes());
    }

    pub fn print_bytes(&mut self, bytes: &[u8]) {
        self.inner.as_mut().unwrap().0.write_all(bytes).unwrap();
    }

    /// Waits until the board has been sent this.
    pub fn expect(&mut self, text: &str) {
        let port = &mut self.inner.as_mut().unwrap().0;
        let (mut seen, end) = (Vec::new(), Instant::now() + LIMIT);
        while seen.len() < text.len() {
            let left = end.saturating_duration_since(Instant::now());
            let limit = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
            let ready = poll(&mut [PollFd::new(port, PollFlags::IN)], Some(&limit)).unwrap();
            assert!(ready > 0, "no {text:?}, but {:?}", String::from_utf8_lossy(&seen));
            let mut byte = [0];
            port.read_exact(&mut byte).unwrap();
            seen.extend(byte);
        }
        assert_eq!(String::from_utf8_lossy(&seen), text);
    }
}

/// Events of a port in short, until one of them begins with `last`.
pub fn until(port: &HilPort, last: &str) -> Vec<String> {
    let (mut seen, end): (Vec<String>, _) = (Vec::new(), Instant::now() + LIMIT);
    while !seen.last().is_some_and(|it| it.starts_with(last)) {
        assert!(Instant::now() < end, "no {last:?} in {seen:?}");
        seen.extend(port.next_within(Duration::from_millis(50)).map(|event| match event {
            Event::Text(piece) => String::from_utf8_lossy(&piece.bytes).into_owned(),
            Event::Lost(bytes) => format!("lost {bytes}"),
            Event::Gone { .. } => "gone".to_owned(),
            Event::Back { .. } => "back".to_owned(),
            Event::Ended(error) => format!("ended: {error}"),
        }));
    }
    seen
}
