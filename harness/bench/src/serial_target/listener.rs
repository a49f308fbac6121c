//! What the port tells, as the journal tells it.

use hil_targets::TargetError;
use std::sync::Arc;
use std::time::Instant;

use super::device::Lost;
use super::lights::ReportedLights;
use crate::serial::boots::{OwnReset, own_reset};
use crate::serial::lines::Lines;
use crate::serial::panics::{Panics, Symbolizer};
use crate::serial::{Event, PortError, Rubbish, SerialPort};
use hil_model::observation::{Observation, Payload, SerialStream};
use hil_model::time::SimTime;
use hil_targets::journal::Journal;
use hil_targets::{PANICKED, RESTARTED};

pub(super) struct Listener {
    port: Arc<SerialPort>,
    journal: Journal,
    symbols: Option<Arc<Symbolizer>>,
    lights: Option<ReportedLights>,
    lost: Lost,
    lines: Lines,
    /// When the line that is under way began.
    line_began: Option<SimTime>,
    panics: Panics,
    rubbish: Rubbish,
}

impl Listener {
    pub(super) fn new(
        port: Arc<SerialPort>,
        journal: Journal,
        symbols: Option<Arc<Symbolizer>>,
        lights: Option<ReportedLights>,
        lost: Lost,
    ) -> Self {
        let (lines, panics, rubbish) = (Lines::default(), Panics::default(), Rubbish::default());
        Self { port, journal, symbols, lights, lost, lines, line_began: None, panics, rubbish }
    }

    /// Until the port has gone for good.
    pub(super) async fn run(mut self) {
        let port = Arc::clone(&self.port);
        while let Some(event) = port.next().await {
            match event {
                Event::Text(piece) => {
                    let at = self.time(piece.at);
                    let began = *self.line_began.get_or_insert(at);
                    let line = self.lines.push(&piece.bytes);
                    let is_rubbish = self.rubbish.push(&piece.bytes);
                    let data = Payload(piece.bytes);
                    self.journal.record_at(at, Observation::Serial { stream: SerialStream::Output, data });
                    if let Some(line) = line {
                        self.line_began = None;
                        self.line(&line, began);
                    }
                    if is_rubbish {
                        self.no_text();
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

    /// If there was text before, it is the firmware that prints rubbish now; else nothing that comes is worth anything.
    fn no_text(&self) {
        let error = PortError::Rubbish { port: self.port.spec().to_string(), baud: self.port.baud() };
        self.journal.note(format!("{error}; {}", error.help()));
        if !self.rubbish.has_seen_text() {
            self.lost.because(error.into());
        }
    }

    fn interrupted(&mut self) {
        self.lines.clear();
        self.line_began = None;
    }

    fn line(&mut self, line: &str, at: SimTime) {
        // The ROM begins anew.
        if line.starts_with("ESP-ROM:") {
            self.panics.over();
        }
        if self.panics.begins(line) {
            self.power(format!("{PANICKED}: {}", line.trim()));
        }
        match own_reset(line) {
            Some(OwnReset::Watchdog(why)) => self.power(format!("{PANICKED}: {why}")),
            Some(OwnReset::Other(why)) => self.power(format!("{RESTARTED}: {why}")),
            None => {}
        }
        if self.panics.is_inside()
            && let Some(symbols) = &self.symbols
        {
            symbols.calls(line).into_iter().for_each(|call| self.journal.note(call));
        }
        if let Some(lights) = &mut self.lights {
            lights.line(line, at);
        }
    }

    fn power(&self, event: String) {
        self.journal.record(Observation::Power { event });
    }

    /// Scenario time of an instant: it is the wall clock's.
    fn time(&self, at: Instant) -> SimTime {
        SimTime(self.journal.now().0.saturating_sub(SimTime::from_elapsed(at.elapsed()).0))
    }
}
