//! A conversation with a chip's ROM loader: connect, write, read, and let the board boot.

use hil_targets::provision::{Flash, ProvisionError};
use std::io;
use std::time::{Duration, Instant};

use espflash::Error;
use espflash::connection::{Connection, ResetAfterOperation, ResetBeforeOperation};
use espflash::flasher::Flasher;
use espflash::image_format::Segment;
use espflash::target::ProgressCallbacks;

use super::FlashError;
use super::image::{CHIP, Part};
use crate::serial::{BAUD, ControlLines, Link, PortError, PortSpec, Sequence, open, open_native};

/// How often a chip is asked: the first time it may still be starting, and espflash waits for some answers only 50 ms.
const TRIES: u32 = 3;
/// How long a port without DTR and RTS stays closed before it is tried again.
const REST: Duration = Duration::from_millis(500);
/// What a chip could not do when it has not become one that answers.
const CONNECT: &str = "be spoken to";
/// Bytes that the flasher stub sends at a time.
const READ_BLOCK: u32 = 0x1000;
/// It waits for our answer to each block: espflash throws away what has come when it answers.
const READ_AHEAD: u32 = 1;

/// Hears how far it is.
pub trait Progress {
    /// A part is to be written, in so many steps.
    fn begins(&mut self, part: &Part, steps: usize);
    /// So many of them are done.
    fn advances(&mut self, steps: usize);
    /// It is written, and is being read back.
    fn verifies(&mut self, part: &Part);
    /// It is in flash; whether it was before.
    fn ends(&mut self, part: &Part, was_there: bool);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn begins(&mut self, _: &Part, _: usize) {}
    fn advances(&mut self, _: usize) {}
    fn verifies(&mut self, _: &Part) {}
    fn ends(&mut self, _: &Part, _: bool) {}
}

/// What a board says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardInfo {
    /// `ESP32-C3`
    pub chip: String,
    /// Major and minor.
    pub revision: Option<(u32, u32)>,
    /// Size of its flash chip: `4MB`.
    pub flash: String,
    /// MAC address, from the eFuse.
    pub mac: Option<String>,
}

/// A chip in download mode. Dropped before it is finished, it boots too, as far as that can be done.
pub struct Loader {
    /// Until it is finished.
    open: Option<(Flasher, Way)>,
}

/// How the board is reset in the end.
enum Way {
    /// By espflash, on a tty with DTR and RTS.
    Tty,
    /// Not at all: a pseudo-terminal.
    Bare,
    /// On the port that the bridge leads to.
    #[cfg(unix)]
    Bridge(crate::serial::bridge::Bridge),
}

impl Loader {
    /// Brings a board into download mode, and loads the flasher stub. Writes and reads are done at `baud`.
    ///
    /// # Errors
    /// The port cannot be opened, no chip answers, or the wrong one.
    pub fn connect(port: &PortSpec, baud: u32) -> Result<Self, FlashError> {
        if matches!(port, PortSpec::Rfc2217 { .. }) {
            return Self::over_network(port, baud);
        }
        let mut result = Self::on_tty(port, baud);
        for _ in 1..TRIES {
            // A virtual board is reset by closing its port, which may only just have been done.
            let Err(error) = &result else { break };
            if !may_pass(error) || matches!(error, FlashError::NoAnswer { was_reset: true, .. }) {
                break;
            }
            std::thread::sleep(REST);
            result = Self::on_tty(port, baud);
        }
        result
    }

    fn on_tty(port: &PortSpec, baud: u32) -> Result<Self, FlashError> {
        let (tty, usb, has_control_lines) = open_native(port)?;
        let (before, way) = if has_control_lines {
            (ResetBeforeOperation::DefaultReset, Way::Tty)
        } else {
            (ResetBeforeOperation::NoReset, Way::Bare)
        };
        let connection = Connection::new(tty, usb, ResetAfterOperation::NoResetNoStub, before, BAUD);
        let flasher = talk(connection, port, baud, has_control_lines)?;
        Ok(Self { open: Some((flasher, way)) })
    }

