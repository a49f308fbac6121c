//! From a comparison to the input that makes it come out otherwise: where one operand stands in the input, the other one is
//! put, as text or as bytes (as in RedQueen, NDSS 2019). Branches of the core give the operands for nothing.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;

use super::input::Input;

/// New inputs from one, at most.
const MOST: usize = 384;

/// Comparisons of one value, beyond which it tells little that the input has it too.
const MANY: usize = 48;

/// A change of one text of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    text: usize,
    range: Range<usize>,
    with: Vec<u8>,
}

impl Ord for Change {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.text, it.range.start, it.range.end);
        key(self).cmp(&key(other)).then_with(|| self.with.cmp(&other.with))
    }
}

impl PartialOrd for Change {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Change {
    pub(super) fn apply(&self, input: &Input) -> Option<Input> {
        let mut changed = input.clone();
        let text = changed.text_mut(self.text)?;
        text.splice(self.range.clone(), self.with.iter().copied());
        Some(changed)
    }
}

/// What comparisons suggest: numbers first, then long operands, then single characters. The same each time.
pub(super) fn changes(input: &Input, compared: &[(u32, u32)]) -> Vec<(Rank, Change)> {
    let both: Vec<(u32, u32)> = compared.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]).collect();
    let mut counts = HashMap::<u32, usize>::new();
    both.iter().for_each(|(left, _)| *counts.entry(*left).or_default() += 1);
    let mut all = Vec::new();
    for (index, text) in input.texts().enumerate() {
        let change = |range: &Range<usize>, with: Vec<u8>| Change { text: index, range: range.clone(), with };
        let numbers = numbers(text);
        for (left, right) in &both {
            let same = numbers.iter().filter(|(_, value)| value == left);
            // What is compared with everything, as 0 is, tells little.
            let rank = if counts.get(left).is_some_and(|count| *count > MANY) { Rank::Common } else { Rank::Number };
            all.extend(same.map(|(range, _)| (rank, change(range, right.to_string().into_bytes()))));
            for (rank, width) in [(Rank::Word, 4usize), (Rank::Half, 2), (Rank::Character, 1)] {
                let (from, to) = (&left.to_le_bytes()[..width], &right.to_le_bytes()[..width]);
                let fits = |value: u32| width == 4 || value >> (8 * width) == 0;
                // Small values are everywhere. Those that are text are most likely from the text.
                let tells = if width == 1 { (0x20..0x7F).contains(left) } else { *left > 0xFF };
                if fits(*left) && fits(*right) && tells {
                    let places = text.windows(width).enumerate().filter(|(_, window)| *window == from);
                    all.extend(places.take(4).map(|(at, _)| (rank, change(&(at..at + width), to.to_vec()))));
                }
            }
        }
    }
    all.sort();
    all.dedup();
    all.truncate(MOST);
    all
}

/// How likely it is that an operand has come from where it stands in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A decimal number.
    Number,
    /// Four bytes.
    Word,
    /// Two bytes.
    Half,
    /// One character.
    Character,
    /// A decimal number that is compared with very many others.
    Common,
}

/// The decimal numbers in a text, with their places.
pub(super) fn numbers(text: &[u8]) -> Vec<(Range<usize>, u32)> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            at += 1;
            continue;
        }
        let range = at..at + digits;
        if let Some(value) = std::str::from_utf8(&text[range.clone()]).ok().and_then(|text| text.parse().ok()) {
            numbers.push((range, value));
        }
        at += digits;
    }
    numbers
}
