//! The journal of a device, line by line as it grows.

use hil_model::observation::{Direction, Entry, Observation, SerialStream};
use hil_model::time::SimTime;
use hil_scenario::Secrets;

use super::light::Lights;

/// Turns journal entries into lines.
pub(super) struct JournalView {
    color: bool,
    /// Whether lights are shown on lines, too.
    light_lines: bool,
    lights: Lights,
    secrets: Secrets,
    /// Serial output whose line has not ended.
    serial: Vec<u8>,
}

impl JournalView {
    pub(super) fn new(color: bool, light_lines: bool, secrets: Secrets) -> Self {
        Self { color, light_lines, lights: Lights::default(), secrets, serial: Vec::new() }
    }

    /// The lines of an entry.
    pub(super) fn take(&mut self, entry: &Entry) -> Vec<String> {
        match &entry.what {
            Observation::Led { part, index, color, .. } => {
                self.lights.changed(part, *index, *color);
                self.light_lines(entry.at)
            }
            Observation::Serial { stream: SerialStream::Output, data } => {
                self.serial.extend_from_slice(&data.0);
                let lines = self.serial_lines();
                lines.iter().map(|line| self.line(entry.at, "serial", line)).collect()
            }
            Observation::Packet { direction, summary } => {
                let label = match direction {
                    Direction::ToBroker => "mqtt ->",
                    Direction::ToDevice => "mqtt <-",
                };
                vec![self.line(entry.at, label, summary)]
            }
            Observation::Device(event) => vec![self.line(entry.at, "power", &event.to_string())],
            Observation::Waveform { part, problem } => vec![self.line(entry.at, "wave", &format!("{part}: {problem}"))],
            Observation::Note { text } | Observation::Unmodelled { text, .. } => {
                vec![self.line(entry.at, "note", text)]
            }
            // Steps, faults and messages of an observer: there are none here. Flash operations would drown the rest.
            _ => Vec::new(),
        }
    }

    /// The lines about lights that have become due at `now`.
    pub(super) fn light_lines(&mut self, now: SimTime) -> Vec<String> {
        if !self.light_lines {
            return Vec::new();
        }
        let lines = self.lights.lines(now, self.color);
        lines.iter().map(|line| self.labelled(now, "light", line)).collect()
    }

    /// When [`Self::light_lines`] has something to say.
    pub(super) fn next_line(&self) -> Option<SimTime> {
        self.lights.next_line().filter(|_| self.light_lines)
    }

    /// The lights, on one line.
    pub(super) fn status(&self) -> String {
        self.lights.status()
    }

    /// A line of text that may hold anything.
    fn line(&self, at: SimTime, label: &str, text: &str) -> String {
        self.labelled(at, label, &printable(&self.secrets.redact(text)))
    }

    fn labelled(&self, at: SimTime, label: &str, text: &str) -> String {
        let time = format!("{:>10} s", seconds(at));
        if !self.color {
            return format!("{time}  {label:<8} {text}");
        }
        let style = match label {
            "serial" => "\x1b[33m",
            "mqtt ->" => "\x1b[36m",
            "mqtt <-" => "\x1b[35m",
            "light" => "\x1b[32m",
            _ => "\x1b[31m",
        };
        // Acknowledgements and pings matter least.
        let quiet = ["PUBACK", "SUBACK", "PINGREQ", "PINGRESP"].iter().any(|p| text.starts_with(p));
        let text = if quiet { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() };
        format!("\x1b[2m{time}\x1b[0m  {style}{label:<8}\x1b[0m {text}")
    }

    /// The lines that have ended.
    fn serial_lines(&mut self) -> Vec<String> {
        /// A line without an end is cut here.
        const LONGEST: usize = 4096;
        let mut lines = Vec::new();
        while let Some(end) = self.serial.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.serial.drain(..=end).collect();
            lines.push(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned());
        }
        if self.serial.len() > LONGEST {
            lines.push(String::from_utf8_lossy(&std::mem::take(&mut self.serial)).into_owned());
        }
        lines
    }
}

