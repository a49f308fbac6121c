//! A line of a scenario file in three parts, for reports that draw the mark themselves.

use unicode_width::UnicodeWidthStr;

use super::text::clean;
use hil_model::event::Place;

/// Characters of the source line that are shown at most; the mark is always among them.
const MAX_CHARS: usize = 140;
/// Characters shown before the mark at least, if the line is cut.
const LEAD: usize = 30;

/// A source line, cut into what stands before, in and behind the mark.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// `scenarios/reject/hue.yaml:14:5`
    pub(crate) location: String,
    pub(crate) line: usize,
    pub(crate) before: String,
    pub(crate) marked: String,
    pub(crate) after: String,
}

impl Excerpt {
    pub(crate) fn of(place: &Place) -> Self {
        let chars: Vec<char> = place.text.chars().collect();
        let from = place.column.saturating_sub(1).min(chars.len());
        let to = from.saturating_add(place.length.max(1)).min(chars.len());
        // A long line is cut to a window that begins somewhat before the mark.
        let start = if chars.len() > MAX_CHARS { from.saturating_sub(LEAD).min(chars.len() - MAX_CHARS) } else { 0 };
        let end = (start + MAX_CHARS).min(chars.len());
        let piece = |a: usize, b: usize| -> String {
            let text: String = chars[a.min(end)..b.min(end)].iter().collect();
            clean(&text.replace('\t', "    "))
        };
        let (left, right) = (if start > 0 { "…" } else { "" }, if end < chars.len() { "…" } else { "" });
        let path = clean(&place.file.display().to_string());
        Self {
            location: format!("{path}:{}:{}", place.line, place.column),
            line: place.line,
            before: format!("{left}{}", piece(start, from)),
            marked: piece(from, to),
            after: format!("{}{right}", piece(to, chars.len())),
        }
    }

    /// `   ^^^^^` under the line.
    pub(crate) fn carets(&self) -> String {
        format!("{}{}", " ".repeat(self.before.width()), "^".repeat(self.marked.width().max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, column: usize, length: usize) -> Place {
        Place { file: "scenarios/a.yaml".into(), line: 7, column, length, text: text.to_owned() }
    }

    #[test]
    fn carets_stand_under_the_marked_text_whatever_its_width() {
        let excerpt = Excerpt::of(&place("\t- log: 世界 # x", 9, 2));
        assert_eq!(excerpt.marked, "世界");
        assert_eq!(excerpt.carets(), "           ^^^^");
    }

    #[test]
    fn places_beyond_the_line_are_marked_at_its_end() {
        let excerpt = Excerpt::of(&place("abc", 99, 5));
        assert_eq!((excerpt.before.as_str(), excerpt.marked.as_str()), ("abc", ""));
        assert_eq!(excerpt.carets(), "   ^");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let excerpt = Excerpt::of(&place(&"0123456789".repeat(100), 501, 10));
        assert_eq!(excerpt.marked, "0123456789");
        assert!(excerpt.before.starts_with('…') && excerpt.after.ends_with('…'));
        let shown = [excerpt.before, excerpt.marked, excerpt.after].concat();
        assert_eq!(shown.chars().count(), MAX_CHARS + 2);
    }
}
