//! Round after round: each scenario of each device once, disturbed; the device itself before every one with a planted fault.

use std::time::{Duration, Instant};

use hil_fuzz::campaign::Limit;
use hil_model::event::{RunEvent, ScenarioReport};
use hil_model::time::display;
use hil_model::verdict::{Exit, Verdict};
use hil_runner::{Cancel, Planned, RunOptions};
use hil_targets::disturb::{Disturbance, Kind};

use super::busy::Busy;
use super::device::Device;
use super::flip::Flip;
use super::options::SoakArgs;
use crate::cmd::error::Failure;
use crate::cmd::live::Live;

/// Scenarios for each job that are begun before the time is looked at again.
const CHUNK: usize = 16;

/// A soak while it goes on.
pub(super) struct Rounds<'a, T> {
    /// The device itself first.
    devices: Vec<Device>,
    args: &'a SoakArgs,
    cancel: &'a Cancel,
    /// Told of each flip, with its number.
    told: T,
    flips: Vec<Flip>,
    unjudged: usize,
    began: Instant,
    /// When the first disturbed run began.
    disturbed: Option<Instant>,
    /// Tells runs apart on a shared broker.
    chunks: u64,
    live: Live,
}

/// What a soak has shown.
pub(super) struct Outcome<'a> {
    devices: &'a [Device],
    flips: &'a [Flip],
    unjudged: usize,
    pub(super) took: Duration,
}

impl<'a, T: Fn(&Flip, usize)> Rounds<'a, T> {
    pub(super) fn new(
        itself: Device,
        mut planted: Vec<Device>,
        args: &'a SoakArgs,
        cancel: &'a Cancel,
        told: T,
    ) -> Self {
        planted.iter_mut().for_each(|device| device.plan.clone_from(&itself.plan));
        Self {
            devices: std::iter::once(itself).chain(planted).collect(),
            args,
            cancel,
            told,
            flips: Vec::new(),
            unjudged: 0,
            began: Instant::now(),
            disturbed: None,
            chunks: 0,
            live: Live::new(),
        }
    }

    /// Runs until the limit, an interruption, or the end of the one round that is asked for.
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        self.refer(0)?;
        let mut planted = 1;
        for round in self.args.round.unwrap_or(1).. {
            self.round(0, round);
            if planted >= self.devices.len() {
                planted = 1;
            }
            if self.devices.len() > 1 && !self.is_over() {
                self.refer(planted)?;
                self.round(planted, round);
                planted += 1;
            }
            if self.args.round.is_some() || self.is_over() || self.devices.iter().all(|device| device.plan.is_empty()) {
                break;
            }
        }
        self.live.end();
        Ok(())
    }

    pub(super) fn outcome(&self) -> Outcome<'_> {
        Outcome { devices: &self.devices, flips: &self.flips, unjudged: self.unjudged, took: self.began.elapsed() }
    }

    /// Runs a device undisturbed, unless that has been done.
    fn refer(&mut self, index: usize) -> Result<(), Failure> {
        let (live, device) = (&mut self.live, &mut self.devices[index]);
        if !device.runs_each.is_empty() {
            return Ok(());
        }
        let (name, total, mut done) = (device.name(), device.plan.len(), 0);
        let is_planted = index > 0;
        let unjudged = device.refer(self.cancel, is_planted, || {
            done += 1;
            live.show(&format!("{name}: {done} of {total} scenarios undisturbed"));
        });
        self.unjudged += unjudged;
        let is_interrupted = self.cancel.is_interrupted();
        if device.plan.is_empty() && !is_planted && unjudged > 0 && !is_interrupted {
            let text = format!("none of {unjudged} scenarios could be judged undisturbed");
            return Err(Failure::of_bench(text).help("hil run says why"));
        }
        if unjudged > 0 && !is_interrupted {
            live.aside(|| remark!("{name}: {unjudged} scenarios cannot be judged even undisturbed, and are left out"));
        }
        if is_planted && device.plan.is_empty() && !is_interrupted {
            live.aside(|| remark!("{name} makes no scenario fail: it is left out"));
        }
        Ok(())
    }

    /// One round on one device.
    fn round(&mut self, index: usize, round: u64) {
        let disturbance = self.args.disturbance(round, self.devices[index].fault.is_none());
        let busy = disturbance.kinds.contains(&Kind::StarvedCpu).then(Busy::begin);
        let device = &self.devices[index];
        let (plan, options) = (device.plan.clone(), device.options.clone());
        let size = CHUNK * options.jobs;
        let mut from = 0;
        while from < plan.len() && !self.is_over() {
            let size = size.min(usize::try_from(self.left()).unwrap_or(usize::MAX)).min(plan.len() - from);
            let reports = self.chunk(&plan[from..from + size], &options, &disturbance);
            for (offset, report) in reports.into_iter().enumerate() {
                self.judge(index, from + offset, round, report, &disturbance);
            }
            from += size;
        }
        drop(busy);
    }

    fn chunk(
        &mut self,
        plan: &[Planned],
        options: &RunOptions,
        disturbance: &Disturbance,
    ) -> Vec<Option<ScenarioReport>> {
        self.disturbed.get_or_insert_with(Instant::now);
        self.chunks += 1;
        let options = RunOptions {
            run_id: format!("{}{:x}", options.run_id, self.chunks),
            disturbance: Some(disturbance.clone()),
            ..options.clone()
        };
        let runs: u64 = self.devices.iter().map(|device| device.runs).sum();
        let (live, flips, took) = (&mut self.live, self.flips.len(), self.began.elapsed());
        let mut done = 0;
        let finished = hil_runner::run(plan, &options, self.cancel, |event| {
            if matches!(event, RunEvent::ScenarioFinished(_)) {
                done += 1;
                live.show(&format!("{} disturbed runs, {flips} flipped verdicts, {} s", runs + done, took.as_secs()));
            }
        });
        let mut reports = finished.scenarios.into_iter().peekable();
        let of = |planned: &Planned| reports.next_if(|report| report.id == planned.scenario.id);
        plan.iter().map(of).collect()
    }

    /// Compares a disturbed run with the reference.
    fn judge(
        &mut self,
        index: usize,
        place: usize,
        round: u64,
        report: Option<ScenarioReport>,
        disturbance: &Disturbance,
    ) {
        let Some(report) = report.filter(|it| !matches!(it.verdict, Verdict::Interrupted | Verdict::Skipped)) else {
            return;
        };
        let device = &mut self.devices[index];
        device.runs += 1;
        device.runs_each[place] += 1;
        let reference = &device.reference[place];
        if report.verdict == reference.verdict {
            return;
        }
        let flip = Flip {
            fault: device.fault.clone(),
            id: report.id.clone(),
            round,
            seed: self.args.seed,
            kinds: disturbance.of(&device.plan[place].scenario),
            was: reference.verdict,
            report,
        };
        let number = self.flips.len() + 1;
        self.live.aside(|| (self.told)(&flip, number));
        self.flips.push(flip);
    }

    /// How many disturbed runs there may still be.
    fn left(&self) -> u64 {
        let runs: u64 = self.devices.iter().map(|device| device.runs).sum();
        match self.args.limit() {
            Some(Limit::Executions(most)) => most.saturating_sub(runs),
            Some(Limit::Time(_)) | None => u64::MAX,
        }
    }

    fn is_over(&self) -> bool {
        let is_late = match self.args.limit() {
            Some(Limit::Time(time)) => self.disturbed.is_some_and(|began| began.elapsed() >= time),
            Some(Limit::Executions(_)) | None => false,
        };
        is_late || self.left() == 0 || self.cancel.is_ending()
    }
}

