//! What a device's inputs are made of: topics, and the words, numbers and right payloads of its commands.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::input::LONGEST_PAYLOAD;
use crate::device::DeviceDescription;
use crate::grammar::{Grammar, Kind, Number};
use crate::json::{Form, Range, Shape};
use crate::payload::{Leaf, valid};

/// Right payloads of each command that a campaign begins with, at most.
const SEEDS: usize = 16;

/// Words for the mutators.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// Topics that the device listens to, and some that look like them.
    pub topics: Vec<String>,
    /// Literals and separators of its payloads.
    pub tokens: Vec<Vec<u8>>,
    /// Limits of its numbers and their neighbours, as text.
    pub numbers: Vec<String>,
    /// Payloads to begin with, each with its topic.
    pub seeds: Vec<(String, Vec<u8>)>,
}

impl Dictionary {
    /// What the description of a device tells: the same for the same description.
    pub fn of(device: &DeviceDescription) -> Self {
        let commands = device.commands.iter().map(|command| &command.topic);
        // What it publishes itself it does not listen to; but it looks the same.
        let near = device.statuses.iter().map(|status| &status.topic);
        let online = device.online.iter().map(|online| &online.topic);
        let topics: BTreeSet<String> = commands.chain(near).chain(online).cloned().collect();
        let mut words = Words::default();
        device.commands.iter().for_each(|command| words.add(&command.payload));
        let numbers: Vec<String> = words.numbers.iter().map(i128::to_string).collect();
        let tokens = words.tokens.into_iter().chain(numbers.iter().map(|number| number.clone().into_bytes())).collect();
        let mut seeds: Vec<(String, Vec<u8>)> = Vec::new();
        let starts = device.start.iter().map(|start| (start.command, start.payload.clone().into_bytes()));
        let examples = device.commands.iter().enumerate();
        let examples = examples.flat_map(|(index, command)| examples_of(&command.payload).map(move |it| (index, it)));
        for (command, payload) in starts.chain(examples) {
            let seed = (device.commands[command].topic.clone(), payload);
            if !seeds.contains(&seed) {
                seeds.push(seed);
            }
        }
        Self { topics: topics.into_iter().collect(), tokens, numbers, seeds }
    }
}

/// Right payloads, the same each time.
fn examples_of(grammar: &Grammar) -> impl Iterator<Item = Vec<u8>> + use<> {
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let payloads = valid(grammar).prop_map(|leaves: Vec<Leaf>| leaves.into_iter().map(|leaf| leaf.text).collect());
    let payloads = (0..SEEDS).map_while(move |_| payloads.new_tree(&mut runner).ok().map(|tree| tree.current()));
    payloads.map(String::into_bytes).filter(|payload| payload.len() <= LONGEST_PAYLOAD)
}

/// Words and numbers of grammars.
#[derive(Default)]
struct Words {
    tokens: BTreeSet<Vec<u8>>,
    numbers: BTreeSet<i128>,
}

impl Words {
    fn add(&mut self, grammar: &Grammar) {
        match &grammar.kind {
            Kind::Literal(text) => {
                self.token(text.as_bytes());
                // `blink,` is a word and a separator: each is a token by itself too.
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                text.split(is_word).chain(text.split(|c| !is_word(c))).for_each(|part| self.token(part.as_bytes()));
            }
            Kind::Enum(words) => words.iter().for_each(|word| self.token(word.as_bytes())),
            Kind::Number(Number { min, max, digits, step }) => {
                let limits = [*min, *max, *step].map(i128::from);
                self.numbers.extend(limits.into_iter().flat_map(|limit| [limit - 1, limit, limit + 1]));
                self.token("0".repeat(digits + 1).as_bytes());
            }
            Kind::Text { max, .. } => {
                let longest = max.saturating_add(1).min(LONGEST_PAYLOAD);
                self.token("a".repeat(longest).as_bytes());
            }
            Kind::Sequence(items) | Kind::Choice(items) => items.iter().for_each(|item| self.add(item)),
            Kind::Json(shape) => shape.each(&mut |shape| self.json(shape)),
        }
    }

    fn json(&mut self, shape: &Shape) {
        match &shape.form {
            Form::Enum(values) => values.iter().for_each(|value| self.token(value.to_string().as_bytes())),
            Form::Number(Range { min, max, step, .. }) => {
                let limits =
                    [*min, *max].into_iter().flat_map(|limit| [-1, 0, 1].map(|steps| limit.plus(steps, *step)));
                limits.for_each(|number| self.token(number.to_string().as_bytes()));
            }
            Form::Object { members, .. } => {
                members.iter().for_each(|member| self.token(format!("{:?}:", member.key).as_bytes()));
            }
            Form::Boolean => ["true", "false"].iter().for_each(|word| self.token(word.as_bytes())),
            Form::Text { .. } | Form::Array { .. } | Form::Choice(_) => {}
        }
        ["{", "}", "[", "]", ",", ":", "null", "1e999"].iter().for_each(|token| self.token(token.as_bytes()));
    }

    fn token(&mut self, token: &[u8]) {
        if !token.is_empty() {
            self.tokens.insert(token.to_vec());
        }
    }
}

/// Numbers at the edges of types, as text.
pub(super) const NUMBERS: [&str; 21] = [
    "0",
    "1",
    "2",
    "9",
    "10",
    "32",
    "64",
    "99",
    "100",
    "127",
    "128",
    "255",
    "256",
    "999",
    "1000",
    "32767",
    "32768",
    "65535",
    "65536",
    "99999",
    "4294967295",
];

/// Bytes and words that parsers stumble over.
pub(super) const HOSTILE: [&[u8]; 16] = [
    b"\0",
    b" ",
    b",",
    b"-",
    b"+",
    b".",
    b"\n",
    b"/",
    b"\"",
    b"%s",
    b"\x7F",
    b"\x80",
    b"\xFF",
    b"\xC3\x28",
    b"00000000",
    b"-1",
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_description_says_what_inputs_are_made_of() {
        let text = "version: 1\nname: a heater\nstatuses:\n  - { topic: heat/state, payload: \"{mode}\" }\ncommands:\n  \
                    - topic: heat/target\n    payload: { sequence: [\"to:\", { number: { min: -5, max: 30 } }] }\n  \
                    - topic: heat/mode\n    payload: { enum: [eco, comfort], as: mode }\nstart:\n  \
                    - { topic: heat/mode, payload: eco }\n";
        let device = DeviceDescription::load_text(Path::new("device.yaml"), text, &[])
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
        let dictionary = Dictionary::of(&device);
        assert_eq!(dictionary.topics, ["heat/mode", "heat/state", "heat/target"]);
        for token in ["to", ":", "to:", "eco", "comfort", "31", "-6"] {
            assert!(dictionary.tokens.contains(&token.as_bytes().to_vec()), "{token}: {dictionary:?}");
        }
        for (topic, payload) in &dictionary.seeds {
            let command = device.commands.iter().find(|command| command.topic == *topic).unwrap();
            assert!(command.payload.read(payload).is_some(), "{topic}: {payload:?}");
        }
        assert!(dictionary.seeds.iter().any(|(topic, _)| topic == "heat/target"));
        assert_eq!(dictionary, Dictionary::of(&device));
    }
}