    #[cfg(unix)]
    fn over_network(port: &PortSpec, baud: u32) -> Result<Self, FlashError> {
        use crate::serial::bridge::Bridge;
        let mut link = open(port, BAUD)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let was_reset = link.has_control_lines();
            if was_reset {
                go_through(link.as_mut(), Sequence::Download).map_err(|e| gone(port, e))?;
            }
            let bridge = Bridge::start(link);
            let (bridge, tty) = bridge.map_err(|source| FlashError::System { what: "a pseudo-terminal", source })?;
            let before = ResetBeforeOperation::NoReset;
            let usb = crate::serial::no_usb();
            let connection = Connection::new(tty, usb, ResetAfterOperation::NoResetNoStub, before, BAUD);
            match talk(connection, port, baud, was_reset) {
                Ok(flasher) => return Ok(Self { open: Some((flasher, Way::Bridge(bridge))) }),
                Err(error) => {
                    let Some((back, carried)) = bridge.stop() else { return Err(error) };
                    carried.map_err(|e| gone(port, e))?;
                    link = back;
                    // It may stand at the rate of the try before.
                    link.set_baud(BAUD).map_err(|e| gone(port, e))?;
                    let is_over = !may_pass(&error) || tries == TRIES;
                    if was_reset && is_over {
                        // Not left in download mode. What went wrong before matters more than whether this works.
                        let _ = go_through(link.as_mut(), Sequence::Run);
                    }
                    if is_over || !was_reset {
                        return Err(error);
                    }
                }
            }
        }
    }

    #[cfg(not(unix))]
    fn over_network(port: &PortSpec, _: u32) -> Result<Self, FlashError> {
        let problem = "flashing over RFC 2217 needs pseudo-terminals, which this system does not have";
        Err(PortError::Unsupported { port: port.to_string(), problem }.into())
    }

    /// What the board says of itself.
    ///
    /// # Errors
    /// It says nothing any more.
    pub fn info(&mut self) -> Result<BoardInfo, FlashError> {
        let info = self.flasher().device_info().map_err(|e| failed("tell what it is", e))?;
        Ok(BoardInfo {
            chip: shown(&info.chip.to_string()),
            revision: info.revision,
            flash: info.flash_size.to_string(),
            mac: info.mac_address,
        })
    }

    /// Writes what is not there yet, and verifies it.
    ///
    /// # Errors
    /// The chip refuses, or what it has written does not read back.
    pub fn write(&mut self, parts: &[Part], progress: &mut dyn Progress) -> Result<(), FlashError> {
        let segments: Vec<_> = parts.iter().map(|part| Segment::new(part.address, &part.bytes)).collect();
        let mut callbacks = Callbacks { parts, at: 0, progress };
        let written = self.flasher().write_bins_to_flash(&segments, &mut callbacks);
        let part = callbacks.at;
        written.map_err(|error| match error {
            Error::VerifyFailed => {
                FlashError::Verify { part: parts.get(part).map_or_else(String::new, |part| part.name.clone()) }
            }
            error => failed("write its flash", error),
        })
    }

    /// Reads a piece of flash.
    ///
    /// # Errors
    /// The chip refuses, or the connection breaks off.
    pub fn read(&mut self, address: u32, length: u32) -> Result<Vec<u8>, FlashError> {
        // What is read may hold passwords: the file is its owner's alone, and goes away.
        let system = |source| FlashError::System { what: "a temporary file", source };
        let file = tempfile::NamedTempFile::new().map_err(system)?;
        let read = self.flasher().read_flash(address, length, READ_BLOCK, READ_AHEAD, file.path().to_owned());
        read.map_err(|e| failed("read its flash", e))?;
        std::fs::read(file.path()).map_err(system)
    }

    /// Lets the board boot. Whether it was reset: a port without DTR and RTS cannot do that.
    ///
    /// # Errors
    /// The port has gone.
    pub fn finish(mut self) -> Result<bool, FlashError> {
        self.let_go()
    }

    fn flasher(&mut self) -> &mut Flasher {
        &mut self.open.as_mut().expect("open until it is finished").0
    }

    fn let_go(&mut self) -> Result<bool, FlashError> {
        let Some((flasher, way)) = self.open.take() else { return Ok(false) };
        let mut connection = flasher.into_connection();
        // What the board prints when it boots comes at the usual rate, whoever reads it.
        connection.set_baud(BAUD).map_err(|e| failed("be spoken to", e))?;
        match way {
            Way::Tty => {
                connection.reset().map_err(|e| failed("be reset", e))?;
                Ok(true)
            }
            Way::Bare => Ok(false),
            #[cfg(unix)]
            Way::Bridge(bridge) => {
                let Some((mut link, _)) = bridge.stop() else { return Ok(false) };
                let back = link.set_baud(BAUD);
                if !link.has_control_lines() {
                    return Ok(false);
                }
                let reset = back.and_then(|()| go_through(link.as_mut(), Sequence::Run));
                let what = "the port on the network";
                reset.map(|()| true).map_err(|source| FlashError::System { what, source })
            }
        }
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        // What went wrong before matters more than whether this works.
        let _ = self.let_go();
    }
}

