//! Device time to pixels, and the ticks between.

use hil_model::time::SimTime;

/// Left edge of the plot: the lanes' names stand before it.
pub(super) const LEFT: f64 = 118.0;
/// Right edge of the plot.
pub(super) const RIGHT: f64 = 1176.0;
/// Width of the drawing.
pub(super) const WIDTH: f64 = 1200.0;
/// Ticks at most.
const MAX_TICKS: u64 = 12;

/// A close-up shows a part of the axis that is at most one in this many.
const CROWDED: u64 = 20;
/// Marks that a close-up needs at least.
const FEW: usize = 8;

const US: u64 = 1_000;
const MS: u64 = 1_000 * US;
const S: u64 = 1_000 * MS;
const MIN: u64 = 60 * S;
const H: u64 = 60 * MIN;

/// A linear scale over a piece of the attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// Nanoseconds.
    start: u64,
    /// Nanoseconds, after `start`.
    end: u64,
}

impl Scale {
    /// From 0 to the end of the attempt; 1 ms long if it took no device time.
    pub(super) fn new(end: SimTime) -> Self {
        Self { start: 0, end: if end.0 == 0 { MS } else { end.0 } }
    }

    /// A part of this scale, if most of `times` (sorted) lie in a small part of it, where they cannot be told apart.
    pub(super) fn close_up(self, times: &[u64]) -> Option<Self> {
        let longest = (self.end - self.start) / CROWDED;
        let mut first = 0;
        let mut best = 0..0;
        for (last, time) in times.iter().enumerate() {
            while time - times[first] > longest {
                first += 1;
            }
            if last + 1 - first > best.len() {
                best = first..last + 1;
            }
        }
        if best.len() < FEW || best.len() * 2 < times.len() {
            return None;
        }
        let (start, last) = (times[best.start], times[best.end - 1]);
        let margin = (last - start) / 20;
        // At one and the same instant, nothing can be told apart.
        (last > start).then(|| Self { start: start.saturating_sub(margin), end: last.saturating_add(margin + 1) })
    }

    /// Begin in nanoseconds.
    pub(super) const fn start(self) -> u64 {
        self.start
    }

    /// End in nanoseconds.
    pub(super) const fn end(self) -> u64 {
        self.end
    }

    /// Whether the instant is on the scale.
    pub(super) const fn contains(self, at: SimTime) -> bool {
        self.start <= at.0 && at.0 <= self.end
    }

    /// Horizontal position; what is before or behind the scale is at its ends.
    #[expect(clippy::cast_precision_loss, reason = "pixels do not need 53 bits")]
    pub(super) fn x(self, at: SimTime) -> f64 {
        let offset = at.0.clamp(self.start, self.end) - self.start;
        LEFT + (RIGHT - LEFT) * (offset as f64 / (self.end - self.start) as f64)
    }

    /// Positions and labels of the ticks.
    pub(super) fn ticks(self) -> Vec<(f64, String)> {
        let step = step(self.end - self.start);
        let ticks = self.start.div_ceil(step)..=self.end / step;
        ticks.map(|n| (self.x(SimTime(n * step)), label(n * step, step))).collect()
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
    fn a_close_up_shows_where_most_marks_are() {
        let scale = Scale::new(SimTime(S));
        let mut times: Vec<u64> = (0..20).map(|n| 100 * US + n * 10 * US).collect();
        times.extend([300 * MS, 900 * MS]);
        let close_up = scale.close_up(&times).unwrap();
        assert_eq!((close_up.start(), close_up.end()), (90_500, 299_501));
        assert!(close_up.contains(SimTime(100 * US)) && !close_up.contains(SimTime(300 * MS)));
        assert_eq!(close_up.ticks()[0].1, "100 µs");
        assert_eq!(scale.close_up(&[]), None);
        assert_eq!(scale.close_up(&[5; 100]), None, "at one instant");
        let even: Vec<u64> = (0..100).map(|n| n * 10 * MS).collect();
        assert_eq!(scale.close_up(&even), None);
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
