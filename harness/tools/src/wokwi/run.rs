//! One run of `wokwi-cli`: what it says becomes entries of the journal, moments of which both times are known, and steps that have
//! begun.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;

use super::WokwiError;
use super::ending::{Ending, ending};
use super::lower;
use super::output::{Output, Said};
use super::process::{Ended, Event, Process};
use hil_bench::serial_target::{reported, stamp};
use hil_model::observation::{Evidence, Observation, Payload, Rgb, SerialStream};
use hil_model::time::SimTime;
use hil_targets::LightPosition;
use hil_targets::console::{ConsoleWatch, Deaths, Lines};
use hil_targets::journal::Journal;
use hil_targets::late::TimeAxis;

/// An unfinished line is handed on when nothing has come for so long: a prompt has no line feed.
const IDLE: Duration = Duration::from_millis(100);
/// Lines of standard error that are kept.
const MOST_ERRORS: usize = 200;

/// A run. It ends when this is dropped.
pub(super) struct Run {
    process: Process,
    pub(super) state: Rc<State>,
    listening: tokio::task::JoinHandle<()>,
}

/// Reports of colours that are kept, to compare the record of the lights with.
const MOST_REPORTS: usize = 100;

/// How far a run has come.
pub(super) struct State {
    pub(super) started: Cell<bool>,
    /// The number of the step that began last, from 1.
    pub(super) step: Cell<usize>,
    /// Its scenario is done.
    pub(super) completed: Cell<bool>,
    /// The logic analyzer has seen nothing.
    pub(super) no_record: Cell<bool>,
    ended: Cell<Option<Ended>>,
    errors: RefCell<Vec<String>>,
    pub(super) axis: RefCell<TimeAxis>,
    /// What the firmware says of its lights.
    pub(super) hints: Journal,
    /// The same, on the chip's time, of the run's beginning.
    pub(super) reports: RefCell<Vec<(SimTime, Rgb)>>,
    changed: Notify,
}

impl State {
    fn new(journal: &Journal) -> Self {
        Self {
            started: Cell::default(),
            step: Cell::default(),
            completed: Cell::default(),
            no_record: Cell::default(),
            ended: Cell::default(),
            errors: RefCell::default(),
            axis: RefCell::default(),
            hints: journal.beside(),
            reports: RefCell::default(),
            changed: Notify::new(),
        }
    }

    /// Waits until `look` finds something.
    pub(super) async fn wait<R>(&self, mut look: impl FnMut(&Self) -> Option<R>) -> R {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(found) = look(self) {
                return found;
            }
            changed.await;
        }
    }

    /// What its end means, if it has ended.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ended.get().map(|ended| ending(ended, &self.errors.borrow()))
    }

    /// The line on standard error that says this.
    pub(super) fn error_with(&self, text: &str) -> Option<String> {
        self.errors.borrow().iter().find(|line| line.contains(text)).cloned()
    }

    /// The chip's time so far, as it is known.
    pub(super) fn device_time(&self) -> Duration {
        self.axis.borrow().last().map_or(Duration::ZERO, |(device, _)| device.elapsed())
    }
}

impl Run {
    /// Starts it. `name` is that of its scenario, if it has one.
    pub(super) fn start(
        program: &Path,
        arguments: &[String],
        output: Output,
        name: Option<&str>,
        lights: Vec<LightPosition>,
        deaths: Deaths,
        journal: &Journal,
    ) -> Result<Self, WokwiError> {
        let (process, events) = Process::start(program, arguments)
            .map_err(|source| WokwiError::Start { program: program.to_owned(), source })?;
        let state = Rc::new(State::new(journal));
        let listener = Listener {
            state: Rc::clone(&state),
            journal: journal.clone(),
            output,
            lights,
            name: name.map(str::to_owned),
            lines: Lines::default(),
            began: None,
            zero: None,
            console: ConsoleWatch::new(deaths),
        };
        Ok(Self { process, state, listening: tokio::task::spawn_local(listener.run(events)) })
    }