impl Outcome<'_> {
    /// The summary.
    pub(super) fn print(&self, seed: u64) {
        for device in self.devices.iter().filter(|device| !device.reference.is_empty()) {
            let title = if device.title.is_empty() { String::new() } else { format!(" ({})", device.title) };
            let flips = self.flips.iter().filter(|flip| flip.fault == device.fault).count();
            say!(
                "{}{title}: {} scenarios ({} passed, {} failed undisturbed), {} disturbed runs, {flips} flipped",
                device.name(),
                device.plan.len(),
                device.count(Verdict::Passed),
                device.count(Verdict::Failed),
                device.runs,
            );
        }
        let seconds = Duration::from_secs(self.took.as_secs());
        say!(
            "{} disturbed runs in {}, seed {seed}: {} flipped verdicts",
            self.runs(),
            display(seconds),
            self.flips.len()
        );
    }

    fn runs(&self) -> u64 {
        self.devices.iter().map(|device| device.runs).sum()
    }

    pub(super) fn exit(&self, is_interrupted: bool) -> Exit {
        match (is_interrupted, self.flips.len(), self.runs()) {
            (true, ..) => Exit::Interrupted,
            (_, 1.., _) => Exit::Failed,
            (_, 0, 0) if self.unjudged > 0 => Exit::Bench,
            (_, 0, 0) => Exit::NothingRan,
            _ => Exit::Passed,
        }
    }

    /// An entry for each scenario that was disturbed on each device; `again` makes the line that repeats a flip.
    pub(super) fn entries(&self, again: impl Fn(&Flip) -> String) -> Vec<ScenarioReport> {
        let mut entries = Vec::new();
        for device in self.devices {
            for (reference, runs) in device.reference.iter().zip(&device.runs_each).filter(|(_, runs)| **runs > 0) {
                let flips = || self.flips.iter().filter(|it| it.fault == device.fault && it.id == reference.id);
                let count = flips().count();
                let mut entry = match flips().next() {
                    Some(flip) => flip.entry(&again(flip)),
                    None => ScenarioReport { verdict: Verdict::Passed, attempts: Vec::new(), ..reference.clone() },
                };
                let was = reference.verdict;
                entry.reason = Some(format!("{was} undisturbed; {runs} disturbed runs, {count} flipped"));
                if let Some(fault) = &device.fault {
                    entry.id = format!("fault {fault}: {}", entry.id);
                }
                entries.push(entry);
            }
        }
        entries
    }
}
