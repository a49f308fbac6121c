//! What the port tells, as the journal tells it.

use hil_targets::TargetError;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use super::device::Lost;
use super::lights::ReportedLights;
use crate::serial::{Event, PortError, Rubbish, SerialPort, Symbolizer};
use hil_model::observation::{Observation, Payload, SerialStream};
use hil_model::time::SimTime;
use hil_targets::console::{ConsoleWatch, Lines};
use hil_targets::journal::Journal;

pub(super) struct Listener {
    port: Arc<SerialPort>,
    journal: Journal,
    symbols: Option<Arc<Symbolizer>>,
    lights: Option<ReportedLights>,
    lost: Lost,
    lines: Lines,
    /// When the line that is under way began.
    line_began: Option<SimTime>,
    console: Rc<RefCell<ConsoleWatch>>,
    rubbish: Rc<RefCell<Rubbish>>,
}

/// What the listener and the board that it listens to have in common.
#[derive(Clone, Default)]
pub(super) struct Heard {
    /// Told when the bench makes the board boot.
    pub(super) console: Rc<RefCell<ConsoleWatch>>,
    /// Whether what comes is text.
    pub(super) rubbish: Rc<RefCell<Rubbish>>,
    /// Says why the board is lost.
    pub(super) lost: Lost,
}

impl Listener {
    pub(super) fn new(
        port: Arc<SerialPort>,
        journal: Journal,
        symbols: Option<Arc<Symbolizer>>,
        lights: Option<ReportedLights>,
        heard: Heard,
    ) -> Self {
        let (lines, Heard { console, rubbish, lost }) = (Lines::default(), heard);
        Self { port, journal, symbols, lights, lost, lines, line_began: None, console, rubbish }
    }

    /// Until the port has gone for good.
    pub(super) async fn run(mut self) {
        let port = Arc::clone(&self.port);
        while let Some(event) = port.next().await {
            match event {
                Event::Text(piece) => {
                    let at = self.time(piece.at);
                    let began = *self.line_began.get_or_insert(at);
                    let lines = self.lines.push(&piece.bytes);
                    let is_rubbish = self.rubbish.borrow_mut().push(&piece.bytes);
                    let data = Payload(piece.bytes);
                    self.journal.record_at(at, Observation::Serial { stream: SerialStream::Output, data });
                    let ends = !lines.is_empty();
                    for line in lines {
                        let began = self.line_began.take().unwrap_or(began);
                        self.line(&line, began);
                    }
                    if ends && !self.lines.unfinished().is_empty() {
                        self.line_began = Some(at);
                    }
                    if is_rubbish {
                        let error = PortError::rubbish(&self.port, None);
                        self.journal.note(format!("{error}; {}", error.help()));
                    }
                }
                Event::Lost(bytes) => {
                    self.interrupted();
                    self.journal.note(format!("{bytes} bytes of serial output were lost: they came faster than read"));
                }
                Event::Gone { at, why } => {
                    self.interrupted();
                    let text = format!("the serial port has gone ({why}): looking for it");
                    self.journal.record_at(self.time(at), Observation::Note { text });
                }
                Event::Back { at, place } => {
                    let text = format!("the serial port is back: {place}");
                    self.journal.record_at(self.time(at), Observation::Note { text });
                }
                Event::Ended(error) => self.lost.because(error.into()),
            }
        }
    }

    fn interrupted(&mut self) {
        self.lines.clear();
        self.line_began = None;
    }

    fn line(&mut self, line: &str, at: SimTime) {
        let mut console = self.console.borrow_mut();
        if let Some(event) = console.line(line) {
            self.journal.record(Observation::Device(event));
        }
        if console.is_inside()
            && let Some(symbols) = &self.symbols
        {
            symbols.calls(line).into_iter().for_each(|call| self.journal.note(call));
        }
        if let Some(lights) = &mut self.lights {
            lights.line(line, at);
        }
    }

    /// Scenario time of an instant: it is the wall clock's.
    fn time(&self, at: Instant) -> SimTime {
        SimTime(self.journal.now().0.saturating_sub(SimTime::from_elapsed(at.elapsed()).0))
    }
}
