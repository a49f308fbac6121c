//! Lights that are known only after the run: the record of them has a time of its own.

use std::time::Duration;

use async_trait::async_trait;

use super::BenchError;
use crate::journal::Journal;
use hil_model::observation::{Message, Rgb};
use hil_model::time::SimTime;

/// The lights of a device that tells what they have shown only when it has come to its end.
///
/// A step that looks at them waits as long as what it expects may take, and is judged when the record is there, on the record's
/// time: whatever the device was slower than the wall clock counts for nothing.
#[async_trait(?Send)]
pub trait LateLight {
    /// How much scenario time passes while the device lives through so much time of its own, as fast as it is now.
    fn scenario_time(&self, device_time: Duration) -> Duration;

    /// What the firmware says of the lights while it runs, as a journal in scenario time. It is no evidence, but a reason not to
    /// wait any longer.
    fn hints(&self) -> Option<Journal> {
        None
    }

    /// A message that brings the device to its end, if there is one; its topic as the scenario would write it.
    fn farewell(&self) -> Option<Message>;

    /// Waits for the end, if `needed` until the device comes to it by itself, and hands over the record. `None` if there is none
    /// and none was needed.
    ///
    /// # Errors
    /// The bench failed: what the lights have shown is not known.
    async fn finish(&mut self, needed: bool) -> Result<Option<LightRecord>, BenchError>;
}

/// What lights have shown.
#[derive(Debug, Clone, PartialEq)]
pub struct LightRecord {
    /// Changes of colour, in the order of the device's time.
    pub changes: Vec<LightChange>,
    /// The device's time up to which they are known.
    pub end: SimTime,
    /// From the device's time to scenario time, and back.
    pub axis: TimeAxis,
}

/// A light gets a colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightChange {
    /// When, in the device's time.
    pub at: SimTime,
    /// Part id in the board drawing.
    pub part: String,
    /// Position within the part, from 0.
    pub index: u16,
    /// The colour.
    pub color: Rgb,
}

/// How the device's time and scenario time belong together: by moments of which both are known, and straight lines between them.
/// Outside of them, both pass equally fast. The device is never taken to be faster than scenario time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeAxis {
    /// Device time and scenario time, both never falling.
    anchors: Vec<(u64, u64)>,
}

impl TimeAxis {
    /// At `device`, scenario time was `scenario` or a little less: news of a moment come late, never early.
    pub fn anchor(&mut self, device: SimTime, scenario: SimTime) {
        if self.anchors.last().is_some_and(|(last, _)| *last > device.0) {
            return;
        }
        // The device is not faster than the wall clock: what happened so much earlier on it was known of too late, if it was known
        // of later than this.
        for (at, known) in self.anchors.iter_mut().rev() {
            let latest = scenario.0.saturating_sub(device.0 - *at);
            if *known <= latest {
                break;
            }
            *known = latest;
        }
        match self.anchors.last_mut() {
            Some(last) if last.0 == device.0 => last.1 = last.1.min(scenario.0),
            _ => self.anchors.push((device.0, scenario.0)),
        }
    }

    /// The last moment of which both times are known.
    pub fn last(&self) -> Option<(SimTime, SimTime)> {
        self.anchors.last().map(|(device, scenario)| (SimTime(*device), SimTime(*scenario)))
    }

    /// Device time passed for each scenario time passed, over the last `window` of scenario time or somewhat more.
    pub fn pace(&self, window: Duration) -> Option<f64> {
        let (device, scenario) = self.anchors.last()?;
        let from = scenario.checked_sub(SimTime::from_elapsed(window).0)?;
        let (device_before, scenario_before) = self.anchors.iter().rev().find(|(_, at)| *at <= from)?;
        Some((device - device_before) as f64 / (scenario - scenario_before).max(1) as f64)
    }

    /// The device's time at a moment of scenario time.
    pub fn device(&self, scenario: SimTime) -> SimTime {
        SimTime(along(self.anchors.iter().map(|(device, scenario)| (*scenario, *device)), scenario.0))
    }

    /// Scenario time at a moment of the device's.
    pub fn scenario(&self, device: SimTime) -> SimTime {
        SimTime(along(self.anchors.iter().copied(), device.0))
    }
}

/// The second coordinate where the first is `x`.
fn along(points: impl DoubleEndedIterator<Item = (u64, u64)> + Clone, x: u64) -> u64 {
    let before = points.clone().rfind(|(at, _)| *at <= x);
    let after = points.clone().find(|(at, _)| *at > x);
    match (before, after) {
        (None, None) => x,
        (None, Some((at, y))) => y.saturating_sub(at - x),
        (Some((at, y)), None) => y.saturating_add(x - at),
        (Some((x0, y0)), Some((x1, y1))) => {
            let part = u128::from(x - x0) * u128::from(y1.saturating_sub(y0)) / u128::from(x1 - x0);
            y0.saturating_add(u64::try_from(part).unwrap_or(u64::MAX))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(anchors: &[(u64, u64)]) -> TimeAxis {
        let mut axis = TimeAxis::default();
        anchors.iter().for_each(|(device, scenario)| axis.anchor(SimTime(*device), SimTime(*scenario)));
        axis
    }

    #[test]
    fn between_known_moments_time_passes_evenly_and_outside_of_them_equally_fast() {
        // Half as fast as scenario time in between.
        let axis = axis(&[(100, 1000), (200, 1200)]);
        for (device, scenario) in [(50, 950), (100, 1000), (150, 1100), (200, 1200), (260, 1260)] {
            assert_eq!(axis.scenario(SimTime(device)), SimTime(scenario), "device time {device}");
            assert_eq!(axis.device(SimTime(scenario)), SimTime(device), "scenario time {scenario}");
        }
        assert_eq!(axis.scenario(SimTime(10)), SimTime(910));
        assert_eq!(TimeAxis::default().device(SimTime(7)), SimTime(7));
    }

    #[test]
    fn late_news_are_put_right_by_what_is_known_of_sooner() {
        // Three lines that came at once tell when the first two were printed.
        let axis = axis(&[(100, 1000), (200, 1300), (250, 1300), (330, 1300), (320, 9000)]);
        for (device, scenario) in [(100, 1000), (200, 1170), (250, 1220), (330, 1300)] {
            assert_eq!(axis.scenario(SimTime(device)), SimTime(scenario), "device time {device}");
        }
        assert_eq!(axis.last(), Some((SimTime(330), SimTime(1300))));
    }

    #[test]
    fn the_pace_is_that_of_the_last_while() {
        let second = 1_000_000_000;
        let axis = axis(&[(0, 0), (second, second), (2 * second, 3 * second), (3 * second, 5 * second)]);
        assert_eq!(axis.pace(Duration::from_secs(2)), Some(0.5));
        assert_eq!(axis.pace(Duration::from_secs(60)), None);
    }
}
