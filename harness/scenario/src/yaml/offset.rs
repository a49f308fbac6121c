//! From a place inside a scalar's text back to the place in the file.

use crate::Span;

/// The file's bytes that stand for the bytes `start..end` of a scalar's unescaped text, where `source` is the scalar as
/// the file writes it, quotes included. `None` where that is not one piece of one line (block scalars, folded lines).
pub fn source_offset(source: &str, text: &str, start: usize, end: usize) -> Option<Span> {
    let mut walk = Walk::new(source);
    let mut found = None;
    let mut at = 0;
    loop {
        if at == start {
            found = Some(walk.position);
        }
        if at >= end {
            return Some(Span { start: found?, end: walk.position });
        }
        let expected = text.get(at..)?.chars().next()?;
        if walk.next_char()? != expected {
            return None;
        }
        at += expected.len_utf8();
    }
}

/// Reads a scalar of one line, character by character.
struct Walk<'a> {
    source: &'a str,
    position: usize,
    quote: Option<char>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a str) -> Self {
        let quote = source.chars().next().filter(|c| matches!(c, '"' | '\''));
        Self { source, position: quote.map_or(0, char::len_utf8), quote }
    }

    fn next_char(&mut self) -> Option<char> {
        let rest = &self.source[self.position..];
        let first = rest.chars().next()?;
        let (value, length) = match (self.quote, first) {
            (_, '\n' | '\r') => return None,
            (Some('\''), '\'') => rest.starts_with("''").then_some(('\'', 2))?,
            (Some('"'), '"') => return None,
            (Some('"'), '\\') => escape(&rest[1..])?,
            (_, c) => (c, c.len_utf8()),
        };
        self.position += length;
        Some(value)
    }
}

/// The character behind a backslash (YAML 1.2.2, section 5.7), and the length of the whole escape.
fn escape(rest: &str) -> Option<(char, usize)> {
    let hex = |digits: usize| {
        let code = u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?;
        Some((char::from_u32(code)?, digits + 2))
    };
    let value = match rest.chars().next()? {
        'x' => return hex(2),
        'u' => return hex(4),
        'U' => return hex(8),
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        c @ (' ' | '"' | '/' | '\\') => c,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    };
    Some((value, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn slice<'a>(source: &'a str, text: &str, part: &str) -> Option<&'a str> {
        let start = text.find(part).expect("part of the text");
        let span = source_offset(source, text, start, start + part.len())?;
        Some(&source[span.start..span.end])
    }

    #[test]
    fn plain_and_quoted_text_map_to_their_source() {
        assert_eq!(slice("a ${b} c", "a ${b} c", "${b}"), Some("${b}"));
        assert_eq!(slice("'it''s é ${b}'", "it's é ${b}", "${b}"), Some("${b}"));
        assert_eq!(slice(r#""x\\d\t\u00e9(""#, "x\\d\té(", "("), Some("("));
        assert_eq!(slice(r#""x\\d+""#, "x\\d+", "\\d"), Some(r"\\d"));
    }

    #[test]
    fn text_of_several_lines_does_not_map() {
        assert_eq!(slice("a\n  b", "a b", "b"), None);
        assert_eq!(slice("a\n  b", "a b", "a"), Some("a"));
    }
}
