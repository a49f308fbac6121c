//! What `wokwi-cli` prints on standard output: lines about itself, then the chip's serial output, with lines of its own between.
//!
//! The serial output is taken from here and not from the RFC 2217 port: that is opened a moment before the simulation begins, and
//! what the chip prints before a client is connected is lost there.
//!
//! While `wokwi-cli` carries out a scenario, it begins its own lines on a new line and swallows the line end that the chip prints
//! next, so that lines of the chip are joined in its serial log and on its RFC 2217 port. Here both are seen, and its own line end
//! stands for the swallowed one.

use std::time::{Duration, Instant};

use hil_bench::serial::lines::{Piece, Splitter};

/// It prints this when everything has been handed over.
const STARTING: &str = "Starting simulation...";
/// It prints this behind it, if it has an RFC 2217 port, which it opens then.
const PORT: &str = "RFC 2217 server listening on port";
/// It prints this among the serial output.
const CLIENT: &[u8] = b"RFC 2217 client connected\n";
/// It prints these at its end.
const CLOSING: [&str; 2] = ["VCD file written to:", NO_RECORD];
/// Of a logic analyzer that has seen no change.
const NO_RECORD: &str = "No logic analyzer data to export";

/// Something that it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// A line about itself, before the simulation.
    Status(String),
    /// The simulation begins.
    Started,
    /// The chip prints.
    Serial(Piece),
    /// A step with this label begins.
    Step(String),
    /// The scenario is done.
    Completed,
    /// The logic analyzer has seen nothing.
    NoRecord,
}

/// Takes it apart.
#[derive(Debug)]
pub(super) struct Output {
    /// `[name] ` of its scenario's lines, if it carries out one.
    prefix: Option<String>,
    /// A line with this in it is the last of the chip's that count.
    farewell: Option<String>,
    /// Until the simulation has begun: what has come of a line.
    status: Option<Vec<u8>>,
    splitter: Splitter,
    /// What has been handed on of a line.
    line: Vec<u8>,
    /// The chip has printed something.
    has_serial: bool,
    is_over: bool,
}

impl Output {
    /// Of a simulation that runs freely until the chip prints `farewell`.
    pub(super) fn free(farewell: &str) -> Self {
        Self::new(None, Some(farewell.to_owned()))
    }

    /// Of one that carries out a scenario of this name.
    pub(super) fn carried(name: &str) -> Self {
        Self::new(Some(format!("[{name}] ")), None)
    }

    fn new(prefix: Option<String>, farewell: Option<String>) -> Self {
        let splitter = Splitter::default();
        Self {
            prefix,
            farewell,
            status: Some(Vec::new()),
            splitter,
            line: Vec::new(),
            has_serial: false,
            is_over: false,
        }
    }

