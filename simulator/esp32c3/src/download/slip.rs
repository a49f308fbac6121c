//! Frames in a stream of bytes, RFC 1055: a byte 0xC0 before and after, escaped within.

const END: u8 = 0xC0;
const ESCAPE: u8 = 0xDB;
const ESCAPED_END: u8 = 0xDC;
const ESCAPED_ESCAPE: u8 = 0xDD;

/// The longest frame that is kept. The stub's largest block has 16 KB, to which a header is added.
const LONGEST: usize = 0x4000 + 0x100;

/// Takes frames out of a stream. Bytes before the first frame, frames with wrong escapes and frames that are too long are dropped.
#[derive(Clone, Hash, Debug, Default)]
pub(super) struct Decoder {
    frame: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Hash, Debug, Default)]
enum State {
    /// Before the first frame.
    #[default]
    Outside,
    Inside,
    Escape,
    /// In a frame that is of no use any more.
    Broken,
}

impl Decoder {
    /// The frame that ends with this byte.
    pub(super) fn push(&mut self, byte: u8) -> Option<Vec<u8>> {
        let data = match (self.state, byte) {
            // The end of a frame may be the beginning of the next: what was received so far may have been noise.
            (State::Inside, END) if !self.frame.is_empty() => return Some(std::mem::take(&mut self.frame)),
            (_, END) => {
                self.frame.clear();
                self.state = State::Inside;
                return None;
            }
            (State::Outside | State::Broken, _) => return None,
            (State::Inside, ESCAPE) => {
                self.state = State::Escape;
                return None;
            }
            (State::Inside, byte) => Some(byte),
            (State::Escape, ESCAPED_END) => Some(END),
            (State::Escape, ESCAPED_ESCAPE) => Some(ESCAPE),
            (State::Escape, _) => None,
        };
        match data {
            Some(byte) if self.frame.len() < LONGEST => {
                self.frame.push(byte);
                self.state = State::Inside;
            }
            _ => {
                self.frame.clear();
                self.state = State::Broken;
            }
        }
        None
    }
}

/// The bytes of a frame with what is around it.
pub(super) fn encode(frame: &[u8]) -> impl Iterator<Item = u8> {
    let escape = |byte: &u8| match *byte {
        END => [Some(ESCAPE), Some(ESCAPED_END)],
        ESCAPE => [Some(ESCAPE), Some(ESCAPED_ESCAPE)],
        byte => [Some(byte), None],
    };
    let inner = frame.iter().flat_map(escape).flatten();
    std::iter::once(END).chain(inner).chain(std::iter::once(END))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: impl IntoIterator<Item = u8>) -> Vec<Vec<u8>> {
        let mut decoder = Decoder::default();
        bytes.into_iter().filter_map(|byte| decoder.push(byte)).collect()
    }

    #[test]
    fn noise_and_broken_frames_are_dropped_and_the_next_is_found() {
        let stream = [b"noise\xC0".as_slice(), b"\xC0\xC0ab\xDB\xDC\xC0", b"\xC0x\xDBx\xC0", b"\xC0ok\xC0"].concat();
        assert_eq!(decode(stream), [b"ab\xC0".to_vec(), b"ok".to_vec()]);
    }

    #[test]
    fn a_frame_without_end_takes_no_memory() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.push(END), None);
        for _ in 0..1_000_000 {
            assert_eq!(decoder.push(7), None);
        }
        assert!(decoder.frame.capacity() <= 2 * LONGEST);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 0..5)) {
            let stream: Vec<u8> = frames.iter().flat_map(|frame| encode(frame)).collect();
            prop_assert_eq!(decode(stream), frames);
        }
    }
}
