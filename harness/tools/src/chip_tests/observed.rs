//! [`Observed`]: what was seen of the machine while a test ran, as far as a report shows it.

use std::collections::BTreeMap;

use simulator::machine::{Event, What};
use simulator::part::PartEvent;
use simulator::soc::{Report, SerialPort};

use super::board::Rig;

/// Bytes of text that are kept of each source; the oldest are forgotten.
const MAX_TEXT: usize = 64 << 10;
const MAX_REPORTS: usize = 100;

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Observed {
    /// What the program has printed to the host.
    pub(super) printed: Text,
    pub(super) serial: BTreeMap<SerialPort, Text>,
    /// What the model does not do, and faults of an LED's waveform.
    pub(super) reports: Vec<String>,
    more_reports: usize,
}

/// The end of a text.
#[derive(Debug, Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Text {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        if self.bytes.len() > 2 * MAX_TEXT {
            self.bytes.drain(..self.bytes.len() - MAX_TEXT);
            self.is_cut = true;
        }
    }

    pub(super) fn to_text(&self) -> String {
        let begin = if self.is_cut { "[...]" } else { "" };
        format!("{begin}{}", String::from_utf8_lossy(&self.bytes))
    }
}

impl Observed {
    /// Takes note of an event; what came out of a serial port is printed too.
    pub(super) fn note(&mut self, event: Event, rig: &Rig, print: &mut dyn FnMut(&[u8])) {
        match event.what {
            What::Serial { port, byte } => {
                self.serial.entry(port).or_default().push(&[byte]);
                print(&[byte]);
            }
            What::Report(report) => self.report(with_function(&report, rig)),
            What::Part { part, event: PartEvent::Fault(fault) } => {
                let id = rig.board.parts.get(part).map_or("a part", |part| part.id.as_str());
                self.report(format!("{id}: {fault}"));
            }
            _ => {}
        }
    }

    fn report(&mut self, text: String) {
        if self.reports.len() < MAX_REPORTS { self.reports.push(text) } else { self.more_reports += 1 }
    }

    pub(super) fn reports(&self) -> Vec<String> {
        let more = (self.more_reports > 0).then(|| format!("and {} more", self.more_reports));
        self.reports.iter().cloned().chain(more).collect()
    }
}

/// The report, with the function that caused it.
fn with_function(report: &Report, rig: &Rig) -> String {
    let pc = match report {
        Report::Unmodelled { pc, .. } | Report::Unsupported { pc, .. } => Some(*pc),
        _ => None,
    };
    match pc.and_then(|pc| rig.debug().function(pc)) {
        Some(function) => format!("{report}: {function}"),
        None => report.to_string(),
    }
}

/// A port's name for people.
pub(super) fn port_name(port: SerialPort) -> &'static str {
    match port {
        SerialPort::Uart0 => "UART0",
        SerialPort::Uart1 => "UART1",
        SerialPort::UsbSerialJtag => "USB serial/JTAG",
    }
}
