//! What has come out of a chip's serial ports and waits for the host.

use crate::time::Instant;
use std::collections::VecDeque;

/// Bytes that wait for the host, of each port; beyond that the oldest are forgotten.
const MOST_OUTPUT: usize = 1 << 20;

/// A byte that the chip sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SerialByte {
    /// When it was complete: the end of its stop bit, or when USB took it.
    pub at: Instant,
    /// The byte.
    pub byte: u8,
}

/// The bytes of all ports. What waits here decides nothing about the chip.
#[derive(Clone, Debug)]
pub struct HostOutput<Port: 'static> {
    ports: &'static [Port],
    waiting: Vec<VecDeque<SerialByte>>,
    /// Every byte for the host ends the run.
    stops: bool,
}

impl<Port: Eq> HostOutput<Port> {
    /// Nothing has come out of these ports.
    pub fn new(ports: &'static [Port]) -> Self {
        Self { ports, waiting: ports.iter().map(|_| VecDeque::new()).collect(), stops: false }
    }

    /// Keeps a byte for the host.
    ///
    /// # Panics
    /// If there is no such port.
    pub fn push(&mut self, port: Port, at: Instant, byte: u8) {
        let waiting = self.port(port);
        if waiting.len() == MOST_OUTPUT {
            waiting.pop_front();
        }
        waiting.push_back(SerialByte { at, byte });
    }

    /// The bytes that came out of a port since the last call.
    ///
    /// # Panics
    /// If there is no such port.
    pub fn take(&mut self, port: Port) -> Vec<SerialByte> {
        std::mem::take(self.port(port)).into()
    }

    /// Lets every byte for the host end the run, or not.
    pub fn set_stops(&mut self, stops: bool) {
        self.stops = stops;
    }

    /// Whether a run is to end because there is a byte for the host.
    pub fn is_stopping(&self) -> bool {
        self.stops && self.waiting.iter().any(|waiting| !waiting.is_empty())
    }

    fn port(&mut self, port: Port) -> &mut VecDeque<SerialByte> {
        let index = self.ports.iter().position(|it| *it == port).expect("a port of this chip");
        &mut self.waiting[index]
    }
}
