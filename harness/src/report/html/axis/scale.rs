//! Device time to pixels, and the ticks between.

use crate::time::SimTime;

/// Left edge of the plot: the lanes' names stand before it.
pub(super) const LEFT: f64 = 118.0;
/// Right edge of the plot.
pub(super) const RIGHT: f64 = 1176.0;
/// Width of the drawing.
pub(super) const WIDTH: f64 = 1200.0;
/// Ticks at most.
const MAX_TICKS: u64 = 12;

const US: u64 = 1_000;
const MS: u64 = 1_000 * US;
const S: u64 = 1_000 * MS;
const MIN: u64 = 60 * S;
const H: u64 = 60 * MIN;

/// A linear scale from 0 to the end of the attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// Length in nanoseconds, at least 1.
    end: u64,
}

impl Scale {
    pub(super) fn new(end: SimTime) -> Self {
        Self { end: end.0.max(1) }
    }

    /// Length in nanoseconds.
    pub(super) const fn end(self) -> u64 {
        self.end
    }

    /// Horizontal position, within the plot.
    #[expect(clippy::cast_precision_loss, reason = "pixels do not need 53 bits")]
    pub(super) fn x(self, at: SimTime) -> f64 {
        LEFT + (RIGHT - LEFT) * (at.0.min(self.end) as f64 / self.end as f64)
    }

    /// Positions and labels of the ticks.
    pub(super) fn ticks(self) -> Vec<(f64, String)> {
        let step = step(self.end);
        (0..=self.end / step).map(|n| (self.x(SimTime(n * step)), label(n * step, step))).collect()
    }
}

/// The smallest round distance that gives few enough ticks.
fn step(end: u64) -> u64 {
    let decades = [1, 10, 100].into_iter().flat_map(|d| [1, 2, 5].map(|n| n * d));
    let small = [1, US, MS].into_iter().flat_map(|unit| decades.clone().map(move |n| n * unit));
    let large = [1, 2, 5, 10, 15, 30].map(|n| n * S).into_iter().chain([1, 2, 5, 10, 15, 30].map(|n| n * MIN));
    let hours = (0..40).map(|doublings| H << doublings).take_while(|h| *h < u64::MAX / 4);
    small.chain(large).chain(hours).find(|step| end / step <= MAX_TICKS).unwrap_or(end)
}

/// A tick's label in the unit of the distance of ticks.
#[expect(clippy::cast_precision_loss, reason = "a label has few digits")]
fn label(at: u64, step: u64) -> String {
    let (unit, name) = match step {
        H.. => (H, "h"),
        MIN.. => (MIN, "min"),
        _ if at >= S && step >= MS => (S, "s"),
        S.. => (S, "s"),
        MS.. => (MS, "ms"),
        US.. => (US, "µs"),
        _ => (1, "ns"),
    };
    format!("{} {name}", at as f64 / unit as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(end: u64) -> String {
        let ticks = Scale::new(SimTime(end)).ticks();
        ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn ticks_are_round_and_few_at_every_length() {
        assert_eq!(labels(7), "0 ns, 1 ns, 2 ns, 3 ns, 4 ns, 5 ns, 6 ns, 7 ns");
        assert_eq!(labels(2_000 * MS), "0 ms, 200 ms, 400 ms, 600 ms, 800 ms, 1 s, 1.2 s, 1.4 s, 1.6 s, 1.8 s, 2 s");
        assert_eq!(labels(70 * S), "0 s, 10 s, 20 s, 30 s, 40 s, 50 s, 60 s, 70 s");
        assert_eq!(
            labels(H),
            "0 min, 5 min, 10 min, 15 min, 20 min, 25 min, 30 min, 35 min, 40 min, 45 min, 50 min, 55 min, 60 min"
        );
        for end in (0..64).map(|bits| 1u64 << bits).chain([0, u64::MAX]) {
            let ticks = Scale::new(SimTime(end)).ticks();
            assert!((1..=13).contains(&ticks.len()), "{end}: {ticks:?}");
            assert!(ticks.iter().all(|(x, _)| (LEFT..=RIGHT).contains(x)));
        }
    }
}
