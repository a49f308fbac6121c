//! Frames as bits on the bus, and as bytes in the buffers; TRM sections 29.2.2 and 29.4.4. A bit is `true` if it is
//! recessive.

/// Bytes of the largest frame in a buffer.
pub(super) const MOST_BYTES: usize = 13;

const EXTENDED: u8 = 1 << 7;
const REMOTE: u8 = 1 << 6;
/// Generator polynomial of the CRC, without its highest bit.
const POLYNOMIAL: u16 = 0x4599;
const CRC_BITS: usize = 15;
/// More equal bits than this in a row need a stuff bit between them.
const RUN: u8 = 5;
/// CRC delimiter, ACK slot, ACK delimiter and end of frame: not stuffed and sent recessive.
pub(super) const TAIL_BITS: usize = 10;

/// A frame as it is in a buffer: frame information, identifier, data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Frame {
    pub(super) bytes: [u8; MOST_BYTES],
}

impl Frame {
    pub(super) fn is_extended(&self) -> bool {
        self.bytes[0] & EXTENDED != 0
    }

    pub(super) fn is_remote(&self) -> bool {
        self.bytes[0] & REMOTE != 0
    }

    fn identifier_bytes(&self) -> usize {
        if self.is_extended() { 4 } else { 2 }
    }

    /// Of a remote frame none.
    pub(super) fn data(&self) -> &[u8] {
        let count = if self.is_remote() { 0 } else { usize::from(self.bytes[0] & 0xF).min(8) };
        &self.bytes[1 + self.identifier_bytes()..][..count]
    }

    /// The identifier in the higher bits, as it is in the buffer.
    pub(super) fn identifier(&self) -> u32 {
        let [_, a, b, c, d, ..] = self.bytes;
        if self.is_extended() {
            u32::from_be_bytes([a, b, c, d]) & !7
        } else {
            u32::from_be_bytes([a, b, 0, 0]) & !0x1F_FFFF
        }
    }

    /// Bytes that it takes in the receive FIFO.
    pub(super) fn size(&self) -> usize {
        1 + self.identifier_bytes() + self.data().len()
    }

    /// From start of frame to the end of the CRC, not stuffed.
    fn bits(&self) -> Vec<bool> {
        let mut bits = vec![false];
        let identifier = self.identifier();
        let mut push = |value: u32, count: u32| bits.extend((0..count).map(|n| value << n >> 31 == 1));
        push(identifier, 11);
        let remote = u32::from(self.is_remote()) << 31;
        if self.is_extended() {
            // SRR and IDE, the rest of the identifier, RTR, two reserved bits.
            push(u32::MAX, 2);
            push(identifier << 11, 18);
            push(remote, 3);
        } else {
            // RTR, IDE, a reserved bit.
            push(remote, 3);
        }
        push(u32::from(self.bytes[0]) << 28, 4);
        for byte in self.data() {
            push(u32::from(*byte) << 24, 8);
        }
        let crc = crc(&bits);
        bits.extend((0..CRC_BITS).rev().map(|n| crc >> n & 1 == 1));
        bits
    }

    /// All bits that its sender puts on the bus.
    pub(super) fn line(&self) -> Vec<bool> {
        let mut line = Vec::new();
        let mut run = Run::default();
        for bit in self.bits() {
            line.push(bit);
            run.push(bit);
            if run.is_full() {
                line.push(!bit);
                run.push(!bit);
            }
        }
        line.extend([true; TAIL_BITS]);
        line
    }
}

fn crc(bits: &[bool]) -> u16 {
    bits.iter().fold(0, |crc: u16, bit| {
        let next = *bit ^ (crc >> 14 & 1 == 1);
        (crc << 1 & 0x7FFF) ^ if next { POLYNOMIAL } else { 0 }
    })
}

/// Equal bits in a row.
#[derive(Clone, Copy, Hash, Debug, Default)]
struct Run {
    bit: bool,
    length: u8,
}

impl Run {
    fn push(&mut self, bit: bool) {
        self.length = if bit == self.bit { self.length.saturating_add(1) } else { 1 };
        self.bit = bit;
    }

    fn is_full(self) -> bool {
        self.length == RUN
    }
}

/// What was wrong with a bit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Fault {
    Bit,
    Form,
    Stuff,
    /// CRC or acknowledgement.
    Other,
}

/// A frame that is being read from the bus.
#[derive(Clone, Hash, Debug, Default)]
pub(super) struct Reader {
    /// Without stuff bits.
    bits: Vec<bool>,
    run: Run,
    /// Bits after the CRC.
    tail: usize,
    crc_matches: bool,
}

impl Reader {
    fn is_extended(&self) -> bool {
        self.bits.get(13).copied().unwrap_or(false)
    }

    /// Bits that end with RTR, the last that arbitration is about.
    pub(super) fn arbitration(&self) -> usize {
        if self.is_extended() { 33 } else { 13 }
    }

    /// Bits up to the data, once they are known.
    fn header(&self) -> Option<usize> {
        let length = if self.is_extended() { 39 } else { 19 };
        (self.bits.len() >= length).then_some(length)
    }

    fn value(&self, from: usize, count: usize) -> u32 {
        self.bits[from..from + count].iter().fold(0, |value, bit| value << 1 | u32::from(*bit))
    }

    fn is_remote(&self) -> bool {
        self.bits[self.arbitration() - 1]
    }

    /// Bits up to the end of the CRC, once it is known.
    fn length(&self) -> Option<usize> {
        let header = self.header()?;
        let bytes = if self.is_remote() { 0 } else { self.value(header - 4, 4).min(8) as usize };
        Some(header + 8 * bytes + CRC_BITS)
    }

