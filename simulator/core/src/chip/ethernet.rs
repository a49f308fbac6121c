//! The cable at the Ethernet MAC: frames that the device has sent, and whether it is plugged in.

use crate::time::Instant;
use std::collections::VecDeque;

/// The cable.
#[derive(Clone, Hash, Debug)]
pub struct Ethernet {
    /// Whether the cable is in.
    pub link: bool,
    sent: VecDeque<(Instant, Vec<u8>)>,
}

impl Default for Ethernet {
    fn default() -> Self {
        Self { link: true, sent: VecDeque::new() }
    }
}

impl Ethernet {
    /// The device puts a frame, without its check sequence, on the wire; it is lost if the cable is out.
    pub fn send(&mut self, at: Instant, frame: Vec<u8>) {
        if self.link {
            self.sent.push_back((at, frame));
        }
    }

    /// The next frame that the device has sent, and when.
    pub fn take_sent(&mut self) -> Option<(Instant, Vec<u8>)> {
        self.sent.pop_front()
    }
}
