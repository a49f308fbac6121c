//! Payload grammars, and what a payload says by one.

use crate::json::{self, Reading, Shape};
use hil_targets::reference::{State, Value};

/// What a payload, or a part of it, looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Grammar {
    /// Its form.
    pub kind: Kind,
    /// `as`: the variable of the state that takes its canonical text.
    pub sets: Option<String>,
}

/// Forms of payloads.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// This text.
    Literal(String),
    /// One of these texts.
    Enum(Vec<String>),
    /// A decimal number.
    Number(Number),
    /// Any UTF-8 text of so many bytes.
    Text {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// One behind the other.
    Sequence(Vec<Grammar>),
    /// One of them.
    Choice(Vec<Grammar>),
    /// All that follows is JSON.
    Json(Shape),
}

/// `number`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Smallest.
    pub min: i64,
    /// Largest.
    pub max: i64,
    /// Most digits, leading zeros included.
    pub digits: usize,
    /// It is rounded down to a multiple of this.
    pub step: i64,
}

/// What a payload says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The payload as a status has it: numbers without leading zeros, rounded.
    pub canonical: String,
    /// Variables that it sets.
    pub sets: Vec<(String, Value)>,
}

impl Said {
    /// An accepted command is applied.
    pub fn apply(&self, state: &mut State) {
        for (name, value) in &self.sets {
            state.put(name, value.clone());
        }
    }
}

impl Grammar {
    /// What a device must or may make of `payload`.
    pub fn judge(&self, payload: &[u8]) -> Reading<Said> {
        match &self.kind {
            Kind::Json(shape) => json::read(shape, payload).map(|said| self.set(said)),
            Kind::Choice(items) => items
                .iter()
                .map(|item| item.judge(payload))
                .fold(Reading::Refused, Reading::or)
                .map(|said| self.set(said)),
            _ => self.read_text(payload).map_or(Reading::Refused, Reading::Taken),
        }
    }

    /// What `payload` says, whole; `None`: it is no command, or not certainly one.
    pub fn read(&self, payload: &[u8]) -> Option<Said> {
        match self.judge(payload) {
            Reading::Taken(said) => Some(said),
            _ => None,
        }
    }

    fn read_text(&self, payload: &[u8]) -> Option<Said> {
        let text = std::str::from_utf8(payload).ok()?;
        self.prefixes(text).into_iter().find(|(rest, _)| rest.is_empty()).map(|(_, said)| said)
    }

    /// The variable of this grammar takes what was said.
    fn set(&self, mut said: Said) -> Said {
        if let Some(name) = &self.sets {
            let value = match self.kind {
                Kind::Number(_) | Kind::Json(_) => Value::Json(said.canonical.clone()),
                _ => Value::Text(said.canonical.clone()),
            };
            said.sets.push((name.clone(), value));
        }
        said
    }

    /// What its payloads look like as JSON, if they are JSON.
    pub fn shape(&self) -> Option<&Shape> {
        match &self.kind {
            Kind::Json(shape) => Some(shape),
            _ => None,
        }
    }

    /// Whether a right payload begins with this, as far as fixed texts and words tell.
    pub fn may_begin_with(&self, text: &[u8]) -> bool {
        match &self.kind {
            Kind::Literal(word) => word.as_bytes().starts_with(text),
            Kind::Enum(words) => words.iter().any(|word| word.as_bytes().starts_with(text)),
            Kind::Number(_) | Kind::Text { .. } => text.is_empty(),
            Kind::Sequence(items) => items.first().is_some_and(|item| item.may_begin_with(text)),
            Kind::Choice(items) => items.iter().any(|item| item.may_begin_with(text)),
            Kind::Json(_) => text.is_empty(),
        }
    }

    /// Whether there are numbers in it.
    pub fn has_numbers(&self) -> bool {
        match &self.kind {
            Kind::Number(_) => true,
            Kind::Literal(_) | Kind::Enum(_) | Kind::Text { .. } | Kind::Json(_) => false,
            Kind::Sequence(items) | Kind::Choice(items) => items.iter().any(Self::has_numbers),
        }
    }

    /// All grammars in it, itself too.
    pub fn each<'g>(&'g self, visit: &mut impl FnMut(&'g Self)) {
        visit(self);
        if let Kind::Sequence(items) | Kind::Choice(items) = &self.kind {
            items.iter().for_each(|item| item.each(visit));
        }
    }

