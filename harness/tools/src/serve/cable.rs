//! What is common to the ways into the bridge.

use std::collections::VecDeque;
use std::io;

/// Bytes from the chip that wait for a host that does not read; beyond that the oldest are lost, as in a real bridge.
const MOST_WAITING: usize = 1 << 20;

/// What comes from a host, in this order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// A program has opened the port; who, in words.
    Opened(String),
    /// It has closed it, or is gone.
    Closed,
    /// Somebody else wanted to open it meanwhile, and was told that it is in use.
    Refused(String),
    /// Bytes for the chip.
    Data(Vec<u8>),
    /// Both directions go on at this rate.
    Baud(u32),
    /// DTR and RTS, `true` if asserted.
    Lines {
        /// Data terminal ready.
        dtr: bool,
        /// Request to send.
        rts: bool,
    },
    /// A tool wants the chip in download mode and has no lines to say so.
    Download,
    /// Bytes for the chip that have not been sent yet are to be forgotten.
    PurgeInput,
}

/// A way into the bridge.
pub trait Cable {
    /// Takes what has come from the host, at most about `room` bytes for the chip. Never waits.
    ///
    /// # Errors
    /// If the way is broken for good.
    fn receive(&mut self, room: usize) -> io::Result<Vec<Input>>;

    /// Gives bytes of the chip to the host, or keeps them for it. Never waits.
    ///
    /// # Errors
    /// If the way is broken for good.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Whether the lines are really there. If not, closing the port is the only sign that a tool is done.
    fn has_lines(&self) -> bool;

    /// Where programs find it: a path or a URL.
    fn address(&self) -> String;

    /// Pulls the plug.
    fn unplug(&mut self);

    /// Puts it in again.
    ///
    /// # Errors
    /// If there is no port to be had.
    fn plug(&mut self) -> io::Result<()>;

    /// What to wait for.
    #[cfg(unix)]
    fn descriptors(&self) -> Vec<std::os::fd::BorrowedFd<'_>>;
}

/// Bytes that wait, up to a limit.
#[derive(Default)]
pub(super) struct Waiting(VecDeque<u8>);

impl Waiting {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
        let surplus = self.0.len().saturating_sub(MOST_WAITING);
        self.0.drain(..surplus);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Writes as much as is taken without waiting.
    pub(super) fn write_to(&mut self, mut write: impl FnMut(&[u8]) -> io::Result<usize>) -> io::Result<()> {
        while !self.0.is_empty() {
            match write(self.0.as_slices().0) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => drop(self.0.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
