//! The one way errors look: as rustc's and hurl's do.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use hil_model::event::Place;

/// Columns of a source line that are shown; longer ones are cut around the mark.
const MAX_WIDTH: usize = 110;
/// Columns kept before the mark of a line that is cut.
const CONTEXT: usize = 30;
const TAB: usize = 4;

/// An error about to be printed.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    title: &'a str,
    code: Option<&'a str>,
    marks: Vec<(&'a Place, &'a str)>,
    lines: Vec<(&'a str, &'a str)>,
}

impl<'a> Report<'a> {
    /// `error: title`
    pub const fn new(title: &'a str) -> Self {
        Self { title, code: None, marks: Vec::new(), lines: Vec::new() }
    }

    /// Its stable code, shown in the last line.
    #[must_use]
    pub const fn code(mut self, code: &'a str) -> Self {
        self.code = Some(code);
        self
    }

    /// Marks a place; the first one is the error's own, and is underlined with carets.
    #[must_use]
    pub fn mark(mut self, place: &'a Place, label: &'a str) -> Self {
        self.marks.push((place, label));
        self
    }

    /// A line below the source: `= expected: "on"`. A text of several lines is indented.
    #[must_use]
    pub fn line(mut self, key: &'a str, text: &'a str) -> Self {
        self.lines.push((key, text));
        self
    }

    /// The text, with a newline at its end; `color`: with ANSI escapes.
    pub fn render(&self, color: bool) -> String {
        let paint = Paint { color };
        let mut out = format!("{}{}\n", paint.error("error"), paint.bold(&format!(": {}", clean(self.title))));
        let width = self.marks.iter().map(|(place, _)| place.line.to_string().len()).max().unwrap_or(1).max(2);
        let gutter = |text: &str| paint.frame(&format!("{text:>width$} |"));
        if let Some((first, _)) = self.marks.first() {
            let files = self.marks.iter().map(|(place, _)| place.file.as_path());
            let mut shown: Vec<&std::path::Path> = Vec::new();
            for file in files {
                if shown.contains(&file) {
                    continue;
                }
                let head = self.marks.iter().find(|(place, _)| place.file == file).map_or(*first, |(place, _)| place);
                let arrow = if shown.is_empty() { "-->" } else { ":::" };
                shown.push(file);
                let file_name = clean(&file.to_string_lossy());
                let _ = writeln!(out, "{:width$}{} {file_name}:{}:{}", "", paint.frame(arrow), head.line, head.column);
                let _ = writeln!(out, "{}", gutter(""));
                self.source_lines(file, &mut out, &paint, &gutter);
            }
            if !self.lines.is_empty() || self.code.is_some() {
                let _ = writeln!(out, "{}", gutter(""));
            }
        }
        for (key, text) in self.lines.iter().copied().chain(self.code.map(|code| ("code", code))) {
            let wrapped;
            let text = match key {
                "help" | "note" => {
                    wrapped = wrap(text);
                    &wrapped
                }
                _ => text,
            };
            let mut lines = text.lines();
            let indent = width + 5 + key.len();
            let head = format!("{:width$} {} {}", "", paint.frame("="), paint.bold(&format!("{key}:")));
            let _ = writeln!(out, "{head} {}", clean(lines.next().unwrap_or_default()));
            for line in lines {
                let _ = writeln!(out, "{}", format!("{:indent$}{}", "", clean(line)).trim_end());
            }
        }
        out
    }

    /// The marked lines of one file, in file order, each once, with its underlines.
    fn source_lines(&self, file: &std::path::Path, out: &mut String, paint: &Paint, gutter: &dyn Fn(&str) -> String) {
        let mut marks: Vec<(usize, &Place, &str)> = self
            .marks
            .iter()
            .enumerate()
            .filter(|(_, (place, _))| place.file == file)
            .map(|(index, (place, label))| (index, *place, *label))
            .collect();
        marks.sort_by_key(|(index, place, _)| (place.line, *index));
        let mut last = None;
        for (index, place, label) in marks {
            let view = View::of(place);
            if last != Some(place.line) {
                if last.is_some_and(|last| last + 1 < place.line) {
                    let _ = writeln!(out, "{}", paint.frame("..."));
                }
                let number = place.line.to_string();
                let _ = writeln!(out, "{}", format!("{} {}", gutter(&number), view.text).trim_end());
                last = Some(place.line);
            }
            let (mark, main) = if index == 0 { ("^", true) } else { ("-", false) };
            let underline = format!("{} {}", mark.repeat(view.length), clean(label));
            let underline = underline.trim_end();
            let underline = if main { paint.error(underline) } else { paint.frame(underline) };
            let _ = writeln!(out, "{} {:indent$}{underline}", gutter(""), "", indent = view.start);
        }
    }
}

/// An error at a place in one call; all but the title may be left out.
pub fn render_place(
    place: Option<&Place>,
    title: &str,
    code: Option<&str>,
    expected: Option<&str>,
    actual: Option<&str>,
    help: Option<&str>,
    color: bool,
) -> String {
    let mut report = Report::new(title);
    if let Some(place) = place {
        report = report.mark(place, "");
    }
    for (key, text) in [("expected", expected), ("actual", actual), ("help", help)] {
        if let Some(text) = text {
            report = report.line(key, text);
        }
    }
    if let Some(code) = code {
        report = report.code(code);
    }
    report.render(color)
}