/// Connects on a tty. Waits no longer than espflash's tries take, some ten seconds.
fn talk(connection: Connection, port: &PortSpec, baud: u32, was_reset: bool) -> Result<Flasher, FlashError> {
    let named = || port.to_string();
    let (use_stub, verify, skip) = (true, true, true);
    // Another chip is refused before it is given a stub.
    Flasher::try_connect(connection, use_stub, verify, skip, Some(CHIP), Some(baud)).map_err(|refused| {
        let (error, mut connection) = *refused;
        match error {
            Error::Connection(_) => FlashError::NoAnswer { port: named(), was_reset },
            Error::ChipDetectError(found) => FlashError::WrongChip { port: named(), found },
            Error::ChipMismatch(_, found) => {
                // Lets it boot; that it is the wrong one matters more.
                let _ = connection.reset();
                FlashError::WrongChip { port: named(), found: shown(&found) }
            }
            error => failed(CONNECT, error),
        }
    })
}

/// Takes the lines through a sequence; what the board says meanwhile is nobody's.
fn go_through(link: &mut dyn Link, sequence: Sequence) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let done = sequence.steps().iter().try_for_each(|(lines, stay)| {
        link.set_control_lines(*lines)?;
        let until = Instant::now() + *stay;
        while Instant::now() < until {
            link.read(&mut buffer, Duration::from_millis(5))?;
        }
        Ok(())
    });
    if done.is_err() {
        let _ = link.set_control_lines(ControlLines::default());
    }
    done
}

/// Whether another try may end otherwise.
fn may_pass(error: &FlashError) -> bool {
    matches!(error, FlashError::NoAnswer { .. } | FlashError::Loader { doing: CONNECT, .. })
}

fn gone(port: &PortSpec, source: io::Error) -> FlashError {
    PortError::Io { port: port.to_string(), source }.into()
}

fn failed(doing: &'static str, source: Error) -> FlashError {
    FlashError::Loader { doing, source: Box::new(source) }
}

/// `esp32c3` as Espressif writes it.
fn shown(chip: &str) -> String {
    match chip.strip_prefix("esp32") {
        Some("") => "ESP32".to_owned(),
        Some(rest) => format!("ESP32-{}", rest.to_ascii_uppercase()),
        None => chip.to_owned(),
    }
}

/// espflash says where a part begins, but not which one it skips: they come in their order.
struct Callbacks<'a> {
    parts: &'a [Part],
    at: usize,
    progress: &'a mut dyn Progress,
}

impl ProgressCallbacks for Callbacks<'_> {
    fn init(&mut self, _: u32, total: usize) {
        if let Some(part) = self.parts.get(self.at) {
            self.progress.begins(part, total);
        }
    }

    fn update(&mut self, current: usize) {
        self.progress.advances(current);
    }

    fn verifying(&mut self) {
        if let Some(part) = self.parts.get(self.at) {
            self.progress.verifies(part);
        }
    }

    fn finish(&mut self, skipped: bool) {
        if let Some(part) = self.parts.get(self.at) {
            self.progress.ends(part, skipped);
        }
        self.at += 1;
    }
}

/// A board's flash, for provisioners.
impl Flash for Loader {
    fn read(&mut self, range: std::ops::Range<u32>) -> Result<Vec<u8>, ProvisionError> {
        let length = range.end.saturating_sub(range.start);
        Self::read(self, range.start, length).map_err(|e| ProvisionError::Flash(hil_model::error::chain(&e)))
    }
}
