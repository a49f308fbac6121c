//! Finds secrets in what leaves the program, and puts their names there.
//!
//! A long value is hidden wherever it stands, in each of its [`encodings`](super::encodings). A short one (`on`, `1`) stands in much
//! that has nothing to do with it: it is hidden where a scenario has used it, and where it is all of something.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use super::encodings::{Form, forms, plain_forms};

/// Values with fewer bytes are short.
pub const SHORT: usize = 6;

/// Bytes of a pattern that the automaton knows; the rest is compared.
const HEAD: usize = 128;

/// What devices and reports write where they have cut a text off.
const CUTS: [&[u8]; 2] = [b"...", "…".as_bytes()];
/// Bytes that are looked at before such a place.
const LONGEST_CUT: usize = 1024;

/// Where a pattern counts as the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Anywhere,
    /// Not as a part of a word.
    AsWords,
    /// As all of a payload, a line, a quoted text, a JSON value, a topic level.
    Alone,
}

/// A pattern of the automaton.
#[derive(Debug)]
struct Pattern {
    place: Where,
    edges: [bool; 2],
    /// What is looked for, head and rest.
    form: Vec<u8>,
    shown: String,
}

/// What is looked for, and what stands in its place.
#[derive(Debug)]
pub(super) struct Redactor {
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
}

/// A value, and what is shown in its place.
pub(super) struct Hidden<'a> {
    pub(super) value: &'a str,
    pub(super) shown: String,
}

impl Redactor {
    /// Of secrets, and of the texts in which short ones are used.
    pub(super) fn new<'a>(secrets: impl Iterator<Item = Hidden<'a>>, uses: impl Iterator<Item = Hidden<'a>>) -> Self {
        let mut heads: Vec<Vec<u8>> = Vec::new();
        let mut patterns = Vec::new();
        let mut add = |form: Form, long: Where, Hidden { value, shown }: &Hidden<'_>| {
            let place = if value.len() < SHORT { Where::Alone } else { long };
            let Form { bytes: form, edges } = form;
            heads.push(form[..form.len().min(HEAD)].to_vec());
            patterns.push(Pattern { place, edges, form, shown: shown.clone() });
        };
        for secret in secrets {
            forms(secret.value, SHORT).into_iter().for_each(|form| add(form, Where::Anywhere, &secret));
        }
        for used in uses {
            plain_forms(used.value).into_iter().for_each(|form| add(form, Where::AsWords, &used));
        }
        let automaton =
            AhoCorasick::new(heads).expect("the environment and a scenario have fewer texts than there are numbers");
        Self { automaton, patterns }
    }

    /// The places of secrets in `text`, in order and apart from each other, and what is shown there.
    pub(super) fn find(&self, text: &[u8]) -> Vec<(Range<usize>, &str)> {
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for hit in self.automaton.find_overlapping_iter(text) {
            let pattern = &self.patterns[hit.pattern()];
            if !text[hit.start()..].starts_with(&pattern.form) {
                continue;
            }
            let range = hit.start()..hit.start() + pattern.form.len();
            let is_secret = match pattern.place {
                Where::Anywhere => true,
                Where::AsWords => are_words(text, &range),
                Where::Alone => is_alone(text, &range),
            };
            if is_secret {
                found.push((with_edges(text, range, pattern.edges), &pattern.shown));
            }
        }
        for at in CUTS.iter().flat_map(|cut| memmem::find_iter(text, cut)) {
            found.extend(
                self.patterns.iter().filter_map(|pattern| Some((cut_off(text, at, pattern)?, &*pattern.shown))),
            );
        }
        // The first, and of those the longest, gives its name to all that overlap.
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut apart: Vec<(Range<usize>, &str)> = Vec::new();
        for (range, shown) in found {
            match apart.last_mut() {
                Some((last, _)) if range.start < last.end => last.end = last.end.max(range.end),
                _ => apart.push((range, shown)),
            }
        }
        apart
    }
}

/// The beginning of a pattern that was cut off at `end`, if it is long enough to be one.
fn cut_off(text: &[u8], end: usize, Pattern { place, form, .. }: &Pattern) -> Option<Range<usize>> {
    if *place != Where::Anywhere {
        return None;
    }
    let longest = form.len().min(LONGEST_CUT).min(end);
    let length = (SHORT..=longest).rev().find(|length| text[..end].ends_with(&form[..*length]))?;
    Some(end - length..end)
}

/// Whether what is there neither begins nor ends within a word.
fn are_words(text: &[u8], range: &Range<usize>) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || !b.is_ascii());
    !is_word(text[..range.start].last()) && !is_word(text.get(range.end))
}

/// Whether what is there is all of something.
fn is_alone(text: &[u8], range: &Range<usize>) -> bool {
    let (before, behind) = (&text[..range.start], &text[range.end..]);
    let (left, right) = (before.last().copied(), behind.first().copied());
    let is_line = matches!(left, None | Some(b'\n' | b'\r')) && matches!(right, None | Some(b'\n' | b'\r'));
    let quote = left.filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    // The second one may be escaped: the quotes then stand within quotes.
    let closing = behind.iter().find(|b| **b != b'\\');
    let is_quoted = quote.is_some() && closing.copied() == quote;
    let key = before.trim_ascii_end();
    let is_value =
        key.ends_with(b"\":") && matches!(behind.trim_ascii_start().first(), None | Some(b',' | b'}' | b'\n'));
    let ends_level = matches!(right, None | Some(b'/' | b' ' | b'"' | b'\'' | b'`' | b'\n'));
    // `3/1` is no topic.
    let is_last_level = left == Some(b'/') && ends_level && !before.iter().nth_back(1).is_none_or(u8::is_ascii_digit);
    let is_name = behind.get(1).is_some_and(|b| !b.is_ascii_digit());
    let is_first_level = right == Some(b'/') && is_name && (left.is_none() || quote.is_some());
    is_line || is_quoted || is_value || is_last_level || is_first_level
}

/// With the digits of base64 beside it, which hold the rest of its bits.
fn with_edges(text: &[u8], Range { start, end }: Range<usize>, [before, behind]: [bool; 2]) -> Range<usize> {
    let is_digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=');
    let before = before && text[..start].last().is_some_and(is_digit);
    let behind = behind && text.get(end).is_some_and(is_digit);
    start - usize::from(before)..end + usize::from(behind)
}
