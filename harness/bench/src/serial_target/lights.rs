//! Lights as the firmware reports them: `I (1234) light: shows #ff0005`, a line a frame; or as the chip has measured them on
//! its own pin: `I (1234) light: measured #ff0005`, or `W (1234) light: measured wrong: ` and what was wrong.
//!
//! The line comes late, and not always equally late: USB hands over what it has every few milliseconds. The time in it is
//! exact, so that is what counts, with the offset of the line that came soonest.

use std::time::Duration;

use hil_model::observation::{Evidence, Observation, Rgb};
use hil_model::time::SimTime;
use hil_targets::journal::Journal;
use hil_targets::layout::{LightPosition, Wiring};
use hil_targets::lights::Lights;

/// Behind the time stamp of a line of the light.
const LIGHT: &str = ") light: ";
/// How far a board's clock may be slower than ours, in parts of a million.
const DRIFT: u64 = 100;

/// The lights, all of which show the same colour.
pub(super) struct ReportedLights {
    lights: Lights,
    positions: Vec<LightPosition>,
    clock: BoardClock,
    /// What was sent counts for nothing beside what was measured.
    only_measured: bool,
}

/// What a line says of a frame.
#[derive(Debug, PartialEq)]
enum Said<'a> {
    /// It was sent.
    Shows(Rgb),
    /// It was on the pin.
    Measured(Rgb),
    /// What was on the pin is no frame, for this reason.
    Wrong(&'a str),
}

impl ReportedLights {
    pub(super) fn new(journal: Journal, wiring: &Wiring, only_measured: bool) -> Self {
        let positions = wiring.chains.iter().flat_map(|(_, lights)| lights.clone()).collect();
        Self { lights: Lights::new(journal), positions, clock: BoardClock::default(), only_measured }
    }

    /// A line that began to come at `seen`.
    pub(super) fn line(&mut self, line: &str, seen: SimTime) {
        let Some(stamp) = stamp(line) else { return };
        let at = self.clock.time(stamp, seen);
        match said(line) {
            Some(Said::Shows(color)) if !self.only_measured => self.show(color, at, Evidence::Reported),
            Some(Said::Measured(color)) => {
                self.only_measured = true;
                self.show(color, at, Evidence::SelfObserved);
            }
            Some(Said::Wrong(problem)) => {
                let part = self.positions.first().map_or_else(String::new, |light| light.part.clone());
                let problem = format!("{problem} (measured by the chip itself)");
                self.lights.journal().record_at(at, Observation::Waveform { part, problem });
            }
            Some(Said::Shows(_)) | None => {}
        }
    }

    fn show(&self, color: Rgb, at: SimTime, evidence: Evidence) {
        let lights = self.lights.by(evidence);
        self.positions.iter().for_each(|light| lights.show(light, color, at));
    }
}

/// Turns the board's time since boot into scenario time.
#[derive(Default)]
struct BoardClock {
    last: Option<Last>,
}

struct Last {
    stamp: Duration,
    seen: SimTime,
    /// Scenario time of the board's time zero.
    zero: SimTime,
}

impl BoardClock {
    fn time(&mut self, stamp: Duration, seen: SimTime) -> SimTime {
        let zero = SimTime(seen.0.saturating_sub(SimTime::from_elapsed(stamp).0));
        let zero = match &self.last {
            // Smaller stamps: it has booted again.
            Some(last) if stamp >= last.stamp => {
                let passed = seen.0.saturating_sub(last.seen.0);
                zero.min(SimTime(last.zero.0 + passed / 1_000_000 * DRIFT))
            }
            _ => zero,
        };
        self.last = Some(Last { stamp, seen, zero });
        zero + stamp
    }
}

/// `I (1234) ...`: milliseconds since boot.
pub fn stamp(line: &str) -> Option<Duration> {
    let (level, rest) = line.split_once(" (")?;
    let (ms, _) = rest.split_once(')')?;
    matches!(level, "I" | "W" | "E").then_some(())?;
    ms.parse().ok().map(Duration::from_millis)
}

/// The colour that the firmware says it shows.
pub fn reported(line: &str) -> Option<Rgb> {
    match said(line)? {
        Said::Shows(color) => Some(color),
        Said::Measured(_) | Said::Wrong(_) => None,
    }
}

fn said(line: &str) -> Option<Said<'_>> {
    let (_, text) = line.split_once(LIGHT)?;
    let (word, rest) = text.split_once(' ')?;
    match (word, rest.trim()) {
        ("shows", color) => color.parse().ok().map(Said::Shows),
        ("measured", rest) => match rest.strip_prefix("wrong: ") {
            Some(problem) => Some(Said::Wrong(problem)),
            None => rest.parse().ok().map(Said::Measured),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> SimTime {
        SimTime(ms * 1_000_000)
    }

    #[test]
    fn a_report_is_a_line_of_the_light_with_a_colour() {
        let color = Rgb { r: 255, g: 0, b: 5 };
        assert_eq!(said("I (12) light: shows #ff0005"), Some(Said::Shows(color)));
        assert_eq!(said("I (12) light: measured #ff0005\r"), Some(Said::Measured(color)));
        assert_eq!(said("W (12) light: measured wrong: 3 pulses\r"), Some(Said::Wrong("3 pulses")));
        for line in [
            "I (12) light: shows nothing",
            "I (12) light: measured",
            "I (12) light: measured #ff",
            "I (12) light: restored on; 359,255,255",
            "I (12) mqtt: light: shows #ff0005",
            "shows #ff0005",
        ] {
            assert_eq!(said(line), None, "{line}");
        }
        assert_eq!(stamp("I (12) light: shows #ff0005"), Some(Duration::from_millis(12)));
        assert_eq!(stamp("ESP-ROM:esp32c3-api1 (12)"), None);
    }

    #[test]
    fn late_lines_keep_the_time_at_which_they_were_written() {
        let mut clock = BoardClock::default();
        // In whole milliseconds: what is allowed for the drift of clocks is far less.
        let mut time = |stamp, seen| clock.time(Duration::from_millis(stamp), ms(seen)).0 / 1_000_000;
        assert_eq!(time(100, 1100), 1100);
        // Came 16 ms late.
        assert_eq!(time(200, 1216), 1200);
        // Came sooner than any before: so did the ones to follow.
        assert_eq!(time(300, 1298), 1298);
        assert_eq!(time(400, 1405), 1398);
        // Booted again.
        assert_eq!(time(10, 2000), 2000);
    }
}
