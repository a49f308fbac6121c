//! A failure as text: title, place, step, expected against actual, help. The terminal, JUnit and GitHub show the same.

use super::Theme;
use super::excerpt::Excerpt;
use super::text::{clean, clean_lines};
use crate::event::Failure;

/// Lines of one field; a device may send megabytes.
const MAX_LINES: usize = 40;
/// Characters of a line of one field.
const MAX_CHARS: usize = 1_000;

/// Without colour.
pub(crate) fn plain(failure: &Failure) -> String {
    render(failure, Theme::new(false))
}

/// The failure in lines, each with its end.
pub(crate) fn render(failure: &Failure, theme: Theme) -> String {
    let (kind, strong, help) = (theme.verdict(failure.verdict), theme.strong(), theme.help());
    let mut text = format!(
        "{kind}{}[{}]{kind:#}{strong}: {}{strong:#}\n",
        failure.verdict,
        clean(&failure.code),
        clean(&failure.title)
    );
    if let Some(place) = &failure.place {
        text.push_str(&Excerpt::of(place).render(theme));
    }
    let step = format!("{}: {}", failure.step, failure.step_title);
    push_field(&mut text, theme.frame(), "step", &step);
    push_field(
        &mut text,
        theme.verdict(crate::verdict::Verdict::Passed),
        "expected",
        failure.expected.as_deref().unwrap_or(""),
    );
    push_field(
        &mut text,
        theme.verdict(crate::verdict::Verdict::Failed),
        "actual",
        failure.actual.as_deref().unwrap_or(""),
    );
    push_field(&mut text, help, "help", failure.help.as_deref().unwrap_or(""));
    text
}

/// `  expected: ...`, further lines indented below; nothing if `value` is empty.
fn push_field(text: &mut String, style: anstyle::Style, name: &str, value: &str) {
    let lines = clean_lines(value);
    for (i, line) in lines.iter().take(MAX_LINES).enumerate() {
        let line = super::text::truncate(line, MAX_CHARS);
        if i == 0 {
            text.push_str(&format!("  {style}{name:>8}:{style:#} {line}\n"));
        } else {
            text.push_str(&format!("            {line}\n").replace("            \n", "\n"));
        }
    }
    if lines.len() > MAX_LINES {
        text.push_str(&format!("            ... {}\n", super::text::count(lines.len() - MAX_LINES, "more line")));
    }
}
