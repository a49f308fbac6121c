//! Bytes to what is on one, two or four lines in a period of the clock, and back.

/// Puts what was seen on the lines together to bytes.
#[derive(Clone, Default, Hash, Debug)]
pub(super) struct Collector {
    bytes: Vec<u8>,
    /// Bits of the last byte that have come; 0 if it is complete.
    partial: u32,
}

impl Collector {
    /// Adds what was on the lines, line 0 in the lowest bit.
    pub(super) fn add(&mut self, nibble: u8, lines: u32, lsb_first: bool) {
        if self.partial == 0 {
            self.bytes.push(0);
        }
        let shift = if lsb_first { self.partial } else { 8 - self.partial - lines };
        if let Some(byte) = self.bytes.last_mut() {
            *byte |= nibble << shift;
        }
        self.partial = (self.partial + lines) % 8;
    }

    /// Bytes that are complete.
    pub(super) fn complete(&self) -> usize {
        self.bytes.len() - usize::from(self.partial > 0)
    }

    /// Takes the complete bytes.
    pub(super) fn take_complete(&mut self) -> Vec<u8> {
        let rest = self.bytes.split_off(self.complete());
        std::mem::replace(&mut self.bytes, rest)
    }

    /// Takes all bytes. A last one that is not complete has its bits where the first of a byte go.
    pub(super) fn take_all(&mut self) -> Vec<u8> {
        self.partial = 0;
        std::mem::take(&mut self.bytes)
    }
}

/// What is on the lines in period `cycle` of these bytes, line 0 in the lowest bit. 0 behind the last byte.
pub(super) fn nibble(bytes: &[u8], cycle: u32, lines: u32, lsb_first: bool) -> u8 {
    let bit = cycle * lines;
    let Some(byte) = bytes.get((bit / 8) as usize) else { return 0 };
    let shift = if lsb_first { bit % 8 } else { 8 - bit % 8 - lines };
    byte >> shift & ((1 << lines) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_what_is_received() {
        for lines in [1, 2, 4] {
            for lsb_first in [false, true] {
                let mut collector = Collector::default();
                for cycle in 0..24 / lines {
                    collector.add(nibble(&[0xA5, 0x12, 0xC8], cycle, lines, lsb_first), lines, lsb_first);
                }
                assert_eq!(collector.take_complete(), [0xA5, 0x12, 0xC8]);
            }
        }
    }

    #[test]
    fn the_most_significant_bits_go_first_and_on_the_highest_line() {
        assert_eq!(nibble(&[0x80], 0, 1, false), 1);
        assert_eq!(nibble(&[0x80], 0, 4, false), 8);
        assert_eq!(nibble(&[0x80], 7, 1, true), 1);
    }

    #[test]
    fn a_part_of_a_byte_is_left_aligned() {
        let mut collector = Collector::default();
        collector.add(1, 1, false);
        assert_eq!(collector.complete(), 0);
        assert_eq!(collector.take_all(), [0x80]);
    }
}
