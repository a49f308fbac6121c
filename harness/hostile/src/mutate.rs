//! Valid inputs made into hostile ones.

use fastrand::Rng;

/// Longest input that is made, unless a valid one is longer.
const LONGEST: usize = 64 * 1024;
/// Numbers at limits, as texts have them.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "255",
    "256",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "18446744073709551616",
    "1e999",
    "-0.0",
    "NaN",
    "0x7fffffffffffffff",
];
/// What opens something in the formats that are read here.
const OPENERS: [&str; 10] = ["[", "{", "- ", "? ", "{a: ", "[[", "{\"a\":", "(", "${", "'"];

/// Makes inputs.
pub struct Mutator<'a> {
    seeds: &'a [Vec<u8>],
    /// Words of the format.
    words: &'a [&'a str],
    rng: Rng,
}

impl<'a> Mutator<'a> {
    /// From valid inputs, of which there is at least one.
    pub fn new(seeds: &'a [Vec<u8>], words: &'a [&'a str], seed: u64) -> Self {
        Self { seeds, words, rng: Rng::with_seed(seed) }
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let mut bytes = self.valid().to_vec();
        let most = LONGEST.max(bytes.len() + 1024);
        for _ in 0..self.rng.usize(1..=4) {
            self.change(&mut bytes);
            bytes.truncate(most);
        }
        bytes
    }

    fn valid(&mut self) -> &'a [u8] {
        &self.seeds[self.rng.usize(..self.seeds.len())]
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.rng.usize(..=bytes.len());
        match self.rng.u8(..13) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(..at)),
            2 => drop(bytes.drain(self.range(bytes.len()))),
            3 => self.flip(bytes),
            4 => self.overwrite(bytes),
            5 => self.splice(bytes),
            6 => self.repeat(bytes),
            7 => self.nest(bytes, at),
            8 => self.insert(bytes, at),
            9 => self.number(bytes),
            10 => self.swap_lines(bytes),
            11 => {
                let length = self.rng.usize(1..=64);
                let noise: Vec<u8> = std::iter::repeat_with(|| self.rng.u8(..)).take(length).collect();
                bytes.splice(at..at, noise);
            }
            _ => {
                let (byte, times) = (self.rng.u8(..), self.rng.usize(1..=8192));
                bytes.splice(at..at, std::iter::repeat_n(byte, times));
            }
        }
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let (a, b) = (self.rng.usize(..=length), self.rng.usize(..=length));
        a.min(b)..a.max(b)
    }

    fn flip(&mut self, bytes: &mut [u8]) {
        if bytes.is_empty() {
            return;
        }
        for _ in 0..self.rng.usize(1..=8) {
            let at = self.rng.usize(..bytes.len());
            bytes[at] ^= 1 << self.rng.u8(..8);
        }
    }

    /// A binary number at a limit, in either order of bytes.
    fn overwrite(&mut self, bytes: &mut [u8]) {
        let values = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, u64::MAX];
        let mut value = values[self.rng.usize(..values.len())];
        if self.rng.bool() {
            value = value.wrapping_add(self.rng.u64(..4)).wrapping_sub(2);
        }
        let width = [1, 2, 4, 8][self.rng.usize(..4)];
        let Some(last) = bytes.len().checked_sub(width) else { return };
        let at = self.rng.usize(..=last);
        let mut number = value.to_le_bytes()[..width].to_vec();
        if self.rng.bool() {
            number.reverse();
        }
        bytes[at..at + width].copy_from_slice(&number);
    }

    fn splice(&mut self, bytes: &mut Vec<u8>) {
        let other = self.valid();
        let part = &other[self.range(other.len())];
        let place = self.range(bytes.len());
        bytes.splice(place, part.iter().copied());
    }

    fn repeat(&mut self, bytes: &mut Vec<u8>) {
        let range = self.range(bytes.len());
        let part = bytes[range.clone()].to_vec();
        let times = if self.rng.u8(..8) == 0 { 1000 } else { self.rng.usize(1..=8) };
        let times = times.min(LONGEST / part.len().max(1));
        bytes.splice(range.end..range.end, part.repeat(times));
    }

    fn nest(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let opener = OPENERS[self.rng.usize(..OPENERS.len())];
        let depth = [8, 64, 200, 5000][self.rng.usize(..4)];
        bytes.splice(at..at, opener.repeat(depth).into_bytes());
    }

    /// A word of the format, or a number.
    fn insert(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let known = if self.words.is_empty() || self.rng.u8(..4) == 0 { &NUMBERS[..] } else { self.words };
        let word = known[self.rng.usize(..known.len())];
        bytes.splice(at..at, word.bytes());
    }

    /// Another number in the place of one in the text.
    fn number(&mut self, bytes: &mut Vec<u8>) {
        let digits: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i].is_ascii_digit()).take(4096).collect();
        if digits.is_empty() {
            return;
        }
        let from = digits[self.rng.usize(..digits.len())];
        let length = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        bytes.splice(from..from + length, NUMBERS[self.rng.usize(..NUMBERS.len())].bytes());
    }

    fn swap_lines(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if lines.len() < 2 {
            return;
        }
        let (one, other) = (self.rng.usize(..lines.len()), self.rng.usize(..lines.len()));
        if self.rng.bool() {
            lines.swap(one, other);
        } else {
            let line = lines[one].clone();
            lines.insert(other, line);
        }
        *bytes = lines.concat();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_inputs_and_few_of_them_are_alike() {
        let seeds = [b"name: a\nsteps: [1, 2]\n".to_vec(), b"\x00\x01\x02\x03".to_vec()];
        let inputs = |seed| {
            let mut mutator = Mutator::new(&seeds, &["within"], seed);
            (0..1000).map(|_| mutator.input()).collect::<Vec<_>>()
        };
        assert_eq!(inputs(1), inputs(1));
        let mut all = inputs(1);
        assert!(all.iter().all(|input| input.len() <= LONGEST));
        assert!(all.iter().any(|input| input.len() > 10_000), "none is very long");
        all.sort();
        all.dedup();
        assert!(all.len() > 800, "{} of 1000 differ", all.len());
    }
}
