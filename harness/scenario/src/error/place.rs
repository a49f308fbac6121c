//! Bytes of a file to line, column and source line.

use crate::{Source, Span};
use hil_model::event::Place;

impl Source {
    /// The place of `span` in it. A span over several lines is marked on its first line; one behind the file's
    /// end, or inside a character, is moved to the next place that exists.
    pub fn place(&self, span: Span) -> Place {
        let text = &*self.text;
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[line_start..].find('\n').map_or(text.len(), |newline| line_start + newline);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let line_end = line_start + line.len();
        let start = start.min(line_end);
        let end = text.floor_char_boundary(span.end.clamp(start, line_end));
        Place {
            file: self.path.clone(),
            line: 1 + text[..line_start].bytes().filter(|b| *b == b'\n').count(),
            column: 1 + text[line_start..start].chars().count(),
            length: text[start..end].trim_end().chars().count().max(1),
            text: line.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, start: usize, end: usize) -> (usize, usize, usize, String) {
        let source = Source { path: "x.yaml".into(), text: text.into() };
        let place = source.place(Span { start, end });
        (place.line, place.column, place.length, place.text)
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(place("a: é: x", 6, 7), (1, 6, 1, "a: é: x".into()));
    }

    #[test]
    fn several_lines_are_marked_on_the_first() {
        assert_eq!(place("a:\r\n  b\r\n  c\r\n", 6, 13), (2, 3, 1, "  b".into()));
    }

    #[test]
    fn an_empty_file_and_an_end_without_a_newline_have_a_place() {
        assert_eq!(place("", 0, 0), (1, 1, 1, String::new()));
        assert_eq!(place("abc", 99, 100), (1, 4, 1, "abc".into()));
        assert_eq!(place("abc\n", 4, 4), (2, 1, 1, String::new()));
    }
}