    /// Ends it now.
    pub(super) fn kill(&self) {
        self.process.kill();
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

struct Listener {
    state: Rc<State>,
    journal: Journal,
    output: Output,
    lights: Vec<LightPosition>,
    name: Option<String>,
    lines: Lines,
    /// When the line that is under way began to come.
    began: Option<SimTime>,
    /// The chip's time at its firmware's zero, and the last stamp. The firmware begins anew with each reset.
    zero: Option<(u64, u64)>,
    console: ConsoleWatch,
}

impl Listener {
    /// Until the process has ended.
    async fn run(mut self, mut events: Receiver<Event>) {
        let mut last = Instant::now();
        loop {
            let event = tokio::select! {
                biased;
                event = events.recv() => event,
                () = tokio::time::sleep(IDLE) => {
                    if let Some(said) = self.output.idle(Instant::now(), last, IDLE) {
                        self.said(said);
                    }
                    continue;
                }
            };
            match event {
                Some(Event::Output(at, bytes)) => {
                    last = at;
                    self.output.push(at, &bytes).into_iter().for_each(|said| self.said(said));
                }
                Some(Event::Error(line)) => self.error(line),
                Some(Event::Ended(ended)) => {
                    if let Some(said) = self.output.idle(Instant::now(), last, Duration::ZERO) {
                        self.said(said);
                    }
                    self.state.ended.set(Some(ended));
                    return self.state.changed.notify_waiters();
                }
                None => return,
            }
            self.state.changed.notify_waiters();
        }
    }

    fn error(&self, line: String) {
        let mut errors = self.state.errors.borrow_mut();
        if !line.is_empty() && errors.len() < MOST_ERRORS {
            self.journal.note(format!("wokwi-cli: {line}"));
            errors.push(line);
        }
    }

    fn said(&mut self, said: Said) {
        match said {
            Said::Status(line) => self.journal.note(format!("wokwi-cli: {line}")),
            Said::Started => {
                self.state.axis.borrow_mut().anchor(SimTime::ZERO, self.journal.now());
                self.state.started.set(true);
            }
            Said::Serial(piece) => {
                let at = SimTime(self.journal.now().0.saturating_sub(SimTime::from_elapsed(piece.at.elapsed()).0));
                let began = *self.began.get_or_insert(at);
                let lines = self.lines.push(&piece.bytes);
                let data = Payload(piece.bytes);
                self.journal.record_at(at, Observation::Serial { stream: SerialStream::Output, data });
                for line in lines {
                    let began = self.began.take().unwrap_or(began);
                    self.line(&line, began);
                }
            }
            Said::Step(label) => {
                if let Some(number) = self.name.as_deref().and_then(|name| lower::number(name, &label)) {
                    self.state.step.set(self.state.step.get().max(number));
                }
            }
            Said::Completed => self.state.completed.set(true),
            Said::NoRecord => self.state.no_record.set(true),
        }
    }

    fn line(&mut self, line: &str, at: SimTime) {
        if let Some(event) = self.console.line(line) {
            self.journal.record(Observation::Device(event));
        }
        let Some(stamp) = stamp(line).map(|stamp| SimTime::from_elapsed(stamp).0) else { return };
        let mut axis = self.state.axis.borrow_mut();
        let zero = match self.zero {
            None => 0,
            Some((zero, last)) if stamp >= last => zero,
            // It has booted again.
            Some(_) => axis.device(at).0.saturating_sub(stamp),
        };
        self.zero = Some((zero, stamp));
        let device = SimTime(zero.saturating_add(stamp));
        axis.anchor(device, at);
        if let Some(color) = reported(line) {
            self.report(device, axis.scenario(device), color);
        }
    }

    fn report(&self, device: SimTime, at: SimTime, color: Rgb) {
        let mut reports = self.state.reports.borrow_mut();
        if reports.len() < MOST_REPORTS {
            reports.push((device, color));
        }
        for LightPosition { part, index } in self.lights.clone() {
            let evidence = Evidence::Reported;
            self.state.hints.record_at(at, Observation::Led { part, index, color, evidence });
        }
    }
}
