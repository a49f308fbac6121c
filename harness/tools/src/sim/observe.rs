//! What the machine shows, as the journal tells it.

use super::symbols::Symbols;
use simulator::machine::{Event, Machine, What};
use simulator::net::AirChange;
use simulator::part::{Part, PartEvent, Shows};
use simulator::soc::{FlashOperation, FlashOperationKind, SerialPort};
use simulator::time::{Instant, Span};

use hil_model::device::CutOperation;
use hil_model::observation::{FlashOp, Observation, PartShows, Payload, SerialStream};
use hil_model::time::SimTime;
use hil_targets::Bench;
use hil_targets::console::{ConsoleWatch, Lines};
use hil_targets::journal::Journal;
use hil_targets::layout::{LightPosition, Wiring};
use hil_targets::lights::Lights;

/// A line of serial output longer than this is recorded in parts.
const LONGEST_LINE: usize = 4096;

/// What was printed without a line end is recorded when nothing has followed for this long.
const IDLE: Span = Span::from_ms(2);

/// Turns the machine's events into the journal's.
pub(super) struct Observer {
    journal: Journal,
    /// The ids of the machine's parts; none for those that are not looked at.
    parts: Vec<Option<String>>,
    lights: Lights,
    /// Pins whose edges are recorded: the GPIO, and the name of the part and of its pin.
    pins: Vec<(u8, String, String)>,
    epoch: SimTime,
    /// What has come of a line on the console.
    line: Vec<u8>,
    /// When its last byte came, in the machine's time.
    last_byte: Instant,
    lines: Lines,
    console: ConsoleWatch,
    symbols: Option<Symbols>,
    last_flash_operation: Option<FlashOperation>,
}

impl Observer {
    pub(super) fn new(
        bench: &Bench,
        wiring: &Wiring,
        machine: &Machine,
        epoch: SimTime,
        symbols: Option<Symbols>,
    ) -> Self {
        let journal = bench.journal.clone();
        let is_seen = |id: &str, part: &dyn Part| part.part_type().lights.is_none() || wiring.has(id);
        let parts = machine.parts().map(|(id, part)| is_seen(id, part).then(|| id.to_owned())).collect();
        let lights = Lights::new(journal.clone());
        let (line, last_byte) = (Vec::new(), Instant::ZERO);
        let (lines, console) = (Lines::default(), ConsoleWatch::new(bench.deaths.clone()));
        let pins = Vec::new();
        Self {
            journal,
            parts,
            lights,
            pins,
            epoch,
            line,
            last_byte,
            lines,
            console,
            symbols,
            last_flash_operation: None,
        }
    }

    /// Scenario time of the machine's time zero is another one from now on.
    pub(super) fn set_epoch(&mut self, epoch: SimTime) {
        self.epoch = epoch;
    }

    /// Records the edges of a GPIO by this name from now on, if it does not yet.
    pub(super) fn watch(&mut self, gpio: u8, part: &str, pin: &str) -> bool {
        let wanted = (gpio, part.to_owned(), pin.to_owned());
        let is_new = !self.pins.contains(&wanted);
        if is_new {
            self.pins.push(wanted);
        }
        is_new
    }

    /// Records what was printed without a line end, as a prompt is, if nothing has followed; says when to ask again.
    pub(super) fn end_idle_line(&mut self, now: Instant) -> Instant {
        if self.line.is_empty() {
            return Instant::NEVER;
        }
        let end = self.last_byte + IDLE;
        if now < end {
            return end;
        }
        self.end_line_now();
        Instant::NEVER
    }

    /// Records what was printed without a line end.
    pub(super) fn end_line_now(&mut self) {
        self.end_line(self.time(self.last_byte));
    }

