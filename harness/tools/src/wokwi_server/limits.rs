//! What clients may use, so that none can take more than its share.

use std::time::Duration;

/// What clients may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Clients with a machine at the same time.
    pub clients: usize,
    /// Connections beyond those: in the handshake, or being told that there is no room.
    pub waiting: usize,
    /// Files of one client.
    pub files: usize,
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Bytes of all files of one client.
    pub client_bytes: usize,
    /// Bytes of all files of all clients.
    pub all_bytes: usize,
    /// Longest handshake.
    pub handshake: Duration,
    /// Longest wait for a client to take a message.
    pub write: Duration,
    /// Longest time without a message in either direction.
    pub idle: Duration,
    /// Longest connection.
    pub session: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 16,
            waiting: 32,
            files: 64,
            file_bytes: 32 << 20,
            client_bytes: 64 << 20,
            all_bytes: 512 << 20,
            handshake: Duration::from_secs(10),
            write: Duration::from_secs(30),
            idle: Duration::from_secs(10 * 60),
            session: Duration::from_secs(2 * 60 * 60),
        }
    }
}

impl Limits {
    /// Bytes of a message: the largest file as base64, and what is around it.
    pub(super) fn message_bytes(&self) -> usize {
        self.file_bytes.div_ceil(3) * 4 + (64 << 10)
    }
}

/// Longest text that a client may give as a name: of a file, a part, a pin.
pub(super) const NAME_BYTES: usize = 256;
/// Longest `diagram.json`.
pub(super) const DIAGRAM_BYTES: usize = 256 << 10;
/// Most parts in it.
pub(super) const PARTS: usize = 256;
/// Most wires in it.
pub(super) const WIRES: usize = 2048;
/// Most LEDs in it; the picture of a part has 256 bytes for each.
pub(super) const LEDS: usize = 4096;
/// Most pause points.
pub(super) const PAUSE_POINTS: usize = 256;
/// Longest text that a pause point waits for.
pub(super) const PATTERN_BYTES: usize = 64 << 10;
/// Most pins that are listened to: each of the chip's.
pub(super) const LISTENED_PINS: usize = 64;
/// Bytes for the serial port that wait.
pub(super) const SERIAL_INPUT: usize = 64 << 10;
/// Samples of a logic analyzer, whatever its `bufferSize` is.
pub(super) const SAMPLES: usize = 1_000_000;
/// Bytes in one direction between a WebSocket and its machine. A message that is longer goes alone.
pub(super) const QUEUE_BYTES: usize = 1 << 20;
