//! The job summary: Markdown.

use std::fmt::Write as _;

use crate::groups::{self, Group};
use crate::lines::{around, plain};
use crate::text::{clean, count};
use crate::{board, failure_text, rerun_command};
use hil_model::event::{RunInfo, ScenarioReport, Summary};
use hil_model::time::display;
use hil_model::verdict::Verdict;

/// GitHub refuses the summary of a step above 1 MiB; the rest of the step may want some of it.
const MAX_BYTES: usize = 900 * 1024;
/// Rows of a table of reasons.
const MAX_REASONS: usize = 50;
/// Rows of the table of boards.
const MAX_BOARDS: usize = 100;
/// Scenarios that are named with a reason.
const NAMED: usize = 10;

pub(super) fn render(info: Option<&RunInfo>, remarkable: &[ScenarioReport], summary: &Summary) -> String {
    let mut text = String::new();
    head(&mut text, info, summary);
    boards(&mut text, summary);
    let mut left_out = 0;
    for verdict in [Verdict::Failed, Verdict::Invalid, Verdict::BenchError, Verdict::Interrupted, Verdict::Flaky] {
        for scenario in remarkable.iter().filter(|s| s.verdict == verdict && !groups::is_stranded(s)) {
            let details = details(info, scenario);
            if text.len() + details.len() > MAX_BYTES { left_out += 1 } else { text.push_str(&details) }
        }
    }
    if left_out > 0 {
        let _ = writeln!(text, "\n{} left out: GitHub limits the summary's size.", count(left_out, "more scenario"));
    }
    reasons(&mut text, "bench errors", &groups::stranded(remarkable), NAMED);
    reasons(&mut text, "skipped", &groups::skipped(remarkable), 0);
    let idle: Vec<Group<'_>> = groups::expecting_nothing(remarkable).into_iter().collect();
    reasons(&mut text, "without an expectation", &idle, NAMED);
    text
}

/// Scenarios by reason; `named` of each are named.
fn reasons(text: &mut String, what: &str, groups: &[Group<'_>], named: usize) {
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n| {what} | reason |\n|---:|---|");
    for group in groups.iter().take(MAX_REASONS) {
        let names = if named == 0 { String::new() } else { format!(": {}", group.names(named)) };
        let _ = writeln!(text, "| {} | {}{} |", group.scenarios.len(), inline(&group.reason), inline(&names));
    }
    if groups.len() > MAX_REASONS {
        let _ = writeln!(text, "\n{} left out.", count(groups.len() - MAX_REASONS, "more reason"));
    }
}

fn boards(text: &mut String, summary: &Summary) {
    if let Some(shortfall) = board::shortfall(summary) {
        let _ = writeln!(text, "\n**{}**", inline(&shortfall));
    }
    if summary.boards.is_empty() || !board::are_remarkable(summary) {
        return;
    }
    let _ = writeln!(text, "\n| board | place | state | attempts | faults |\n|---|---|---|---:|---|");
    for one in summary.boards.iter().take(MAX_BOARDS) {
        let faults: Vec<String> = board::faults(one).iter().map(|fault| inline(fault)).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            inline(&one.id),
            inline(&one.place),
            board::state(one.state),
            one.attempts,
            faults.join("<br>"),
        );
    }
    if summary.boards.len() > MAX_BOARDS {
        let _ = writeln!(text, "\n{} left out.", count(summary.boards.len() - MAX_BOARDS, "more board"));
    }
}

fn head(text: &mut String, info: Option<&RunInfo>, summary: &Summary) {
    let icon = if summary.exit_code == 0 { "✅" } else { "❌" };
    let all: usize = summary.counts.values().sum();
    let _ = writeln!(text, "## {icon} hil: {}\n", count(all, "scenario"));
    let present: Vec<(Verdict, usize)> =
        Verdict::ALL.iter().filter_map(|v| summary.counts.get(v.key()).map(|n| (*v, *n))).collect();
    if !present.is_empty() {
        let column = |cell: &dyn Fn(&(Verdict, usize)) -> String| {
            present.iter().map(|p| format!(" {} |", cell(p))).collect::<String>()
        };
        let _ = writeln!(text, "|{}", column(&|(verdict, _)| verdict.to_string()));
        let _ = writeln!(text, "|{}", column(&|_| "---:".to_owned()));
        let _ = writeln!(text, "|{}\n", column(&|(_, n)| n.to_string()));
    }
    if let Some(info) = info {
        let share = info.partition.as_ref().map_or_else(String::new, |p| {
            format!(", share {}:{}/{} of {}", p.kind, p.index, p.total, count(info.plan_total, "scenario"))
        });
        let _ = writeln!(
            text,
            "target {} ({}){}, broker {}, seed {}{}; {} of wall time, {} of device time",
            inline(&info.target),
            inline(&info.target_reason),
            info.firmware.as_ref().map_or_else(String::new, |it| format!(", firmware {}", inline(&it.to_string()))),
            inline(&info.broker),
            info.seed,
            inline(&share),
            display(millis(summary.wall_time)),
            display(millis(summary.device_time)),
        );
    }
}

fn millis(d: std::time::Duration) -> std::time::Duration {
    std::time::Duration::from_millis(u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

fn details(info: Option<&RunInfo>, scenario: &ScenarioReport) -> String {
    let mut block = String::new();
    let attempt = if scenario.verdict == Verdict::Flaky { scenario.attempts.first() } else { scenario.attempts.last() };
    let mut indent = 3;
    if let Some(board) = attempt.and_then(|a| a.board.as_ref()) {
        let _ = writeln!(block, "board: {}", clean(board));
    }
    for (attempt, failure) in attempt.iter().flat_map(|a| a.failures.iter().map(move |f| (a, f))) {
        indent = failure_text::indent(failure);
        block.push_str(&failure_text::plain(failure));
        let _ = write!(block, "{:indent$}= journal:\n{}", "", plain(&around(failure, &attempt.journal)));
    }
    if let Some(reason) = &scenario.reason {
        let _ = writeln!(block, "   = reason: {}", clean(reason));
    }
    if let Some(info) = info {
        let _ = writeln!(block, "{:indent$}= rerun: {}", "", rerun_command(info, &scenario.id));
    }
    let fence = fence(&block);
    format!(
        "\n<details><summary><b>{}</b> {}: {}</summary>\n\n{fence}text\n{block}{fence}\n\n</details>\n",
        scenario.verdict,
        inline(&scenario.id),
        inline(&scenario.title),
    )
}

/// A fence longer than any run of backticks in `block`.
fn fence(block: &str) -> String {
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// `text` with everything that Markdown or HTML could take for markup as character references.
fn inline(text: &str) -> String {
    let mut escaped = String::new();
    for c in clean(text).chars() {
        if c.is_ascii_punctuation() && !"/-.,;:()=+%".contains(c) {
            let _ = write!(escaped, "&#{};", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}
