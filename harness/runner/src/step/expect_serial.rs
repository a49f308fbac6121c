//! `expect-serial`: a line that the device prints.

use std::time::Duration;

use super::run::{At, Held, Run};
use super::serial::{SHOWN, printed, used_up};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::Unmet;
use crate::serial_log::Reading;
use hil_model::observation::Entry;
use hil_model::time::{SimTime, display};
use hil_scenario::step::ExpectSerial;

/// When nothing has followed for so long, a line that has not ended counts as it is: it may be a prompt.
const QUIET: Duration = Duration::from_millis(250);

impl Run for ExpectSerial {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let expect = self;
        let from = cx.window.serial_from.max(cx.window.serial_used);
        let regex = &expect.line.value;
        let found = find(expect, cx, from).await;
        let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
        match (found, expect.absent) {
            (None, true) => Ok(format!("no such line for {within}")),
            (Some(Match { end, text, is_unfinished }), false) => {
                used_up(cx, end);
                if is_unfinished {
                    cx.window.serial_cut = end;
                }
                cx.capture_groups(regex, &text);
                Ok(format!("{text:?}"))
            }
            (Some(Match { end, text, .. }), true) => {
                Err(Unmet::new("hil::expect_serial", "a serial line that should not be there")
                    .at(expect.line.span)
                    .expected(format!("no line that matches /{regex}/"))
                    .actual(text)
                    .related(cx.serial.entry_before(end))
                    .into())
            }
            (None, false) => Err(Unmet::new("hil::expect_serial", format!("no matching serial line within {within}"))
                .at(expect.line.span)
                .expected(format!("a line that matches /{regex}/"))
                .actual(printed(cx, from))
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

/// The first line behind byte `from` that matches.
async fn find(expect: &ExpectSerial, cx: &mut Context, from: usize) -> Option<Match> {
    let reading = if expect.raw { Reading::Raw } else { Reading::Plain };
    let (journal, deadline, regex) = (cx.journal.clone(), cx.limit(expect.within), &expect.line.value);
    let (order_from, cut) = (cx.window.order_from, cx.window.serial_cut);
    // What only looks in passing is no end of a window.
    let end = if cx.window.no_waiting { SimTime(u64::MAX) } else { deadline };
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
            let found = log.lines(first, cut, reading).find(|(end, text)| regex.is_match(text) && in_order(*end));
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
            let counts = now >= end || !expect.absent && now >= last + QUIET;
            if counts && regex.is_match(&text) {
                return Some(Match { end: log.len(), text, is_unfinished: true });
            }
        }
        if now >= deadline {
            return None;
        }
    }
}
