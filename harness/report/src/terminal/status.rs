//! The status line of a run under way.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::text::{clean, truncate};
use hil_model::phase::Phase;
use hil_model::verdict::Verdict;

/// How often the elapsed time is redrawn.
const TICK: Duration = Duration::from_millis(100);
/// Running scenarios, or boards being made ready, that are named.
const NAMED: usize = 3;

/// One line at the bottom of the terminal; gone when dropped.
pub(super) struct StatusLine {
    bar: ProgressBar,
    running: Vec<String>,
    /// Boards on their way to their first scenario.
    preparing: BTreeMap<String, Phase>,
    counts: BTreeMap<&'static str, usize>,
}

impl StatusLine {
    /// On standard error.
    pub(super) fn new(total: usize) -> Self {
        let status = Self::on(ProgressDrawTarget::stderr(), total);
        status.bar.enable_steady_tick(TICK);
        status
    }

    fn on(target: ProgressDrawTarget, total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        let style = ProgressStyle::with_template("{spinner} [{elapsed_precise}] {bar:24} {pos}/{len}  {wide_msg}")
            .expect("the template is well-formed");
        bar.set_style(style.progress_chars("=> "));
        Self { bar, running: vec![], preparing: BTreeMap::new(), counts: BTreeMap::new() }
    }

    pub(super) fn started(&mut self, id: &str) {
        if !self.running.iter().any(|running| running == id) {
            self.running.push(id.to_owned());
        }
        // Which board it is on is not known: from here on the scenarios are what is told.
        self.preparing.clear();
        self.bar.set_message(self.message());
    }

    pub(super) fn finished(&mut self, id: &str, verdict: Verdict) {
        self.running.retain(|running| running != id);
        *self.counts.entry(verdict.key()).or_default() += 1;
        self.bar.set_message(self.message());
        self.bar.inc(1);
    }

    /// A board has entered a phase.
    pub(super) fn board(&mut self, id: &str, phase: Phase) {
        match phase {
            Phase::Lock | Phase::Flash | Phase::Provision | Phase::Boot => {
                self.preparing.insert(id.to_owned(), phase);
            }
            Phase::Run | Phase::Release => {
                self.preparing.remove(id);
            }
        }
        self.bar.set_message(self.message());
    }

    /// A board has failed, and a scenario that it ran waits for another.
    pub(super) fn board_failed(&mut self, id: &str, scenario: Option<&str>) {
        self.preparing.remove(id);
        self.running.retain(|running| Some(running.as_str()) != scenario);
        self.bar.set_message(self.message());
    }

    /// Runs `print` while the line is away.
    pub(super) fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// `1 failed, 10 passed; blink/basic, fade/slow, 2 more`: what matters first, as the end may be cut. While no scenario
    /// runs, boards that are made ready: `light-1: flash, light-2: boot`.
    fn message(&self) -> String {
        let count = |v: Verdict| self.counts.get(v.key()).map(|n| format!("{n} {v}"));
        let (bad, good): (Vec<Verdict>, Vec<Verdict>) = Verdict::ALL.iter().partition(|v| !v.is_good());
        let counts: Vec<String> = bad.into_iter().chain(good).filter_map(count).collect();
        let name = |id: &String| truncate(&clean(id), 40);
        let busy: Vec<String> = if self.running.is_empty() {
            self.preparing.iter().map(|(id, phase)| format!("{}: {phase}", name(id))).collect()
        } else {
            self.running.iter().map(name).collect()
        };
        let mut named: Vec<String> = busy.iter().take(NAMED).cloned().collect();
        if busy.len() > NAMED {
            named.push(format!("{} more", busy.len() - NAMED));
        }
        let parts = [counts.join(", "), named.join(", ")];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

impl Drop for StatusLine {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    #[test]
    fn the_line_shows_progress_counts_and_running_scenarios_then_disappears() {
        let terminal = InMemoryTerm::new(10, 120);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut status = StatusLine::on(target, 57);
        for id in ["blink/basic", "fade/slow", "power/cut", "reject/hue[361]"] {
            status.started(id);
        }
        status.started("blink/basic");
        status.finished("blink/basic", Verdict::Passed);
        status.started("session/resume");
        status.finished("fade/slow", Verdict::Failed);
        status.bar.force_draw();
        let drawn = terminal.contents();
        let (_, message) = drawn.split_once("] ").expect("elapsed time comes first");
        insta::assert_snapshot!(message, @">                        2/57  1 failed, 1 passed; power/cut, reject/hue[361], session/resume");
        drop(status);
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn many_running_scenarios_are_counted() {
        let mut status = StatusLine::on(ProgressDrawTarget::hidden(), 57);
        (0..20).for_each(|n| status.started(&format!("s{n}")));
        assert_eq!(status.message(), "s0, s1, s2, 17 more");
    }

    #[test]
    fn boards_are_named_until_scenarios_run() {
        let mut status = StatusLine::on(ProgressDrawTarget::hidden(), 57);
        (1..=5).for_each(|n| status.board(&format!("light-{n}"), Phase::Lock));
        assert_eq!(status.message(), "light-1: lock, light-2: lock, light-3: lock, 2 more");
        status.board_failed("light-1", None);
        (2..=5).for_each(|n| status.board(&format!("light-{n}"), if n == 4 { Phase::Run } else { Phase::Boot }));
        assert_eq!(status.message(), "light-2: boot, light-3: boot, light-5: boot");
        status.started("blink/basic");
        assert_eq!(status.message(), "blink/basic");
        status.board_failed("light-2", Some("blink/basic"));
        assert_eq!(status.message(), "", "it waits for another board");
        status.board("light-2", Phase::Flash);
        assert_eq!(status.message(), "light-2: flash");
    }
}
