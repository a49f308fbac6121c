//! What becomes of a frame that was read: the acceptance filter and the receive FIFO; TRM sections 29.4.5 and 29.4.6.

use super::frame::Frame;
use std::collections::VecDeque;

const FIFO_BYTES: usize = 64;
const MOST_MESSAGES: usize = 64;

/// Acceptance codes 0 to 3 and masks 0 to 3; a set bit of a mask means that it does not matter.
#[derive(Clone, Hash, Debug, Default)]
pub(super) struct Filter {
    pub(super) codes: [u8; 4],
    pub(super) masks: [u8; 4],
}

impl Filter {
    fn matches(&self, value: u32, relevant: u32) -> bool {
        let (codes, masks) = (u32::from_be_bytes(self.codes), u32::from_be_bytes(self.masks));
        (value ^ codes) & !masks & relevant == 0
    }

    pub(super) fn accepts(&self, frame: &Frame, single: bool) -> bool {
        let identifier = frame.identifier();
        let remote = u32::from(frame.is_remote());
        let data = frame.data();
        let first = data.first().copied().map(u32::from);
        match (frame.is_extended(), single) {
            (true, true) => self.matches(identifier | remote << 2, 0xFFFF_FFFC),
            (true, false) => self.matches(identifier, 0xFFFF_0000) || self.matches(identifier >> 16, 0x0000_FFFF),
            (false, true) => {
                let second = data.get(1).copied().map(u32::from);
                let value = identifier | remote << 20 | first.unwrap_or(0) << 8 | second.unwrap_or(0);
                let relevant = if first.is_some() { 0xFF00 } else { 0 } | if second.is_some() { 0xFF } else { 0 };
                self.matches(value, 0xFFF0_0000 | relevant)
            }
            (false, false) => {
                let address = identifier | remote << 20;
                let nibbles = first.map_or(0, |byte| (byte & 0xF0) << 12 | byte & 0xF);
                let relevant = if first.is_some() { 0x000F_000F } else { 0 };
                self.matches(address | nibbles, 0xFFF0_0000 | relevant) || self.matches(address >> 16, 0xFFF0)
            }
        }
    }
}

/// The messages in the order in which they came. One that found no room is only counted.
#[derive(Clone, Hash, Debug, Default)]
pub(super) struct Fifo {
    messages: VecDeque<Option<Frame>>,
}

impl Fifo {
    /// Whether there was room.
    pub(super) fn push(&mut self, frame: Frame) -> bool {
        let used: usize = self.messages.iter().flatten().map(Frame::size).sum();
        let fits = used + frame.size() <= FIFO_BYTES;
        if self.messages.len() < MOST_MESSAGES {
            self.messages.push_back(fits.then_some(frame));
        }
        fits
    }

    pub(super) fn release(&mut self) {
        self.messages.pop_front();
    }

    pub(super) fn count(&self) -> usize {
        self.messages.len()
    }

    /// Whether the first message is one that found no room.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.messages.front(), Some(None))
    }

    /// A byte of the first message.
    pub(super) fn byte(&self, index: usize) -> u8 {
        self.messages.front().copied().flatten().and_then(|frame| frame.bytes.get(index).copied()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: &[u8]) -> Frame {
        let mut frame = Frame::default();
        frame.bytes[..bytes.len()].copy_from_slice(bytes);
        frame
    }

    #[test]
    fn a_single_filter_looks_at_identifier_and_data() {
        let filter = Filter { codes: [0x24, 0x60, 0x12, 0], masks: [0, 0x1F, 0, 0xFF] };
        assert!(filter.accepts(&frame(&[1, 0x24, 0x60, 0x12]), true));
        assert!(!filter.accepts(&frame(&[1, 0x24, 0x60, 0x13]), true));
        assert!(!filter.accepts(&frame(&[1, 0x24, 0x40, 0x12]), true));
        assert!(filter.accepts(&frame(&[0, 0x24, 0x60]), true), "there is no data to look at");
    }

    #[test]
    fn either_of_two_filters_is_enough() {
        let filter = Filter { codes: [0x11, 0, 0x22, 0], masks: [0, 0x1F, 0, 0x1F] };
        assert!(filter.accepts(&frame(&[0, 0x11, 0]), false));
        assert!(filter.accepts(&frame(&[0, 0x22, 0]), false));
        assert!(!filter.accepts(&frame(&[0, 0x33, 0]), false));
    }

    #[test]
    fn messages_without_room_are_counted_as_missing() {
        let mut fifo = Fifo::default();
        let message = frame(&[8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        let stored = (0..7).filter(|_| fifo.push(message)).count();
        assert_eq!((stored, fifo.count()), (5, 7));
        for _ in 0..5 {
            assert!(!fifo.is_missing());
            fifo.release();
        }
        assert!(fifo.is_missing());
    }
}
