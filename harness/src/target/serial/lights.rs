//! Lights as the firmware reports them: `I (1234) light: shows #ff0005`, a line a frame.
//!
//! The line comes late, and not always equally late: USB hands over what it has every few milliseconds. The time in it is
//! exact, so that is what counts, with the offset of the line that came soonest.

use std::time::Duration;

use crate::journal::{Journal, Rgb};
use crate::target::layout::{LightPosition, Wiring};
use crate::target::lights::Lights;
use crate::time::SimTime;

/// Behind the time stamp of a line that reports a frame.
const REPORT: &str = ") light: shows ";
/// How far a board's clock may be slower than ours, in parts of a million.
const DRIFT: u64 = 100;

/// The lights, all of which show the same colour.
pub(super) struct ReportedLights {
    lights: Lights,
    positions: Vec<LightPosition>,
    clock: BoardClock,
}

impl ReportedLights {
    pub(super) fn new(journal: Journal, wiring: &Wiring) -> Self {
        let positions = wiring.chains.iter().flat_map(|(_, lights)| lights.clone()).collect();
        Self { lights: Lights::reported(journal), positions, clock: BoardClock::default() }
    }

    /// A line that began to come at `seen`.
    pub(super) fn line(&mut self, line: &str, seen: SimTime) {
        let Some(stamp) = stamp(line) else { return };
        let at = self.clock.time(stamp, seen);
        if let Some(color) = report(line) {
            self.positions.iter().for_each(|light| self.lights.show(light, color, at));
        }
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
fn stamp(line: &str) -> Option<Duration> {
    let (level, rest) = line.split_once(" (")?;
    let (ms, _) = rest.split_once(')')?;
    matches!(level, "I" | "W" | "E").then_some(())?;
    ms.parse().ok().map(Duration::from_millis)
}

fn report(line: &str) -> Option<Rgb> {
    let (_, color) = line.split_once(REPORT)?;
    color.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> SimTime {
        SimTime(ms * 1_000_000)
    }

    #[test]
    fn a_report_is_a_line_of_the_light_with_a_colour() {
        assert_eq!(report("I (12) light: shows #ff0005"), Some(Rgb { r: 255, g: 0, b: 5 }));
        for line in ["I (12) light: shows nothing", "I (12) mqtt: light: shows #ff0005", "shows #ff0005"] {
            assert_eq!(report(line), None, "{line}");
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
