//! The status line of a run under way.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::text::{clean, truncate};
use crate::verdict::Verdict;

/// How often the elapsed time is redrawn.
const TICK: Duration = Duration::from_millis(100);
/// Running scenarios that are named.
const NAMED: usize = 3;

/// One line at the bottom of the terminal; gone when dropped.
pub(super) struct StatusLine {
    bar: ProgressBar,
    running: Vec<String>,
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
        Self { bar, running: vec![], counts: BTreeMap::new() }
    }

    pub(super) fn started(&mut self, id: &str) {
        if !self.running.iter().any(|running| running == id) {
            self.running.push(id.to_owned());
        }
        self.bar.set_message(self.message());
    }

    pub(super) fn finished(&mut self, id: &str, verdict: Verdict) {
        self.running.retain(|running| running != id);
        *self.counts.entry(verdict.key()).or_default() += 1;
        self.bar.set_message(self.message());
        self.bar.inc(1);
    }

    /// Runs `print` while the line is away.
    pub(super) fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bar.suspend(print)
    }

    /// `1 failed, 10 passed; blink/basic, fade/slow, 2 more`: what matters first, as the end may be cut.
    fn message(&self) -> String {
        let count = |v: Verdict| self.counts.get(v.key()).map(|n| format!("{n} {v}"));
        let (bad, good): (Vec<Verdict>, Vec<Verdict>) = Verdict::ALL.iter().partition(|v| !v.is_good());
        let counts: Vec<String> = bad.into_iter().chain(good).filter_map(count).collect();
        let mut running: Vec<String> = self.running.iter().take(NAMED).map(|id| truncate(&clean(id), 40)).collect();
        if self.running.len() > NAMED {
            running.push(format!("{} more", self.running.len() - NAMED));
        }
        let parts = [counts.join(", "), running.join(", ")];
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
}