    /// All ways to read a beginning of `text`, with what is left.
    fn prefixes<'t>(&self, text: &'t str) -> Vec<(&'t str, Said)> {
        let plain = |rest, canonical: &str| (rest, Said { canonical: canonical.to_owned(), sets: Vec::new() });
        let found = match &self.kind {
            Kind::Literal(word) => text.strip_prefix(word.as_str()).map(|rest| plain(rest, word)).into_iter().collect(),
            Kind::Enum(words) => {
                words.iter().filter_map(|word| Some(plain(text.strip_prefix(word.as_str())?, word))).collect()
            }
            Kind::Number(number) => number.prefixes(text),
            Kind::Text { min, max } => (*min..=(*max).min(text.len()))
                .rev()
                .filter_map(|end| Some(plain(text.get(end..)?, text.get(..end)?)))
                .collect(),
            Kind::Sequence(items) => {
                let mut ways = vec![(text, Said::default())];
                for item in items {
                    ways = ways.into_iter().flat_map(|(rest, said)| followed(&said, item.prefixes(rest))).collect();
                }
                ways
            }
            Kind::Choice(items) => items.iter().flat_map(|item| item.prefixes(text)).collect(),
            Kind::Json(shape) => match json::read(shape, text.as_bytes()) {
                Reading::Taken(said) => vec![("", said)],
                _ => Vec::new(),
            },
        };
        found.into_iter().map(|(rest, said)| (rest, self.set(said))).collect()
    }
}

/// What was said before, and then each of these.
fn followed<'t>(before: &Said, ways: Vec<(&'t str, Said)>) -> Vec<(&'t str, Said)> {
    let joined = |said: Said| Said {
        canonical: format!("{}{}", before.canonical, said.canonical),
        sets: before.sets.iter().cloned().chain(said.sets).collect(),
    };
    ways.into_iter().map(|(rest, said)| (rest, joined(said))).collect()
}

impl Number {
    fn prefixes(self, text: &str) -> Vec<(&str, Said)> {
        let sign = usize::from(self.min < 0 && text.starts_with('-'));
        let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
        let read = |count: usize| {
            let (number, rest) = text.split_at(sign + count);
            let value: i64 = number.parse().ok()?;
            let canonical = value - value.rem_euclid(self.step.max(1));
            let is_in_range = (self.min..=self.max).contains(&value);
            is_in_range.then(|| (rest, Said { canonical: canonical.to_string(), sets: Vec::new() }))
        };
        (1..=digits.min(self.digits)).rev().filter_map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind) -> Grammar {
        Grammar { kind, sets: None }
    }

    fn number(max: i64, step: i64, name: &str) -> Grammar {
        Grammar { sets: Some(name.to_owned()), ..of(Kind::Number(Number { min: 0, max, digits: 5, step })) }
    }

    fn comma() -> Grammar {
        of(Kind::Literal(",".to_owned()))
    }

    #[test]
    fn numbers_are_rounded_and_lose_their_leading_zeros() {
        let pair = of(Kind::Sequence(vec![number(360, 1, "hue"), comma(), number(65535, 10, "time")]));
        let said = pair.read(b"007,00019").unwrap();
        assert_eq!(said.canonical, "7,10");
        let json = |number: &str| Value::Json(number.to_owned());
        assert_eq!(said.sets, [("hue".to_owned(), json("7")), ("time".to_owned(), json("10"))]);
    }

    #[test]
    fn what_is_not_a_whole_payload_is_none() {
        let hue = number(360, 1, "hue");
        for payload in ["", "361", "000001", "-1", "+1", " 1", "1 ", "1\0", "1.0", "\u{0661}", "4294967297"] {
            assert_eq!(hue.read(payload.as_bytes()), None, "{payload:?}");
        }
        assert_eq!(hue.read(b"\xff"), None);
        assert!(hue.read(b"360").is_some());
    }

    #[test]
    fn a_choice_takes_what_reads_the_whole() {
        let words = |words: [&str; 2]| Kind::Enum(words.map(str::to_owned).to_vec());
        let mode = of(Kind::Choice(vec![of(words(["slow", "slower"])), of(words(["quick", "quicker"]))]));
        assert_eq!(mode.read(b"slower").unwrap().canonical, "slower");
        assert_eq!(mode.read(b"slowest"), None);
    }

    #[test]
    fn negative_numbers_are_for_those_that_have_them() {
        let celsius = of(Kind::Number(Number { min: -40, max: 125, digits: 3, step: 1 }));
        assert_eq!(celsius.read(b"-05").unwrap().canonical, "-5");
        assert_eq!(celsius.read(b"-41"), None);
        assert_eq!(celsius.read(b"--5"), None);
    }
}
