//! New inputs from old ones. Lists of messages are changed as lists of messages, bytes as bytes.

use fastrand::Rng;

use super::compared::numbers;
use super::dictionary::{Dictionary, HOSTILE, NUMBERS};
use super::input::{Input, LONGEST_PAYLOAD, MOST_MESSAGES, Publish};
use super::peer::publish_packet;

/// Changes of one input, at most.
const MOST_CHANGES: usize = 6;

/// Makes inputs.
pub(super) struct Mutator<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) random: Rng,
}

impl Mutator<'_> {
    /// A new input from `input`, with parts of `other`.
    pub(super) fn mutate(&mut self, input: &Input, other: &Input) -> Input {
        let mut changed = input.clone();
        // Bytes come from messages now and then, so that both are tried.
        if let Input::Messages(messages) = &changed
            && self.random.u8(..) < 6
        {
            changed = Input::Bytes(messages.iter().filter_map(|message| publish_packet(message, Some(7))).collect());
        }
        for _ in 0..self.random.usize(1..=MOST_CHANGES) {
            match &mut changed {
                Input::Messages(messages) => self.change_messages(messages, other),
                Input::Bytes(pieces) => self.change_pieces(pieces, other),
            }
        }
        changed.limit();
        changed
    }

    fn change_messages(&mut self, messages: &mut Vec<Publish>, other: &Input) {
        if messages.is_empty() {
            messages.push(self.new_message());
            return;
        }
        let at = self.random.usize(..messages.len());
        match self.random.u8(..16) {
            0 if messages.len() < MOST_MESSAGES => messages.insert(at, self.new_message()),
            1 if messages.len() < MOST_MESSAGES => messages.insert(at, messages[at].clone()),
            2 if messages.len() > 1 => drop(messages.remove(at)),
            3 => {
                let with = self.random.usize(..messages.len());
                messages.swap(at, with);
            }
            4 => {
                if let Input::Messages(others) = other
                    && !others.is_empty()
                {
                    let from = self.random.usize(..others.len());
                    messages.splice(at.., others[from..].iter().cloned());
                }
            }
            5 => messages[at].topic = self.topic(),
            6 => match self.random.u8(..5) {
                0 => messages[at].qos = self.random.u8(..3),
                1 => messages[at].retain ^= true,
                2 => messages[at].asks ^= true,
                _ => messages[at].waits ^= true,
            },
            _ => self.change_text(&mut messages[at].payload),
        }
    }

    fn new_message(&mut self) -> Publish {
        let seeds = &self.dictionary.seeds;
        let (topic, payload) = match seeds.len() {
            0 => (self.topic(), self.word().to_vec()),
            many => seeds[self.random.usize(..many)].clone(),
        };
        Publish { topic, qos: 1, retain: false, waits: true, asks: false, payload }
    }

    fn topic(&mut self) -> String {
        let topics = &self.dictionary.topics;
        match topics.len() {
            0 => "a".to_owned(),
            many => topics[self.random.usize(..many)].clone(),
        }
    }

    fn word(&mut self) -> &[u8] {
        let tokens = &self.dictionary.tokens;
        match self.random.u8(..4) {
            0 => HOSTILE[self.random.usize(..HOSTILE.len())],
            1 => NUMBERS[self.random.usize(..NUMBERS.len())].as_bytes(),
            _ if !tokens.is_empty() => &tokens[self.random.usize(..tokens.len())],
            _ => b",",
        }
    }

    /// A number of the device's grammar, or one at the edge of a type.
    fn number(&mut self) -> String {
        let own = &self.dictionary.numbers;
        let index = self.random.usize(..own.len() + NUMBERS.len());
        own.get(index).cloned().unwrap_or_else(|| NUMBERS[index - own.len()].to_owned())
    }

    /// A payload: numbers as numbers, words as words, and bytes as bytes.
    fn change_text(&mut self, text: &mut Vec<u8>) {
        let numbers = numbers(text);
        match self.random.u8(..10) {
            0..=3 if !numbers.is_empty() => {
                let (range, value) = numbers[self.random.usize(..numbers.len())].clone();
                let with = match self.random.u8(..5) {
                    0 => value.wrapping_add(1).to_string(),
                    1 => value.wrapping_sub(1).to_string(),
                    2 => self.number(),
                    3 => self.random.u16(..).to_string(),
                    _ => self.random.u8(..).to_string(),
                };
                text.splice(range, with.into_bytes());
            }
            4 | 5 => {
                let at = self.random.usize(..=text.len());
                let end = if self.random.bool() { at } else { self.random.usize(at..=text.len()) };
                let word = self.word().to_vec();
                text.splice(at..end, word);
            }
            _ => self.change_bytes(text, LONGEST_PAYLOAD),
        }
    }

    fn change_pieces(&mut self, pieces: &mut Vec<Vec<u8>>, other: &Input) {
        if pieces.is_empty() {
            pieces.push(vec![0x30, 0]);
        }
        let at = self.random.usize(..pieces.len());
        match self.random.u8(..12) {
            0 => {
                let cut = self.random.usize(..=pieces[at].len());
                let rest = pieces[at].split_off(cut);
                pieces.insert(at + 1, rest);
            }
            1 if at + 1 < pieces.len() => {
                let next = pieces.remove(at + 1);
                pieces[at].extend(next);
            }
            2 => {
                let message = self.new_message();
                pieces.extend(publish_packet(&message, Some(8)));
            }
            3 => {
                if let Input::Bytes(others) = other {
                    pieces.splice(at.., others.iter().cloned());
                }
            }
            4 if pieces.len() > 1 => drop(pieces.remove(at)),
            // A packet of every type, as short as can be.
            5 => pieces.push(vec![self.random.u8(..), 2, self.random.u8(..), self.random.u8(..)]),
            _ => self.change_bytes(&mut pieces[at], LONGEST_PAYLOAD),
        }
    }

    /// Havoc, as AFL has it.
    fn change_bytes(&mut self, bytes: &mut Vec<u8>, longest: usize) {
        let length = bytes.len();
        if length == 0 {
            let word = self.word().to_vec();
            bytes.extend(word);
            return;
        }
        let at = self.random.usize(..length);
        match self.random.u8(..10) {
            0 => bytes[at] ^= 1 << self.random.u8(..8),
            1 => bytes[at] = self.random.u8(..),
            2 => bytes[at] = bytes[at].wrapping_add(self.random.u8(1..16)),
            3 => bytes[at] = bytes[at].wrapping_sub(self.random.u8(1..16)),
            4 => bytes.insert(at, self.random.u8(..)),
            5 => drop(bytes.remove(at)),
            6 => bytes.truncate(at),
            7 if length < longest => {
                let end = self.random.usize(at..=length.min(at + 16));
                let copy = bytes[at..end].to_vec();
                let to = self.random.usize(..=length);
                bytes.splice(to..to, copy);
            }
            8 => {
                let end = self.random.usize(at..=length.min(at + 8));
                bytes.drain(at..end);
            }
            _ if length < longest => {
                let byte = self.random.u8(..);
                let many = self.random.usize(1..64);
                bytes.splice(at..at, std::iter::repeat_n(byte, many));
            }
            _ => {}
        }
    }
}
