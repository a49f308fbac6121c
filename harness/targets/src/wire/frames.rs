//! MQTT packets in a byte stream: where one ends and the next begins (MQTT 5, section 2.1).

/// Longest packet that is taken apart; a longer one (or bytes that are not MQTT) passes through unseen.
const MAX_FRAME: usize = 1024 * 1024;

/// Cuts a byte stream into whole packets.
#[derive(Debug, Clone, Default)]
pub struct FrameSplitter {
    buffer: Vec<u8>,
    opaque: bool,
}

impl FrameSplitter {
    /// Takes bytes; returns every packet that is complete now, each with its fixed header.
    ///
    /// After something that cannot be MQTT, all bytes come back as they are.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.buffer.extend_from_slice(bytes);
        let mut frames = Vec::new();
        while !self.opaque {
            match frame_length(&self.buffer) {
                Length::Of(n) if n <= MAX_FRAME => {
                    if self.buffer.len() < n {
                        return frames;
                    }
                    let rest = self.buffer.split_off(n);
                    frames.push(std::mem::replace(&mut self.buffer, rest));
                }
                Length::Unknown => return frames,
                Length::Of(_) | Length::Impossible => self.opaque = true,
            }
        }
        if !self.buffer.is_empty() {
            frames.push(std::mem::take(&mut self.buffer));
        }
        frames
    }
}

enum Length {
    Of(usize),
    Unknown,
    Impossible,
}

/// Length of the packet at the start of `bytes`, fixed header included: type and flags, then Remaining Length as a
/// Variable Byte Integer of one to four bytes (section 1.5.5).
fn frame_length(bytes: &[u8]) -> Length {
    match bytes.first() {
        None => return Length::Unknown,
        // Type 0 is reserved.
        Some(first) if first >> 4 == 0 => return Length::Impossible,
        Some(_) => {}
    }
    let mut remaining = 0usize;
    for (i, byte) in bytes[1..].iter().take(4).enumerate() {
        remaining |= usize::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            return Length::Of(2 + i + remaining);
        }
    }
    if bytes.len() > 4 { Length::Impossible } else { Length::Unknown }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(kind: u8, length: usize) -> Vec<u8> {
        let mut bytes = vec![kind << 4];
        let mut rest = length;
        loop {
            let more = rest >= 0x80;
            bytes.push((rest % 0x80) as u8 | if more { 0x80 } else { 0 });
            rest /= 0x80;
            if !more {
                break;
            }
        }
        bytes.extend(std::iter::repeat_n(0xA5, length));
        bytes
    }

    proptest! {
        #[test]
        fn packets_come_out_whole_however_the_stream_is_cut(
            lengths in proptest::collection::vec((1u8..=15, 0usize..20_000), 0..6),
            cuts in proptest::collection::vec(1usize..5_000, 1..50),
        ) {
            let packets: Vec<_> = lengths.iter().map(|(kind, n)| packet(*kind, *n)).collect();
            let stream = packets.concat();
            let mut splitter = FrameSplitter::default();
            let mut found = Vec::new();
            let mut rest = stream.as_slice();
            let mut cut = cuts.iter().cycle();
            while !rest.is_empty() {
                let n = (*cut.next().unwrap()).min(rest.len());
                found.extend(splitter.push(&rest[..n]));
                rest = &rest[n..];
            }
            prop_assert_eq!(found, packets);
        }

        #[test]
        fn no_byte_is_lost_or_invented(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut splitter = FrameSplitter::default();
            let mut out: Vec<u8> = bytes.chunks(7).flat_map(|c| splitter.push(c)).flatten().collect();
            out.extend(&splitter.buffer);
            prop_assert_eq!(out, bytes);
        }
    }

    #[test]
    fn what_is_not_mqtt_passes_through() {
        let mut splitter = FrameSplitter::default();
        assert_eq!(splitter.push(b"\x00GET"), vec![b"\x00GET".to_vec()]);
        assert_eq!(splitter.push(b" /"), vec![b" /".to_vec()]);
        let mut splitter = FrameSplitter::default();
        assert_eq!(splitter.push(&[0x30, 0xFF, 0xFF, 0xFF, 0xFF]).concat(), [0x30, 0xFF, 0xFF, 0xFF, 0xFF]);
    }
}
