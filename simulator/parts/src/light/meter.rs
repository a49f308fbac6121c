//! [`Meter`]: how bright a light looks that is switched on and off.

use hil_sim_core::time::{Instant, Span};

/// A duty is measured over at least so long, from a rising edge to another.
const WINDOW: Span = Span::from_ms(10);

/// How bright a light looks. A level that stays for longer than an eye needs to see it is what it is: on or off, from its edge
/// on. What changes faster is a duty.
#[derive(Clone, Hash, Debug)]
pub(super) struct Meter {
    /// The longest that a light may be on or off without being seen so.
    fusion: Span,
    lit: bool,
    since: Instant,
    /// The rising edge that the duty is measured from.
    window: Option<Instant>,
    on: u64,
    shown: u8,
}

impl Meter {
    pub(super) const fn new(fusion: Span) -> Self {
        Self { fusion, lit: false, since: Instant::ZERO, window: None, on: 0, shown: 0 }
    }

    /// The supply is on, and the light with it, or not.
    pub(super) fn begin(&mut self, now: Instant, lit: bool) {
        *self = Self { lit, since: now, ..Self::new(self.fusion) };
    }

    /// 255 is on.
    pub(super) const fn shown(&self) -> u8 {
        self.shown
    }

    /// The light goes on or off. Says since when it shows something else, if it does.
    pub(super) fn set(&mut self, now: Instant, lit: bool) -> Option<Instant> {
        if lit == self.lit {
            return None;
        }
        let span = now.since(self.since);
        if span >= self.fusion {
            self.window = None;
        } else if self.lit {
            self.on += span.ps();
        }
        (self.lit, self.since) = (lit, now);
        if !lit {
            return None;
        }
        let Some(start) = self.window else {
            (self.window, self.on) = (Some(now), 0);
            return None;
        };
        let whole = now.since(start);
        if whole < WINDOW {
            return None;
        }
        let duty = (self.on * 255 + whole.ps() / 2) / whole.ps();
        (self.window, self.on) = (Some(now), 0);
        self.show(duty.min(255) as u8).then_some(now)
    }

    /// When it will be seen to be on or off; never if it is already.
    pub(super) fn due(&self) -> Instant {
        if self.shown == self.steady() { Instant::NEVER } else { self.since + self.fusion }
    }

    /// Time has passed. Says since when it shows something else, if it does.
    pub(super) fn pass(&mut self, now: Instant) -> Option<Instant> {
        (self.due() <= now && self.show(self.steady())).then_some(self.since)
    }

    const fn steady(&self) -> u8 {
        if self.lit { 255 } else { 0 }
    }

    fn show(&mut self, brightness: u8) -> bool {
        std::mem::replace(&mut self.shown, brightness) != brightness
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(us: u64) -> Instant {
        Instant::from_ns(us * 1_000)
    }

    #[test]
    fn what_stays_is_on_from_its_edge() {
        let mut meter = Meter::new(Span::from_ms(20));
        assert_eq!(meter.set(at(1_000), true), None);
        assert_eq!((meter.due(), meter.pass(at(20_999))), (at(21_000), None));
        assert_eq!((meter.pass(at(21_000)), meter.shown(), meter.due()), (Some(at(1_000)), 255, Instant::NEVER));
    }

    #[test]
    fn a_duty_is_measured_over_whole_periods() {
        let mut meter = Meter::new(Span::from_ms(20));
        let mut told = Vec::new();
        for period in 0..100 {
            told.extend(meter.set(at(period * 200), true));
            told.extend(meter.set(at(period * 200 + 50), false));
        }
        assert_eq!((told, meter.shown()), (vec![at(10_000)], 64));
        assert_eq!(meter.pass(at(99 * 200 + 50 + 20_000)), Some(at(99 * 200 + 50)), "it ended");
        assert_eq!(meter.shown(), 0);
    }

    #[test]
    fn a_blink_that_can_be_seen_is_no_duty() {
        let mut meter = Meter::new(Span::from_ms(20));
        let mut told = Vec::new();
        for blink in 0..3 {
            let start = blink * 60_000;
            told.extend(meter.set(at(start), true));
            told.extend(meter.pass(at(start + 20_000)).map(|since| (since, meter.shown())).map(|(since, _)| since));
            told.extend(meter.set(at(start + 30_000), false));
            told.extend(meter.pass(at(start + 50_000)));
        }
        assert_eq!(told, [0, 30_000, 60_000, 90_000, 120_000, 150_000].map(at));
    }
}