/// A source line as it is shown, and the columns of the mark in it.
struct View {
    text: String,
    start: usize,
    length: usize,
}

impl View {
    fn of(place: &Place) -> Self {
        let cells: Vec<char> = place.text.chars().collect();
        let columns = |cells: &[char]| cells.iter().map(|c| cell(*c).1).sum::<usize>();
        let from = place.column.saturating_sub(1).min(cells.len());
        let (before, marked) = cells.split_at(from);
        let (marked, behind) = marked.split_at(place.length.min(marked.len()));
        let start = columns(before);
        let end = start + columns(marked);
        let total = end + columns(behind);
        let mut view = Self { text: String::new(), start, length: end.saturating_sub(start).max(1) };
        if total <= MAX_WIDTH {
            view.text = cells.into_iter().flat_map(|c| cell(c).0).collect();
            return view;
        }
        // Cut: some columns before the mark, and as much behind it as there is room for.
        let first = if end <= MAX_WIDTH { 0 } else { start.saturating_sub(CONTEXT) };
        let mut at = 0;
        let mut cut_from = None;
        for c in cells {
            let (text, width) = cell(c);
            if at >= first && at + width <= first + MAX_WIDTH {
                cut_from.get_or_insert(at);
                view.text.extend(text);
            }
            at += width;
        }
        let cut_from = cut_from.unwrap_or(0);
        let prefix = if cut_from > 0 { "..." } else { "" };
        let suffix = if total > first + MAX_WIDTH { "..." } else { "" };
        view.text = format!("{prefix}{}{suffix}", view.text);
        view.start = start - cut_from.min(start) + prefix.len();
        view.length = view.length.min((first + MAX_WIDTH).saturating_sub(start).max(1));
        view
    }
}

/// What a character looks like, and its width in columns.
fn cell(c: char) -> (std::iter::RepeatN<char>, usize) {
    let (shown, count, width) = match c {
        '\t' => (' ', TAB, TAB),
        // Control characters, and those that turn the direction of writing, must not reach a terminal.
        c if c.is_control() || is_direction(c) => (char::REPLACEMENT_CHARACTER, 1, 1),
        c => (c, 1, c.width().unwrap_or(0)),
    };
    (std::iter::repeat_n(shown, count), width)
}

const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Sentences of the harness in lines of a readable length.
fn wrap(text: &str) -> String {
    let mut wrapped = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        if length > 0 && length + word.len() >= MAX_WIDTH - 10 {
            wrapped.push('\n');
            length = 0;
        } else if length > 0 {
            wrapped.push(' ');
        }
        wrapped.push_str(word);
        length += word.len() + 1;
    }
    wrapped
}

/// Without anything that would confuse a terminal.
fn clean(text: &str) -> String {
    text.chars().flat_map(|c| cell(c).0).collect()
}

struct Paint {
    color: bool,
}

impl Paint {
    fn with(&self, sgr: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn error(&self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }

    fn frame(&self, text: &str) -> String {
        self.with("1;34", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, column: usize, length: usize, text: &str) -> Place {
        Place { file: "x.yaml".into(), line, column, length, text: text.into() }
    }

    #[test]
    fn a_failure_shows_what_was_expected_and_what_was_there() {
        let place = place(120, 9, 5, "\t- log: 日本語 text");
        let text = render_place(
            Some(&place),
            "the expected message did not arrive within 2s",
            Some("hil::expect_message"),
            Some("stat/led/hsb \"120,255,255\""),
            Some("stat/led/hsb \"119,255,255\"\nstat/led/power \"on\""),
            Some("the device may still be in `hue_rainbow`"),
            false,
        );
        insta::assert_snapshot!(text, @r#"
        error: the expected message did not arrive within 2s
           --> x.yaml:120:9
            |
        120 |     - log: 日本語 text
            |            ^^^^^^^^
            |
            = expected: stat/led/hsb "120,255,255"
            = actual: stat/led/hsb "119,255,255"
                      stat/led/power "on"
            = help: the device may still be in `hue_rainbow`
            = code: hil::expect_message
        "#);
    }

    #[test]
    fn without_a_place_there_is_no_source() {
        assert_eq!(render_place(None, "title", None, None, None, None, false), "error: title\n");
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let place = place(1, 1, 3, "abc");
        let report = Report::new("title").mark(&place, "label").line("help", "do this");
        let (plain, colored) = (report.render(false), report.render(true));
        let mut stripped = String::new();
        let mut rest = colored.as_str();
        while let Some((before, escape)) = rest.split_once('\u{1b}') {
            stripped.push_str(before);
            rest = escape.split_once('m').expect("an escape ends").1;
        }
        stripped.push_str(rest);
        assert_ne!(plain, colored);
        assert_eq!(stripped, plain);
    }

    #[test]
    fn nothing_reaches_the_terminal_that_could_steer_it() {
        let place = place(1, 1, 1, "\u{1b}[31m\u{202e}");
        let text = Report::new("\u{1b}[2J").mark(&place, "\u{7}").line("actual", "\u{9b}x").render(false);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'));
    }
}
