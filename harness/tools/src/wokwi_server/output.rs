//! What a client is told of a run: events, in their order.

use serde_json::{Value, json};
use simulator::time::Instant;

use super::protocol::{Event, text};

/// Bytes of the console in one event.
const CHUNK: usize = 4096;

/// What a piece of a run leads to: messages for the client, and warnings for both sides.
#[derive(Default)]
pub(super) struct Output {
    /// In the order in which they are to be sent.
    pub(super) messages: Vec<String>,
    /// Each is among the messages, too.
    pub(super) warnings: Vec<String>,
    /// Bytes of the console that are not among the messages yet.
    serial: Vec<u8>,
    serial_at: Instant,
}

impl Output {
    /// Adds an event.
    pub(super) fn event(&mut self, event: &str, payload: Value, at: Instant, paused: bool) {
        self.flush();
        self.messages.push(text(&Event { event, payload, nanos: at.ns(), paused }));
    }

    pub(super) fn serial(&mut self, at: Instant, byte: u8) {
        self.serial.push(byte);
        self.serial_at = at;
        if self.serial.len() == CHUNK {
            self.flush();
        }
    }

    pub(super) fn flush(&mut self) {
        if !self.serial.is_empty() {
            let payload = json!({ "bytes": std::mem::take(&mut self.serial) });
            let nanos = self.serial_at.ns();
            self.messages.push(text(&Event { event: "serial-monitor:data", payload, nanos, paused: false }));
        }
    }

    /// Adds a warning. wokwi-cli prints what chips log, so it comes as the log of a chip of that name.
    pub(super) fn warn(&mut self, warning: String, at: Instant, paused: bool) {
        self.event("chips:log", json!({ "chip": "hil", "message": warning }), at, paused);
        self.warnings.push(warning);
    }
}