    /// Takes bytes that came at `at`.
    pub(super) fn push(&mut self, at: Instant, bytes: &[u8]) -> Vec<Said> {
        let mut said = Vec::new();
        let mut bytes = bytes;
        while let (Some(line), false) = (&mut self.status, bytes.is_empty()) {
            let end = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
            line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end..];
            if line.ends_with(b"\n") {
                let text = String::from_utf8_lossy(&std::mem::take(line)).trim().to_owned();
                let last = if self.prefix.is_some() { STARTING } else { PORT };
                if text.starts_with(last) {
                    self.status = None;
                    said.push(Said::Started);
                } else if !text.is_empty() && text != STARTING {
                    said.push(Said::Status(text));
                }
            }
        }
        let mut pieces = Vec::new();
        self.splitter.push(at, bytes, |piece| pieces.push(piece));
        said.extend(pieces.into_iter().filter_map(|piece| self.piece(piece)));
        said
    }

    /// What has come of a line, when nothing more has come for a while.
    pub(super) fn idle(&mut self, now: Instant, since: Instant, limit: Duration) -> Option<Said> {
        // Its own lines come as a whole, but for what the pipe makes of them.
        if now.saturating_duration_since(since) < limit {
            return None;
        }
        let piece = self.splitter.take()?;
        self.piece(piece)
    }

    fn piece(&mut self, mut piece: Piece) -> Option<Said> {
        if piece.bytes.ends_with(CLIENT) {
            piece.bytes.truncate(piece.bytes.len() - CLIENT.len());
        }
        if piece.bytes.is_empty() {
            return None;
        }
        let is_begin = self.line.is_empty();
        if self.line.len() < 4 * hil_bench::serial::lines::LONGEST {
            self.line.extend_from_slice(&piece.bytes);
        }
        if !piece.ends_line() {
            return (!self.is_over).then_some(Said::Serial(piece));
        }
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end();
        if is_begin && let Some(own) = self.prefix.as_deref().and_then(|prefix| text.strip_prefix(prefix)) {
            return match own.strip_prefix("Executing step: ") {
                Some(label) => Some(Said::Step(label.to_owned())),
                None if own == "Scenario completed successfully" => {
                    self.is_over = true;
                    Some(Said::Completed)
                }
                None => None,
            };
        }
        if text.ends_with(NO_RECORD) {
            return Some(Said::NoRecord);
        }
        // It begins a new line even where the chip has printed nothing yet.
        if self.prefix.is_some() && !std::mem::replace(&mut self.has_serial, true) && text.is_empty() {
            return None;
        }
        if self.is_over || CLOSING.iter().any(|closing| is_begin && text.starts_with(closing)) {
            return None;
        }
        self.is_over = self.farewell.as_deref().is_some_and(|farewell| text.contains(farewell));
        Some(Said::Serial(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said in all, with serial output as text, for any way in which the bytes may come.
    fn said(mut output: impl FnMut() -> Output, text: &str) -> (Vec<Said>, String) {
        let mut results = Vec::new();
        for size in [1, 7, text.len()] {
            let mut output = output();
            let all =
                text.as_bytes().chunks(size).flat_map(|chunk| output.push(Instant::now(), chunk)).collect::<Vec<_>>();
            let serial = all.iter().filter_map(|said| match said {
                Said::Serial(piece) => Some(String::from_utf8_lossy(&piece.bytes).into_owned()),
                _ => None,
            });
            let serial: String = serial.collect();
            let others = all.iter().filter(|said| !matches!(said, Said::Serial(_))).cloned().collect::<Vec<_>>();
            results.push((others, serial));
        }
        assert!(results.windows(2).all(|two| two[0] == two[1]), "{results:?}");
        results.remove(0)
    }

    #[test]
    fn a_free_simulation_is_its_serial_output_between_the_lines_about_itself() {
        let text = "Wokwi CLI v0.26.1 (abc)\nConnected to Wokwi Simulation API 1.0\nStarting simulation...\n\
                    RFC 2217 server listening on port 4000\nESP-ROM:esp32c3\r\nboRFC 2217 client connected\not: light\r\n\
                    W (9) command: rejected: \"end7\"\r\n\n\nExpected text found: \"end7\"\nTEST PASSED.\n\
                    VCD file written to: wokwi.vcd\n";
        let (others, serial) = said(|| Output::free("end7"), text);
        assert_eq!(serial, "ESP-ROM:esp32c3\r\nboot: light\r\nW (9) command: rejected: \"end7\"\r\n");
        let status = |text: &str| Said::Status(text.to_owned());
        let api = status("Connected to Wokwi Simulation API 1.0");
        assert_eq!(others, [status("Wokwi CLI v0.26.1 (abc)"), api, Said::Started]);
    }

    #[test]
    fn lines_that_wokwi_cli_joins_stay_apart() {
        // The chip prints "mqtt: connected\r\nstatus: 1\r\n"; the match is in the middle, and "\r\n" behind it is swallowed.
        let text = "Starting simulation...\n\n[n] Executing step: s 1\nmqtt: connected\n\
                    [n] Expected text matched: \"mqtt: connected\"\n[n] Executing step: s 2\nstatus: 1\r\n\
                    [n] Scenario completed successfully\n";
        let (others, serial) = said(|| Output::carried("n"), text);
        assert_eq!(serial, "mqtt: connected\nstatus: 1\r\n");
        let step = |label: &str| Said::Step(label.to_owned());
        assert_eq!(others, [Said::Started, step("s 1"), step("s 2"), Said::Completed]);
    }

    #[test]
    fn what_the_chip_prints_is_not_taken_for_wokwi_clis() {
        let text = "Starting simulation...\nx [n] Executing step: s 9\n[m] Executing step: s 9\n";
        let (others, serial) = said(|| Output::carried("n"), text);
        assert_eq!(serial, "x [n] Executing step: s 9\n[m] Executing step: s 9\n");
        assert_eq!(others, [Said::Started]);
    }
}
