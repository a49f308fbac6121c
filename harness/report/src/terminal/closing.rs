//! What is printed after the last scenario.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::boards;
use super::outcome::word;
use crate::groups::Group;
use crate::lines::{Line, Piece, around, entries, time};
use crate::text::{clean, count};
use crate::{Theme, board, failure_text, groups, rerun_command};
use hil_model::event::{RunInfo, ScenarioReport, Summary};
use hil_model::time::display;
use hil_model::verdict::Verdict;

/// Sections in the order in which they are printed: the last is the nearest to the prompt, so the firmware's failures end.
const SECTIONS: [(Verdict, &str); 5] = [
    (Verdict::Flaky, "flaky: passed, but only on a retry"),
    (Verdict::Interrupted, "interrupted: did not end"),
    (Verdict::BenchError, "bench errors: they say nothing about the firmware"),
    (Verdict::Invalid, "invalid: the scenario file is wrong, not the firmware"),
    (Verdict::Failed, "failed: the firmware did not do what was expected"),
];

/// Stranded scenarios that are named for each reason, and those that expect nothing.
const NAMED: usize = 5;

/// Details of all that did not simply pass, reasons of skipped scenarios, boards, totals.
pub(super) fn render(
    info: Option<&RunInfo>,
    remarkable: &[ScenarioReport],
    unmodelled: &BTreeMap<String, usize>,
    summary: &Summary,
    theme: Theme,
) -> String {
    let mut text = String::new();
    let strong = theme.strong();
    for (verdict, title) in SECTIONS {
        let scenarios: Vec<_> = remarkable.iter().filter(|s| s.verdict == verdict).collect();
        if !scenarios.is_empty() {
            let _ = writeln!(text, "\n{strong}{title}{strong:#}");
        }
        for scenario in scenarios.into_iter().filter(|s| !groups::is_stranded(s)) {
            details(&mut text, info, scenario, theme);
        }
        if verdict == Verdict::BenchError {
            stranded(&mut text, &groups::stranded(remarkable), theme);
        }
    }
    skipped(&mut text, &groups::skipped(remarkable), theme);
    expecting_nothing(&mut text, remarkable, theme);
    self::unmodelled(&mut text, unmodelled, theme);
    boards::section(&mut text, summary, theme);
    totals(&mut text, summary, theme);
    text
}

fn details(text: &mut String, info: Option<&RunInfo>, scenario: &ScenarioReport, theme: Theme) {
    let (style, id, dim) = (theme.verdict(scenario.verdict), theme.id(), theme.dim());
    let (frame, strong) = (theme.frame(), theme.strong());
    let (name, title) = (clean(&scenario.id), clean(&scenario.title));
    let _ = writeln!(text, "\n{style}{}{style:#} {id}{name}{id:#} {dim}{title}{dim:#}", word(scenario.verdict));
    if let Some(reason) = &scenario.reason {
        let _ = writeln!(text, "   {frame}={frame:#} {strong}reason:{strong:#} {}", clean(reason));
    }
    let mut indent = 3;
    if scenario.verdict == Verdict::Flaky {
        for (attempt, number) in scenario.attempts.iter().zip(1..) {
            let what = attempt.failures.first().map_or_else(|| attempt.verdict.to_string(), |f| clean(&f.title));
            let place = attempt.board.as_ref().map_or_else(String::new, |b| format!(" on {}", clean(b)));
            let _ = writeln!(text, "   {frame}={frame:#} {strong}attempt {number}{place}:{strong:#} {what}");
        }
    } else if let Some(last) = scenario.attempts.last() {
        if let Some(board) = &last.board {
            let _ = writeln!(text, "   {frame}={frame:#} {strong}board:{strong:#} {}", clean(board));
        }
        for failure in &last.failures {
            text.push_str(&failure_text::render(failure, theme));
            indent = failure_text::indent(failure);
            let pieces = around(failure, &last.journal);
            if !pieces.is_empty() {
                let _ = writeln!(text, "{:indent$}{frame}={frame:#} {strong}journal:{strong:#}", "");
            }
            for piece in pieces {
                journal_line(text, piece, theme);
            }
        }
    }
    if let Some(info) = info {
        let _ = writeln!(
            text,
            "{:indent$}{frame}={frame:#} {strong}rerun:{strong:#} {}",
            "",
            rerun_command(info, &scenario.id)
        );
    }
}