    /// Records events.
    pub(super) fn record(&mut self, events: Vec<Event>) {
        for Event { at, what } in events {
            let machine_at = at;
            let at = self.time(at);
            match what {
                What::Serial { port: SerialPort::Uart0 | SerialPort::UsbSerialJtag, byte } => {
                    self.last_byte = machine_at;
                    self.serial(at, byte);
                }
                What::Part { part, event } => self.part(at, part, event),
                What::Flash(operation) => {
                    self.last_flash_operation = Some(operation);
                    let FlashOperation { kind, offset, length, .. } = operation;
                    let op = flash_op(kind);
                    self.journal.record_at(at, Observation::Flash { op, offset, length });
                }
                What::Edge(edge) => {
                    for (_, part, pin) in self.pins.iter().filter(|(gpio, ..)| *gpio == edge.gpio) {
                        let (part, pin) = (part.clone(), pin.clone());
                        self.journal.record_at(at, Observation::Pin { part, pin, level: edge.level });
                    }
                }
                What::Reset(_) => {
                    self.end_line(at);
                    self.lines.clear();
                    self.console.begin_anew();
                }
                What::Air(event) => {
                    let hint = match event.what {
                        AirChange::LooksFor => "; [wifi] of hil.toml names the one that is",
                        _ => "",
                    };
                    self.journal.record_at(at, Observation::Note { text: format!("the device {event}{hint}") });
                }
                What::Report(report) => {
                    let text = format!("simulator: {report}");
                    let observation = match report.shortcoming() {
                        Some(what) => Observation::Unmodelled { what, text },
                        None => Observation::Note { text },
                    };
                    self.journal.record_at(at, observation);
                }
                _ => {}
            }
        }
    }

    fn time(&self, at: Instant) -> SimTime {
        SimTime(self.epoch.0.saturating_add(at.ns()))
    }

    fn serial(&mut self, at: SimTime, byte: u8) {
        self.line.push(byte);
        if byte == b'\n' || self.line.len() >= LONGEST_LINE {
            self.end_line(at);
        }
    }

    fn end_line(&mut self, at: SimTime) {
        if self.line.is_empty() {
            return;
        }
        let line = std::mem::take(&mut self.line);
        let lines = self.lines.push(&line);
        self.journal.record_at(at, Observation::Serial { stream: SerialStream::Output, data: Payload(line) });
        for line in lines {
            if let Some(event) = self.console.death(&line) {
                self.journal.record_at(at, Observation::Device(event));
            }
            if self.console.is_inside()
                && let Some(symbols) = &self.symbols
            {
                let note = |text| self.journal.record_at(at, Observation::Note { text });
                for call in symbols.calls(&line) {
                    note(call);
                }
            }
        }
    }

    fn part(&self, at: SimTime, part: usize, event: PartEvent) {
        let Some(Some(id)) = self.parts.get(part) else { return };
        match event {
            PartEvent::Shows(Shows::Colors(colors)) => {
                for (index, color) in (0..).zip(colors) {
                    self.lights.show(&LightPosition { part: id.clone(), index }, color, at);
                }
            }
            PartEvent::Shows(shows) => {
                if let Some(shows) = shown(&shows) {
                    self.journal.record_at(at, Observation::Part { part: id.clone(), shows });
                }
            }
            PartEvent::Fault(fault) => {
                self.journal.record(Observation::Waveform { part: id.clone(), problem: fault.to_string() });
            }
            _ => {}
        }
    }

    /// The last operation of the flash, in which power failed.
    pub(super) fn take_last_flash_operation(&mut self) -> Option<CutOperation> {
        let FlashOperation { kind, offset, length, reached, .. } = self.last_flash_operation.take()?;
        Some(CutOperation { op: flash_op(kind), offset, length, reached })
    }

    /// The supply is off, and this is what the parts show without it.
    pub(super) fn go_dark(&mut self, machine: &Machine) {
        self.end_line(self.journal.now());
        self.lights.go_dark();
        for (id, part) in machine.parts() {
            if let Some(shows @ (PartShows::Tone(_) | PartShows::On(_) | PartShows::Text(_))) = shown(&part.shows()) {
                self.journal.record(Observation::Part { part: id.to_owned(), shows });
            }
        }
    }
}

/// What a part shows that is no light; none if nobody can expect it.
pub(super) fn shown(shows: &Shows) -> Option<PartShows> {
    match shows {
        Shows::Angle(angle) => Some(PartShows::Angle(*angle)),
        Shows::Text(lines) => Some(PartShows::Text(lines.join("\n"))),
        Shows::Tone(tone) => Some(PartShows::Tone(tone.map(|tone| tone.millihertz))),
        Shows::On(on) => Some(PartShows::On(*on)),
        _ => None,
    }
}

const fn flash_op(kind: FlashOperationKind) -> FlashOp {
    match kind {
        FlashOperationKind::Write => FlashOp::Write,
        FlashOperationKind::Erase => FlashOp::Erase,
    }
}
