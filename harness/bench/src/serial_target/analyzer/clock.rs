//! From the time of the stream of samples to that of this machine.
//!
//! A sample comes some time after it was taken, never before. The one that came soonest tells when the stream began; from
//! then on it is counted, with an allowance for clocks that differ. A stream that stays behind has lost samples.

use std::time::Instant;

/// How far the analyzer's clock may be slower than ours, in parts of a million.
const DRIFT: i64 = 100;
/// How long the stream is watched before it is said to be behind.
const WINDOW_NS: i64 = 1_000_000_000;
/// Delays that are usual: drivers hand over blocks of some 10 ms.
const USUAL_NS: i64 = 100_000_000;

/// What is wrong with the pace of a stream, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// It came this much later than its samples say, for a whole second.
    Behind(u64),
    /// It came this much sooner than its samples say, within a second.
    Ahead(u64),
}

/// When the stream began.
#[derive(Debug)]
pub(super) struct Clock {
    base: Instant,
    /// After `base`; all in nanoseconds.
    zero: Option<i64>,
    seen: i64,
    window: Window,
}

#[derive(Debug, Default)]
struct Window {
    from: i64,
    /// The smallest delay in it.
    delay: Option<i64>,
    gained: i64,
}

impl Clock {
    pub(super) fn new(base: Instant) -> Self {
        Self { base, zero: None, seen: 0, window: Window::default() }
    }

    /// A piece of the stream came, which ends `end_ns` after the stream's beginning.
    pub(super) fn piece(&mut self, end_ns: u64, came: Instant) -> Option<Pace> {
        let now = nanoseconds(came.saturating_duration_since(self.base).as_nanos());
        let zero = now.saturating_sub(nanoseconds(u128::from(end_ns)));
        let Some(before) = self.zero else {
            (self.zero, self.seen) = (Some(zero), now);
            self.window = Window { from: now, ..Window::default() };
            return None;
        };
        let before = before + (now - self.seen) / 1_000_000 * DRIFT;
        let delay = (zero - before).max(0);
        self.window.gained += (before - zero).max(0);
        self.window.delay = Some(self.window.delay.map_or(delay, |least| least.min(delay)));
        (self.zero, self.seen) = (Some(before.min(zero)), now);
        (now - self.window.from >= WINDOW_NS).then(|| self.end_window(now)).flatten()
    }

    fn end_window(&mut self, now: i64) -> Option<Pace> {
        let Window { delay, gained, .. } =
            std::mem::replace(&mut self.window, Window { from: now, ..Window::default() });
        let late = delay.unwrap_or(0);
        let ms = |ns: i64| ns.unsigned_abs() / 1_000_000;
        if late > USUAL_NS {
            self.zero = self.zero.map(|zero| zero + late);
            return Some(Pace::Behind(ms(late)));
        }
        (gained > USUAL_NS).then_some(Pace::Ahead(ms(gained)))
    }

    /// When a moment of the stream was.
    pub(super) fn time(&self, ns: u64) -> Instant {
        let after = self.zero.unwrap_or(0).saturating_add(nanoseconds(u128::from(ns)));
        let distance = std::time::Duration::from_nanos(after.unsigned_abs());
        if after >= 0 { self.base + distance } else { self.base.checked_sub(distance).unwrap_or(self.base) }
    }
}

fn nanoseconds(ns: u128) -> i64 {
    i64::try_from(ns).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Pieces of 10 ms, each with its delay; what is said, and how late a moment of the last piece is taken to be.
    fn run(delays_ms: impl Iterator<Item = i64>) -> (Vec<Pace>, i64) {
        let base = Instant::now();
        let mut clock = Clock::new(base);
        let mut end = 0_u64;
        let mut said = Vec::new();
        for delay in delays_ms {
            end += 10;
            let came = base + Duration::from_millis((end.cast_signed() + 50 + delay).unsigned_abs());
            said.extend(clock.piece(end * 1_000_000, came));
        }
        let taken = clock.time(end * 1_000_000).duration_since(base).as_millis();
        (said, i64::try_from(taken).expect("little") - end.cast_signed() - 50)
    }

    #[test]
    fn the_piece_that_came_soonest_tells_the_time() {
        let (said, late) = run([30, 12, 2, 40, 15, 9, 33].into_iter());
        assert_eq!((said, late), (vec![], 2));
    }

    #[test]
    fn clocks_that_differ_by_little_are_followed() {
        // A minute at 50 parts in a million: 3 ms.
        for sign in [1, -1] {
            let (said, late) = run((0..6_000).map(|i| sign * i / 2_000));
            assert!(said.is_empty() && (late - sign * 3).abs() <= 1, "{late} ms: {said:?}");
        }
    }

    #[test]
    fn a_delay_that_passes_is_no_loss() {
        let (said, late) = run((0..500).map(|i| if (100..150).contains(&i) { 400 } else { 0 }));
        assert_eq!((said, late), (vec![], 0));
    }

    #[test]
    fn a_stream_that_stays_behind_has_lost_samples() {
        let (said, late) = run((0..600).map(|i| if i < 200 { 0 } else { 300 }));
        let [Pace::Behind(ms)] = said[..] else { panic!("{said:?}") };
        assert!((295..=300).contains(&ms) && (295..=301).contains(&late), "{ms} ms, {late} ms");
    }

    #[test]
    fn a_stream_that_is_too_fast_is_told() {
        // A tenth faster than it says.
        let (said, _) = run((0..400).map(|i| -i));
        assert!(said.iter().any(|pace| matches!(pace, Pace::Ahead(_))), "{said:?}");
    }
}
