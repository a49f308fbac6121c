//! `expect-serial`: a line that the device prints.

use std::time::Duration;

use super::run::{At, Held, Run};
use super::serial::{SHOWN, printed, used_up};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::Unmet;
use crate::serial_log::Reading;
use hil_model::observation::Entry;
use hil_model::time::{SimTime, display};
use hil_scenario::condition::TextMatch;
use hil_scenario::step::ExpectSerial;

/// When nothing has followed for so long, a line that has not ended counts as it is: it may be a prompt.
const QUIET: Duration = Duration::from_millis(250);

impl Run for ExpectSerial {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let expect = self;
        let from = cx.window.serial_from.max(cx.window.serial_used);
        let line = &expect.line;
        let found = find(expect, cx, from).await;
        let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
        match (found, expect.absent) {
            (None, true) => Ok(format!("no such line for {within}")),
            (Some(Match { end, text, is_unfinished }), false) => {
                used_up(cx, end);
                if is_unfinished {
                    cx.window.serial_cut = end;
                }
                cx.capture_groups(line, &text);
                Ok(format!("{text:?}"))
            }
            (Some(Match { end, text, .. }), true) => {
                Err(Unmet::new("hil::expect_serial", "a serial line that should not be there")
                    .at(line.regex.span)
                    .expected(format!("no line that matches {line}"))
                    .actual(text)
                    .related(cx.serial.entry_before(end))
                    .into())
            }
            (None, false) => Err(Unmet::new("hil::expect_serial", format!("no matching serial line within {within}"))
                .at(line.regex.span)
                .expected(format!("a line that matches {line}"))
                .actual(nearly(cx, expect, from).unwrap_or_else(|| printed(cx, from)))
                .related(cx.serial.entries(from, SHOWN))
                .into()),
        }
    }
}

/// A line that matches.
struct Match {
    /// The byte behind it.
    end: usize,
    text: String,
    /// Whether more of the line may follow.
    is_unfinished: bool,
}

/// Whether more of an unfinished line could change what the expression has captured: a number whose last digits are still to come.
fn may_grow(expected: &TextMatch, text: &str) -> bool {
    let Some(found) = expected.find(text) else { return false };
    found.iter().skip(1).flatten().any(|group| group.end() == text.len())
}

/// The last line that the expression finds something in, and what is wrong with its groups.
fn nearly(cx: &Context, expect: &ExpectSerial, from: usize) -> Option<String> {
    let reading = if expect.raw { Reading::Raw } else { Reading::Plain };
    let mut lines = cx.serial.lines(cx.serial.line_behind(from), cx.window.serial_cut, reading).rev();
    lines.find_map(|(_, text)| {
        let broken = expect.line.broken(&text);
        let lines: String =
            broken.iter().map(|it| format!("\n{}: {}, not {}", it.at, it.actual, it.expected)).collect();
        (!broken.is_empty()).then(|| format!("{text:?}{lines}"))
    })
}

/// The first line behind byte `from` that matches.
async fn find(expect: &ExpectSerial, cx: &mut Context, from: usize) -> Option<Match> {
    let reading = if expect.raw { Reading::Raw } else { Reading::Plain };
    let deadline = if expect.absent { cx.limit_of_absence(expect.within) } else { cx.limit(expect.within) };
    let (journal, expected) = (cx.journal.clone(), &expect.line);
    let (order_from, cut) = (cx.window.order_from, cx.window.serial_cut);
    // What only looks in passing is no end of a window.
    let end = if cx.window.no_waiting && !expect.absent { SimTime(u64::MAX) } else { deadline };
    let log = &mut cx.serial;
    log.update(&journal);
    let mut line = log.line_behind(from);
    loop {
        // A line that has not ended is looked at when it has been quiet, and at the end.
        let last = log.unfinished_at(from);
        let quiet = last.map(|last| last + QUIET).filter(|at| !expect.absent && *at > journal.now());
        let next = log.next();
        let search = |entries: &[Entry]| {
            log.take(entries);
            let first = std::mem::replace(&mut line, log.line_count());
            let in_order = |end| order_from.is_none_or(|from| log.entry_before(end).is_none_or(|seq| seq >= from));
            let found = log.lines(first, cut, reading).find(|(end, text)| expected.holds(text) && in_order(*end));
            let has_grown = log.unfinished_at(from) != last;
            found.map(Some).or_else(|| has_grown.then_some(None))
        };
        match journal.wait(next, quiet.map_or(deadline, |at| at.min(deadline)), search).await {
            Some(Some((end, text))) => return Some(Match { end, text, is_unfinished: false }),
            Some(None) if journal.now() < deadline => continue,
            _ => {}
        }
        let now = journal.now();
        if let Some((text, last)) = log.unfinished(from, reading) {
            let is_quiet = !expect.absent && now >= last + QUIET && !may_grow(expected, &text);
            let counts = now >= end || is_quiet;
            if counts && expected.holds(&text) {
                return Some(Match { end: log.len(), text, is_unfinished: true });
            }
        }
        if now >= deadline {
            return None;
        }
    }
}