/// Seconds with milliseconds.
fn seconds(at: SimTime) -> String {
    at.to_string().trim_end_matches(" s").to_owned()
}

/// `text` without anything that a terminal would obey: control characters and invisible marks become escapes.
pub(super) fn printable(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '\'' | '\\') { clean.push(c) } else { clean.extend(c.escape_debug()) }
    }
    clean
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hil_model::observation::{Evidence, Payload, Rgb};

    use super::*;
    use hil_model::device::DeviceEvent;
    use hil_scenario::Secret;

    fn entry(ms: u64, what: Observation) -> Entry {
        let at = Duration::from_millis(ms);
        Entry { seq: 0, at: SimTime::from_elapsed(at), wall: at, what }
    }

    fn serial(text: &str) -> Observation {
        Observation::Serial { stream: SerialStream::Output, data: Payload::from(text) }
    }

    fn led(r: u8) -> Observation {
        let (part, color) = ("led1".to_owned(), Rgb { r, g: 0, b: 5 });
        Observation::Led { part, index: 0, color, evidence: Evidence::Observed }
    }

    fn samples() -> Vec<Entry> {
        let packet = |direction, summary: &str| Observation::Packet { direction, summary: summary.to_owned() };
        vec![
            entry(0, Observation::Device(DeviceEvent::PoweredOn)),
            entry(1, serial("hilbench light\r\nmqtt: conn")),
            entry(2, serial("ected \"ok\" \x1b[2J\u{202e}\r\n")),
            entry(3, packet(Direction::ToBroker, r#"PUBLISH q1 #3 retain stat/led/power "on""#)),
            entry(123_456, packet(Direction::ToDevice, "PUBACK #3")),
            entry(123_500, led(255)),
            entry(123_530, led(250)),
            entry(123_560, led(245)),
        ]
    }

    #[test]
    fn plain_lines_are_aligned_and_harmless() {
        let mut view = JournalView::new(false, true, Secrets::default());
        let mut lines: Vec<_> = samples().iter().flat_map(|e| view.take(e)).collect();
        let due = view.next_line().expect("two changes are untold");
        lines.extend(view.light_lines(due));
        insta::assert_snapshot!(lines.join("\n"), @r#"
             0.000 s  power    power on
             0.001 s  serial   hilbench light
             0.002 s  serial   mqtt: connected "ok" \u{1b}[2J\u{202e}
             0.003 s  mqtt ->  PUBLISH q1 #3 retain stat/led/power "on"
           123.456 s  mqtt <-  PUBACK #3
           123.500 s  light    led1 #ff0005
           124.500 s  light    led1 #f50005  (2 changes)
        "#);
    }

    #[test]
    fn secrets_are_shown_nowhere() {
        let mut secrets = Secrets::default();
        secrets.hide(["correct horse", "s3cr3t"].map(Secret::new));
        let mut view = JournalView::new(false, true, secrets);
        let packet = Observation::Packet { direction: Direction::ToBroker, summary: "PUBLISH \"s3cr3t\"".to_owned() };
        let note = Observation::Note { text: "mqtt://dev:s3cr3t@lab".to_owned() };
        let entries = [serial("joining lab, corr"), serial("ect horse\r\n"), packet, note];
        let lines: Vec<_> = entries.into_iter().flat_map(|what| view.take(&entry(0, what))).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        0.000 s  serial   joining lab, (secret)
        0.000 s  mqtt ->  PUBLISH "(secret)"
        0.000 s  note     mqtt://dev:(secret)@lab
        "#);
    }

    #[test]
    fn on_a_terminal_the_light_is_not_among_the_lines() {
        let mut view = JournalView::new(true, false, Secrets::default());
        let lines: Vec<_> = samples().iter().flat_map(|e| view.take(e)).collect();
        assert!(lines.iter().all(|l| !l.contains("light ")), "{lines:#?}");
        assert_eq!(view.next_line(), None);
        assert_eq!(view.status(), "led1 \x1b[48;2;245;0;5m    \x1b[0m #f50005");
    }
}
