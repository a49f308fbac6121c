//! A failure as text: title, place, step, expected against actual, help. The terminal, JUnit and GitHub show the same, in the
//! form in which errors of scenario files are shown.

use super::Theme;
use super::text::{clean, clean_lines, count, replace_unprintable, truncate};
use hil_model::event::{Failure, Place};
use hil_scenario::error::Report;

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
    let step = bounded(&format!("{}: {}", failure.step, failure.step_title));
    let optional = |text: &Option<String>| text.as_deref().map(bounded);
    let fields = [
        ("step", Some(step)),
        ("expected", optional(&failure.expected)),
        ("actual", optional(&failure.actual)),
        ("help", optional(&failure.help)),
    ];
    let code = clean(&failure.code);
    let place = failure.place.as_ref().map(|p| Place {
        file: clean(&p.file.to_string_lossy()).into(),
        text: replace_unprintable(&p.text),
        ..p.clone()
    });
    let mut report = Report::new("").code(&code);
    if let Some(place) = &place {
        report = report.mark(place, "");
    }
    for (name, text) in &fields {
        if let Some(text) = text {
            report = report.line(name, text);
        }
    }
    // The headline is ours: it tells a failure of the firmware from an invalid file and from a bench error.
    let rendered = report.render(theme.has_color());
    let (_, body) = rendered.split_once('\n').unwrap_or_default();
    let (kind, strong) = (theme.verdict(failure.verdict), theme.strong());
    format!("{kind}{}{kind:#}{strong}: {}{strong:#}\n{body}", failure.verdict, clean(&failure.title))
}

/// Columns before the `=` of a failure's lines, so that more lines can be added below.
pub(crate) fn indent(failure: &Failure) -> usize {
    failure.place.as_ref().map_or(1, |p| p.line.to_string().len()).max(2) + 1
}

/// `text` line by line, fit to print, with a note if some lines are left out.
fn bounded(text: &str) -> String {
    let mut lines = clean_lines(text);
    let surplus = lines.len().saturating_sub(MAX_LINES);
    lines.truncate(MAX_LINES);
    let mut lines: Vec<String> = lines.iter().map(|line| truncate(line, MAX_CHARS)).collect();
    if surplus > 0 {
        lines.push(format!("... {} left out", count(surplus, "more line")));
    }
    lines.join("\n")
}
