//! The patterns as functions of time: what is lit at a time since the pattern's start, and when that changes next.
//!
//! Nothing here accumulates, so a pattern is as exact after an hour as in its first second.

use crate::{
    color::{Hsv, Hue},
    state::{Mode, Power, Speed, State},
    time::Duration,
};

/// Time between two hues of the rainbow, in milliseconds.
pub const RAINBOW_STEP_MS: u64 = 30;

/// What a pattern shows at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The colour that is lit, or `None` for dark.
    pub lit: Option<Hsv>,
    /// When this ends, as a time since the pattern's start that is later than the one asked for. `None` for never.
    pub until: Option<Duration>,
}

impl Moment {
    const DARK: Self = Self { lit: None, until: None };
}

/// What a light in `state` shows when its pattern started `elapsed` ago.
pub fn at(state: &State, elapsed: Duration) -> Moment {
    match state.mode {
        _ if state.power == Power::Off => Moment::DARK,
        Mode::Blink { on, off } => blink(state.color, on.into(), off.into(), elapsed),
        Mode::HueRainbow(speed) => rainbow(speed, elapsed),
    }
}

fn blink(color: Hsv, on: Duration, off: Duration, elapsed: Duration) -> Moment {
    if on.is_zero() {
        return Moment::DARK;
    }
    if off.is_zero() {
        return Moment { lit: Some(color), until: None };
    }
    let into_period = Duration::from_nanos_u128(elapsed.as_nanos() % (on + off).as_nanos());
    let period_start = elapsed - into_period;
    if into_period < on {
        Moment { lit: Some(color), until: Some(period_start + on) }
    } else {
        Moment { lit: None, until: Some(period_start + on + off) }
    }
}

fn rainbow(speed: Speed, elapsed: Duration) -> Moment {
    let steps = elapsed.as_millis() as u64 / RAINBOW_STEP_MS;
    let hue = Hue::wrapping(steps * u64::from(speed.degrees_per_step()));
    Moment {
        lit: Some(Hsv { hue, saturation: 255, brightness: 255 }),
        until: Some(Duration::from_millis((steps + 1) * RAINBOW_STEP_MS)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::state::BlinkTime;

    fn blinking(on: u16, off: u16) -> State {
        let mode = Mode::Blink { on: BlinkTime::rounding_down(on), off: BlinkTime::rounding_down(off) };
        State { mode, ..State::default() }
    }

    fn rainbow(speed: Speed) -> State {
        State { mode: Mode::HueRainbow(speed), ..State::default() }
    }

    #[test]
    fn blink_of_zero_is_always_dark_or_always_lit() {
        let lit = Some(State::default().color);
        for elapsed in [0, 1, 1000, 3_600_000].map(Duration::from_millis) {
            assert_eq!(at(&blinking(0, 500), elapsed), Moment::DARK);
            assert_eq!(at(&blinking(0, 0), elapsed), Moment::DARK);
            assert_eq!(at(&blinking(9, 500), elapsed), Moment::DARK, "9 ms round down to no tick");
            assert_eq!(at(&blinking(10, 0), elapsed), Moment { lit, until: None });
        }
    }

    #[test]
    fn blink_edges_are_exact_over_an_hour() {
        let state = blinking(200, 500);
        let (mut now, mut edges) = (Duration::ZERO, 0u64);
        while now < Duration::from_secs(3600) {
            let moment = at(&state, now);
            assert_eq!(moment.lit.is_some(), edges % 2 == 0);
            now = moment.until.unwrap();
            edges += 1;
            let expected = edges / 2 * 700 + edges % 2 * 200;
            assert_eq!(now, Duration::from_millis(expected));
        }
        assert_eq!(edges, 10_286, "3600 s / 0.7 s, two edges each");
    }

    #[test]
    fn rainbow_advances_every_30_ms_and_wraps_at_360() {
        for (speed, ms, hue) in [
            (Speed::Slow, 0, 0),
            (Speed::Slow, 29, 0),
            (Speed::Slow, 30, 1),
            (Speed::Slow, 359 * 30, 359),
            (Speed::Slow, 360 * 30, 0),
            (Speed::Normal, 30, 2),
            (Speed::Normal, 180 * 30, 0),
            (Speed::Quick, 71 * 30, 355),
            (Speed::Quick, 72 * 30, 0),
            (Speed::Quick, 3_600_000, 240),
        ] {
            let moment = at(&rainbow(speed), Duration::from_millis(ms));
            assert_eq!(moment.lit.unwrap().hue.degrees(), hue, "{speed} at {ms} ms");
            assert_eq!(moment.until.unwrap(), Duration::from_millis(ms - ms % 30 + 30));
        }
    }

    #[test]
    fn power_off_is_dark_whatever_the_mode() {
        for state in [blinking(100, 100), rainbow(Speed::Quick)] {
            assert_eq!(at(&State { power: Power::Off, ..state }, Duration::from_millis(1)), Moment::DARK);
        }
    }

    proptest! {
        /// Nothing changes before the announced time, and something does at it.
        #[test]
        fn the_next_change_is_the_next_change(on: u16, off: u16, micros in 0..10_000_000_000u64, part in 0.0..1.0f64) {
            let state = blinking(on, off);
            let elapsed = Duration::from_micros(micros);
            let moment = at(&state, elapsed);
            if let Some(until) = moment.until {
                prop_assert!(until > elapsed);
                prop_assert_eq!(at(&state, elapsed + (until - elapsed).mul_f64(part * 0.999)), moment);
                prop_assert_ne!(at(&state, until).lit.is_some(), moment.lit.is_some());
            }
        }
    }
}
