//! Right payloads.

use proptest::prelude::*;
use proptest::sample::select;

use super::right;
use crate::grammar::{Grammar, Kind, Number};

/// A piece of a payload that no grammar divides further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its form.
    pub kind: LeafKind,
    /// Its text.
    pub text: String,
}

/// Forms of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafKind {
    /// A fixed text.
    Literal,
    /// A word.
    Word,
    /// A number.
    Number(Number),
    /// Free text.
    Text,
}

/// Right payloads by this grammar, in pieces. They shrink to the first of enums and choices and to the smallest numbers.
pub fn valid(grammar: &Grammar) -> BoxedStrategy<Vec<Leaf>> {
    let leaf = |kind| move |text: String| vec![Leaf { kind, text }];
    match &grammar.kind {
        Kind::Literal(text) => Just(vec![Leaf { kind: LeafKind::Literal, text: text.clone() }]).boxed(),
        Kind::Enum(words) => select(words.clone()).prop_map(leaf(LeafKind::Word)).boxed(),
        Kind::Number(spec) => number(*spec).prop_map(leaf(LeafKind::Number(*spec))).boxed(),
        Kind::Text { min, max } => {
            let chars = prop_oneof![9 => proptest::char::range(' ', '~'), 1 => any::<char>()];
            let (min, max) = (*min, *max);
            let longest = max.min(32.max(min));
            proptest::collection::vec(chars, min..=longest)
                .prop_map(move |chars| at_most(chars, max))
                .prop_map(leaf(LeafKind::Text))
                .boxed()
        }
        Kind::Sequence(items) => items
            .iter()
            .map(valid)
            .collect::<Vec<_>>()
            .prop_map(|parts: Vec<Vec<Leaf>>| parts.into_iter().flatten().collect())
            .boxed(),
        Kind::Choice(items) => proptest::strategy::Union::new(items.iter().map(valid)).boxed(),
        Kind::Json(shape) => right(shape).prop_map(|value| value.to_string()).prop_map(leaf(LeafKind::Text)).boxed(),
    }
}

/// As many of the characters as have room, without control characters other than those that JSON can hold escaped.
fn at_most(chars: Vec<char>, bytes: usize) -> String {
    let mut text = String::new();
    for c in chars {
        if text.len() + c.len_utf8() <= bytes {
            text.push(c);
        }
    }
    text
}

/// Numbers in range: limits and their neighbours as often as all others.
fn number(spec: Number) -> BoxedStrategy<String> {
    let Number { min, max, digits, step } = spec;
    let near = [min, min + 1, max, max - 1, step, step - 1, min + (max - min) / 2, 127, 128, 255, 256, 32767, 32768];
    let mut limits: Vec<i64> = Vec::new();
    for value in near.into_iter().filter(|value| (min..=max).contains(value)) {
        if !limits.contains(&value) {
            limits.push(value);
        }
    }
    let zeros = select(limits.clone()).prop_map(move |value| match value {
        0.. => format!("{value:0digits$}"),
        _ => value.to_string(),
    });
    prop_oneof![
        4 => select(limits).prop_map(|value| value.to_string()),
        4 => (min..=max).prop_map(|value| value.to_string()),
        1 => zeros,
    ]
    .boxed()
}
