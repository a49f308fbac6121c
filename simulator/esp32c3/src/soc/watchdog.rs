//! A watchdog of four stages, as TIMG and RTC_CNTL have them; TRM chapter 12. Not for the super watchdog.

use hil_sim_core::chip::soc::{Counter, Rate};
use hil_sim_core::time::Instant;

const STAGES: usize = 4;

/// What a stage does at its end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) enum Action {
    #[default]
    Off,
    Interrupt,
    ResetCpu,
    ResetSystem,
    /// Only the RTC's watchdog has it.
    ResetRtc,
}

/// How long a stage lasts, and what follows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Stage {
    /// In ticks of the watchdog's clock; 0 counts as 1.
    pub(crate) ticks: u64,
    pub(crate) action: Action,
}

/// The stages follow each other, and after the last comes the first.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Watchdog {
    counter: Counter,
    enabled: bool,
    stages: [Stage; STAGES],
    /// The end of a stage that is waited for: at which count, and what is then to be done.
    next: Option<(u64, Action)>,
}

impl Watchdog {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { counter: Counter::stopped(rate), enabled: false, stages: [Stage::default(); STAGES], next: None }
    }

    /// Goes back to the beginning of the first stage.
    pub(crate) fn feed(&mut self, now: Instant) {
        self.counter.set(now, 0);
    }

    /// Enables or disables it: it begins with the first stage. While it is paused its time stands still.
    pub(crate) fn run(&mut self, now: Instant, enabled: bool, paused: bool) {
        if enabled && !self.enabled {
            self.feed(now);
        }
        self.enabled = enabled;
        self.counter.run(now, enabled && !paused);
    }

    pub(crate) fn set_rate(&mut self, now: Instant, rate: Rate) {
        self.counter.set_rate(now, rate);
    }

    pub(crate) fn set_stages(&mut self, stages: [Stage; STAGES]) {
        self.stages = stages;
    }

    /// What is due now, once.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Action> {
        let (count, action) = self.next?;
        if self.counter.count(now) < count {
            return None;
        }
        self.next = None;
        Some(action)
    }

    /// When the next stage ends that does something. An interrupt that is raised already cannot be raised again.
    pub(crate) fn plan(&mut self, now: Instant, interrupt_raised: bool) -> Instant {
        self.next = None;
        if !self.enabled {
            return Instant::NEVER;
        }
        let count = self.counter.count(now);
        let length = |stage: &Stage| stage.ticks.max(1);
        let round = self.stages.iter().map(length).fold(0, u64::saturating_add);
        let (mut end, began) = (0, count - count % round);
        for stage in &self.stages {
            end = u64::saturating_add(end, length(stage));
            let silent = stage.action == Action::Off || stage.action == Action::Interrupt && interrupt_raised;
            let mut at = began.saturating_add(end);
            if at <= count {
                at = at.saturating_add(round);
            }
            if !silent && self.next.is_none_or(|(next, _)| at < next) {
                self.next = Some((at, stage.action));
            }
        }
        self.next.map_or(Instant::NEVER, |(at, _)| self.counter.after(now, at - count))
    }
}