    /// How many bits have been read, without stuff bits.
    pub(super) fn count(&self) -> usize {
        self.bits.len()
    }

    /// Bits of the unstuffed tail that have been read; `None` before it.
    pub(super) fn tail(&self) -> Option<usize> {
        let complete = self.length() == Some(self.bits.len()) && !self.run.is_full();
        (complete || self.tail > 0).then_some(self.tail)
    }

    /// Whether the next bit is the ACK slot.
    pub(super) fn is_at_acknowledgement(&self) -> bool {
        self.tail() == Some(1)
    }

    /// Whether it was read without a fault so far as to be acknowledged.
    pub(super) fn crc_matches(&self) -> bool {
        self.crc_matches
    }

    pub(super) fn is_complete(&self) -> bool {
        self.tail == TAIL_BITS
    }

    pub(super) fn push(&mut self, bit: bool) -> Result<(), Fault> {
        if let Some(tail) = self.tail() {
            self.tail += 1;
            return match (tail, bit) {
                (0, true) => {
                    let (body, sent) = self.bits.split_at(self.bits.len() - CRC_BITS);
                    let sent = sent.iter().fold(0, |value, bit| value << 1 | u16::from(*bit));
                    self.crc_matches = crc(body) == sent;
                    Ok(())
                }
                (1, _) => Ok(()),
                // Whoever found the CRC wrong says so behind the ACK delimiter.
                (2, true) if !self.crc_matches => Err(Fault::Other),
                // What follows the last bit is not looked at.
                (_, true) | (9, false) => Ok(()),
                _ => Err(Fault::Form),
            };
        }
        let stuff = self.run.is_full();
        if stuff && bit == self.run.bit {
            return Err(Fault::Stuff);
        }
        self.run.push(bit);
        if !stuff {
            self.bits.push(bit);
        }
        Ok(())
    }

    /// The frame, if all of it was read.
    pub(super) fn frame(&self) -> Option<Frame> {
        let header = self.header()?;
        let mut frame = Frame::default();
        let remote = if self.is_remote() { REMOTE } else { 0 };
        let extended = if self.is_extended() { EXTENDED } else { 0 };
        frame.bytes[0] = extended | remote | self.value(header - 4, 4) as u8;
        let identifier = if self.is_extended() {
            self.value(1, 11) << 21 | self.value(14, 18) << 3
        } else {
            self.value(1, 11) << 21
        };
        frame.bytes[1..5].copy_from_slice(&identifier.to_be_bytes());
        let start = 1 + frame.identifier_bytes();
        for n in 0..(self.length()? - CRC_BITS - header) / 8 {
            frame.bytes[start + n] = self.value(header + 8 * n, 8) as u8;
        }
        Some(frame)
    }

    /// Where on the frame the next bit is, as ERR_CODE_CAP names it; TRM table 29-19.
    pub(super) fn segment(&self) -> u32 {
        if let Some(tail) = self.tail() {
            return match tail {
                0 => 0b11000,
                1 => 0b11001,
                2 => 0b11011,
                _ => 0b11010,
            };
        }
        let header = self.header();
        match (self.bits.len(), self.is_extended()) {
            (0, _) => 0b00011,
            (1..=8, _) => 0b00010,
            (9..=11, _) => 0b00110,
            (12, _) => 0b00100,
            (13, _) => 0b00101,
            (14, false) | (34, true) => 0b01001,
            (14..=18, true) => 0b00111,
            (19..=26, true) => 0b01111,
            (27..=31, true) => 0b01110,
            (32, true) => 0b01100,
            (33, true) => 0b01101,
            _ if header.is_none() => 0b01011,
            (read, _) if self.length().is_some_and(|length| read + CRC_BITS < length) => 0b01010,
            _ => 0b01000,
        }
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
    fn frames_are_read_as_they_were_sent() {
        let frames = [
            frame(&[0, 0, 0]),
            frame(&[0x08, 0xAA, 0x40, 1, 2, 3, 4, 5, 6, 7, 8]),
            frame(&[0x42, 0x12, 0x20]),
            frame(&[0x88, 0x12, 0x34, 0x56, 0x78, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x55, 0xAA]),
            frame(&[0xC0, 0xFF, 0xFF, 0xFF, 0xF8]),
        ];
        for frame in frames {
            let mut reader = Reader::default();
            for bit in frame.line() {
                assert!(!reader.is_complete());
                assert_eq!(reader.push(bit), Ok(()), "{frame:?}");
            }
            assert!(reader.is_complete() && reader.crc_matches());
            assert_eq!(reader.frame(), Some(frame));
        }
    }

    #[test]
    fn the_crc_is_that_of_can() {
        // The usual check value of CRC-15/CAN.
        let bits: Vec<bool> =
            b"123456789".iter().flat_map(|byte| (0..8).rev().map(move |n| byte >> n & 1 == 1)).collect();
        assert_eq!(crc(&bits), 0x059E);
    }

    #[test]
    fn no_more_than_five_equal_bits_are_sent_in_a_row() {
        let line = frame(&[0, 0, 0]).line();
        let stuffed = &line[..line.len() - TAIL_BITS];
        assert_eq!(stuffed.chunk_by(|a, b| a == b).map(<[bool]>::len).max(), Some(5));
    }

    #[test]
    fn six_equal_bits_are_a_fault() {
        let mut reader = Reader::default();
        for _ in 0..5 {
            assert_eq!(reader.push(false), Ok(()));
        }
        assert_eq!(reader.push(false), Err(Fault::Stuff));
    }
}
