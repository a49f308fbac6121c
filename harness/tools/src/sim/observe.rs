//! What the machine shows, as the journal tells it.

use simulator::board::ws2812;
use simulator::machine::{Event, What};
use simulator::soc::{FlashOperation, FlashOperationKind, SerialPort};
use simulator::time::{Instant, Span};

use hil_model::observation::{FlashOp, Observation, Payload, Rgb, SerialStream};
use hil_model::time::SimTime;
use hil_targets::journal::Journal;
use hil_targets::layout::Wiring;
use hil_targets::lights::Lights;

/// A line of serial output longer than this is recorded in parts.
const LONGEST_LINE: usize = 4096;

/// What was printed without a line end is recorded when nothing has followed for this long.
const IDLE: Span = Span::from_ms(2);

/// Turns the machine's events into the journal's.
pub(super) struct Observer {
    journal: Journal,
    wiring: Wiring,
    lights: Lights,
    epoch: SimTime,
    /// What has come of a line on the console.
    line: Vec<u8>,
    /// When its last byte came, in the machine's time.
    last_byte: Instant,
    /// The last line in which the firmware said that it panicked.
    panic: Option<String>,
    last_flash_operation: Option<FlashOperation>,
}

impl Observer {
    pub(super) fn new(journal: Journal, wiring: Wiring, epoch: SimTime) -> Self {
        let lights = Lights::new(journal.clone());
        let (line, last_byte) = (Vec::new(), Instant::ZERO);
        Self { journal, wiring, lights, epoch, line, last_byte, panic: None, last_flash_operation: None }
    }

    /// Scenario time of the machine's time zero is another one from now on.
    pub(super) fn set_epoch(&mut self, epoch: SimTime) {
        self.epoch = epoch;
    }

    /// What a light shows.
    pub(super) fn color(&self, part: &str, index: u16) -> Rgb {
        self.lights.color(part, index)
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
                What::Light { chain, event } => self.light(chain, event),
                What::Flash(operation) => {
                    self.last_flash_operation = Some(operation);
                    let op = match operation.kind {
                        FlashOperationKind::Write => FlashOp::Write,
                        FlashOperationKind::Erase => FlashOp::Erase,
                    };
                    let FlashOperation { offset, length, .. } = operation;
                    self.journal.record_at(at, Observation::Flash { op, offset, length });
                }
                What::Reset(_) => {
                    self.panic = None;
                    self.end_line(at);
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
        let text = String::from_utf8_lossy(&line);
        if text.to_ascii_lowercase().contains("panic") {
            self.panic = Some(text.trim().to_owned());
        }
        self.journal.record_at(at, Observation::Serial { stream: SerialStream::Output, data: Payload(line) });
    }

    fn light(&self, chain: usize, event: ws2812::Event) {
        let Some((_, lights)) = self.wiring.chains.get(chain) else { return };
        match event {
            ws2812::Event::Frame(frame) => {
                let at = self.time(Instant::from_ns(frame.latch_ns));
                for (light, color) in lights.iter().zip(frame.leds) {
                    self.lights.show(light, Rgb { r: color.red, g: color.green, b: color.blue }, at);
                }
            }
            // Bits for lights that the drawing does not have: no fault of the waveform.
            ws2812::Event::Surplus(_) => {}
            problem => {
                let part = lights.first().map_or_else(String::new, |light| light.part.clone());
                self.journal.record(Observation::Waveform { part, problem: problem.to_string() });
            }
        }
    }

    /// The line in which the firmware said that it panicked, since its last start.
    pub(super) fn take_panic(&mut self) -> Option<String> {
        self.panic.take()
    }

    /// The last operation of the flash, in words: `a flash write at 0x310000, after 16 of 32 bytes`.
    pub(super) fn take_last_flash_operation(&mut self) -> Option<String> {
        let FlashOperation { kind, offset, length, reached, .. } = self.last_flash_operation.take()?;
        let op = if kind == FlashOperationKind::Write { "write" } else { "erase" };
        Some(format!("a flash {op} at 0x{offset:06x}, after {reached} of {length} bytes"))
    }

    /// The supply is off.
    pub(super) fn go_dark(&mut self) {
        self.end_line(self.journal.now());
        self.lights.go_dark();
    }
}