fn journal_line(text: &mut String, piece: Piece<'_>, theme: Theme) {
    let (mark, dim) = (theme.verdict(Verdict::Failed), theme.dim());
    let _ = match piece {
        Piece::Gap(n) => writeln!(text, "    {dim}{:>13}  {} left out{dim:#}", "...", entries(n)),
        Piece::Entry { entry, related: true } => {
            let Line { kind, text: what } = Line::of(&entry.what);
            writeln!(text, "  {mark}>{mark:#} {:>13}  {kind:<9}  {what}", time(entry.at))
        }
        Piece::Entry { entry, related: false } => {
            let Line { kind, text: what } = Line::of(&entry.what);
            writeln!(text, "    {dim}{:>13}  {kind:<9}  {what}{dim:#}", time(entry.at))
        }
    };
}

/// Scenarios for which no board was left, by reason, the most frequent reason first.
fn stranded(text: &mut String, groups: &[Group<'_>], theme: Theme) {
    let (style, dim) = (theme.verdict(Verdict::BenchError), theme.dim());
    for group in groups {
        let _ = writeln!(text, "\n{style}{:>9}{style:#} {}", group.scenarios.len(), group.reason);
        let _ = writeln!(text, "{:9} {dim}{}{dim:#}", "", group.names(NAMED));
    }
}

/// Skipped scenarios by reason, the most frequent reason first.
fn skipped(text: &mut String, groups: &[Group<'_>], theme: Theme) {
    if groups.is_empty() {
        return;
    }
    let (strong, style) = (theme.strong(), theme.verdict(Verdict::Skipped));
    let _ = writeln!(text, "\n{strong}skipped{strong:#}");
    for group in groups {
        let _ = writeln!(text, "{style}{:>9}{style:#} {}", group.scenarios.len(), group.reason);
    }
}

/// Scenarios that passed because they ask nothing.
fn expecting_nothing(text: &mut String, remarkable: &[ScenarioReport], theme: Theme) {
    let Some(group) = groups::expecting_nothing(remarkable) else { return };
    let (strong, style, dim) = (theme.strong(), theme.verdict(Verdict::Flaky), theme.dim());
    let _ = writeln!(text, "\n{strong}without an expectation{strong:#}");
    let _ = writeln!(text, "{style}{:>9}{style:#} {}", group.scenarios.len(), group.reason);
    let _ = writeln!(text, "{:9} {dim}{}{dim:#}", "", group.names(NAMED));
}

/// What the simulator does not model, and in how many scenarios it was asked for.
fn unmodelled(text: &mut String, all: &BTreeMap<String, usize>, theme: Theme) {
    if all.is_empty() {
        return;
    }
    let (strong, style) = (theme.strong(), theme.verdict(Verdict::BenchError));
    let _ =
        writeln!(text, "\n{strong}not modelled by the simulator: a chip may do something else from there on{strong:#}");
    for (what, scenarios) in all {
        let _ = writeln!(text, "{style}{scenarios:>9}{style:#} {what}");
    }
}

/// `Summary [   1.240s / 3.4s device] 57 scenarios: 55 passed (1 flaky), 1 failed, 1 skipped`
fn totals(text: &mut String, summary: &Summary, theme: Theme) {
    let strong = theme.strong();
    let all: usize = summary.counts.values().sum();
    let _ = write!(
        text,
        "\n{strong}  Summary{strong:#} [{:>8.3}s / {} device] {}: ",
        summary.wall_time.as_secs_f64(),
        display(std::time::Duration::from_millis(u64::try_from(summary.device_time.as_millis()).unwrap_or(u64::MAX))),
        count(all, "scenario"),
    );
    let of = |v: Verdict| summary.counts.get(v.key()).copied().unwrap_or(0);
    let mut parts = vec![];
    for verdict in Verdict::ALL {
        let style = theme.verdict(verdict);
        match verdict {
            Verdict::Passed if of(Verdict::Flaky) > 0 => parts.push(format!(
                "{style}{} passed{style:#} ({flaky}{} flaky{flaky:#})",
                of(Verdict::Passed) + of(Verdict::Flaky),
                of(Verdict::Flaky),
                flaky = theme.verdict(Verdict::Flaky),
            )),
            Verdict::Flaky => {}
            Verdict::BenchError if of(verdict) > 1 => {
                parts.push(format!("{style}{} bench errors{style:#}", of(verdict)))
            }
            _ if of(verdict) > 0 => parts.push(format!("{style}{} {verdict}{style:#}", of(verdict))),
            _ => {}
        }
    }
    if parts.is_empty() {
        parts.push("nothing ran".to_owned());
    }
    let _ = writeln!(text, "{}", parts.join(", "));
    if let Some(shortfall) = board::shortfall(summary) {
        let style = theme.verdict(Verdict::BenchError);
        let _ = writeln!(text, "{style}too few boards{style:#}: {shortfall}");
    }
    if summary.interrupted {
        let style = theme.verdict(Verdict::Interrupted);
        let _ = writeln!(text, "{style}interrupted{style:#}: scenarios that had not begun are not counted");
    }
}
