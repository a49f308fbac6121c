//! The table of boards, and below it what is wrong with some.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hil_bench::inventory::{BoardEntry, PortKind, State, Status};
use hil_bench::serial::PortSpec;
use hil_report::Theme;
use unicode_width::UnicodeWidthStr as _;

const HEAD: [&str; 6] = ["BOARD", "CHIP", "PORT", "IS NOW", "TAGS", "STATE"];

pub(super) fn table(rows: &[(&BoardEntry, Status)], theme: Theme) -> String {
    let cells: Vec<[String; 6]> = rows.iter().map(|(board, status)| cells(board, status)).collect();
    let widths: [usize; 6] = std::array::from_fn(|column| {
        let texts = cells.iter().map(|row| row[column].as_str()).chain([HEAD[column]]);
        texts.map(|text| text.width()).max().unwrap_or(0)
    });
    let (bold, reset) = if theme.has_color() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let mut out = format!("{bold}{}{reset}\n", line(&HEAD.map(str::to_owned), widths));
    for (row, (_, status)) in cells.iter().zip(rows) {
        let color = if theme.has_color() { color(&status.state) } else { "" };
        let text = line(row, widths);
        // The state is the last cell, and is not padded.
        let (before, state) = text.split_at(text.len() - row[5].len());
        let _ = writeln!(out, "{before}{color}{state}{}", if color.is_empty() { "" } else { reset });
    }
    for (problem, help) in problems(rows) {
        let _ = write!(out, "\n{problem}\n  help: {help}\n");
    }
    out
}

fn cells(board: &BoardEntry, Status { node, state }: &Status) -> [String; 6] {
    let port = board.port.to_string();
    let now = match node {
        Some(node) if *node == port => "=".to_owned(),
        Some(node) => node.clone(),
        None if matches!(board.port, PortSpec::Rfc2217 { .. }) => "not asked".to_owned(),
        None => "-".to_owned(),
    };
    let tags = if board.tags.is_empty() { "-".to_owned() } else { board.tags.join(" ") };
    [board.id.clone(), board.chip.name().to_owned(), port, now, tags, state_text(state)]
}

fn state_text(state: &State) -> String {
    match state {
        State::Free => "free".to_owned(),
        State::InUse(Some(owner)) => format!("in use by {owner}"),
        State::InUse(None) => "in use by a process that does not say who it is".to_owned(),
        State::Stale(owner) => format!("free; stale lock of {owner}"),
        State::Port { kind: PortKind::NotThere, .. } => "port not there".to_owned(),
        State::Port { kind: PortKind::NoPermission, .. } => "no permission".to_owned(),
        State::Port { kind: PortKind::NoPort, .. } => "not a serial port".to_owned(),
        State::Lock { .. } => "lock cannot be used".to_owned(),
    }
}

const fn color(state: &State) -> &'static str {
    match state {
        State::Free => "\x1b[32m",
        State::InUse(_) | State::Stale(_) => "\x1b[33m",
        State::Port { .. } | State::Lock { .. } => "\x1b[31m",
    }
}

fn line(cells: &[String; 6], widths: [usize; 6]) -> String {
    let mut line = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        line.push_str(cell);
        if index + 1 < cells.len() {
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
    }
    line
}

/// What is wrong, each once.
fn problems<'a>(rows: &'a [(&BoardEntry, Status)]) -> BTreeSet<(&'a str, &'a str)> {
    let wrong = |state: &'a State| match state {
        State::Port { problem, help, .. } | State::Lock { problem, help } => Some((problem.as_str(), help.as_str())),
        State::Free | State::InUse(_) | State::Stale(_) => None,
    };
    rows.iter().filter_map(|(_, status)| wrong(&status.state)).collect()
}
