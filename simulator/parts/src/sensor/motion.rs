//! What gives a level, or pulses: motion, tilt, a heart's beat.

use crate::fitting::{number, word};
use hil_sim_core::circuit::{Drive, PartEnv, Rail, Volts};
use hil_sim_core::part::{Attribute, Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};
use hil_sim_core::time::{Instant, Span};

/// Seconds that a PIR sensor's times may have.
const SECONDS: (f64, f64) = (0.0, 3_600.0);
const BEATS: (f64, f64) = (0.0, 300.0);
/// A heart's beat is high for so long.
const BEAT: Span = Span::from_ms(100);

/// The kind of part.
pub(super) static PIR: PartType = PartType {
    pins: &[PinType::passive("VCC"), PinType::driving("OUT"), PinType::passive("GND")],
    aliases: &[("D", "OUT")],
    controls: &[Control { name: "motion", kind: ControlKind::Switch }],
    attributes: &[Attribute::text("delayTime"), Attribute::text("inhibitTime"), Attribute::text("retrigger")],
    about: "OUT is high for `delayTime` seconds (5) after `motion` is set to 1, and for as long as it stays 1; motion meanwhile makes \
            it longer, unless `retrigger` is \"0\". Then motion is not seen for `inhibitTime` seconds (1.2).",
    source: "data sheet of the HC-SR501, sections \"Time delay\" and \"Trigger\"",
    ..PartType::new("wokwi-pir-motion-sensor", build_pir)
};

/// A tilt switch.
pub(super) static TILT: PartType = PartType {
    pins: &[PinType::passive("GND"), PinType::passive("VCC"), PinType::driving("OUT")],
    controls: &[Control { name: "tilted", kind: ControlKind::Switch }],
    attributes: &[Attribute::text("tilted")],
    about: "OUT is high while it is tilted. Wokwi draws it and does not simulate it. Not modelled: its ball's rolling.",
    source: "data sheet of the SW-520D, section \"Operation\"",
    ..PartType::new("wokwi-tilt-switch", build_tilt)
};

/// A pulse sensor.
pub(super) static HEART_BEAT: PartType = PartType {
    pins: &[PinType::passive("GND"), PinType::passive("VCC"), PinType::driving("OUT")],
    controls: &[Control {
        name: "bpm",
        kind: ControlKind::Range { from: BEATS.0, to: BEATS.1, unit: "beats a minute" },
    }],
    attributes: &[Attribute::text("bpm")],
    about: "OUT is at half of 3.3 V, and at 3 V for 100 ms with each beat. Wokwi draws it and does not simulate it. Not modelled: the \
            pulse's shape.",
    source: "data sheet of the KY-039, section \"Functionality of the sensor\"",
    ..PartType::new("wokwi-heart-beat-sensor", build_heart)
};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum State {
    Watches,
    Saw,
    Inhibited,
}

#[derive(Clone, Hash, Debug)]
struct Pir {
    delay: Span,
    inhibit: Span,
    retriggers: bool,
    is_on: bool,
    moves: bool,
    state: State,
}

fn seconds(fitting: &Fitting<'_>, name: &str, usual: f64) -> Result<Span, FittingError> {
    Ok(Span::from_us((number(fitting, name, usual, SECONDS)? * 1e6).round() as u64))
}

fn build_pir(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let retriggers = word(fitting, "retrigger", &["1", "0", "yes", "no"])? % 2 == 0;
    let (delay, inhibit) = (seconds(fitting, "delayTime", 5.0)?, seconds(fitting, "inhibitTime", 1.2)?);
    let part = Pir { delay, inhibit, retriggers, is_on: false, moves: false, state: State::Watches };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl Pir {
    fn see(&mut self, env: &mut PartEnv<'_>) {
        if self.is_on && (self.state == State::Watches || self.state == State::Saw && self.retriggers) {
            self.state = State::Saw;
            env.drive(Pin(1), Drive::High);
            env.wake_after(self.delay);
        }
    }
}

impl Part for Pir {
    fn part_type(&self) -> &'static PartType {
        &PIR
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        (self.is_on, self.state) = (is_on, State::Watches);
        env.drive(Pin(1), if is_on { Drive::Low } else { Drive::None });
        if self.moves {
            self.see(env);
        }
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        if self.state == State::Saw && self.moves && self.retriggers && self.delay > Span::ZERO {
            return env.wake_after(self.delay);
        }
        if self.state == State::Saw {
            self.state = State::Inhibited;
            env.drive(Pin(1), Drive::Low);
            return env.wake_after(self.inhibit);
        }
        self.state = State::Watches;
        if self.moves && self.delay + self.inhibit > Span::ZERO {
            self.see(env);
        }
    }

    fn set(&mut self, env: &mut PartEnv<'_>, _: &'static str, value: f64) {
        self.moves = value != 0.0;
        if self.moves {
            self.see(env);
        }
    }
}

#[derive(Clone, Hash, Debug)]
struct Tilt {
    tilted: bool,
    is_on: bool,
}

fn build_tilt(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let tilted = number(fitting, "tilted", 0.0, (0.0, 1.0))? != 0.0;
    Ok((!fitting.is_idle()).then(|| Box::new(Tilt { tilted, is_on: false }) as Box<dyn Part>))
}

impl Tilt {
    fn drive(&self, env: &mut PartEnv<'_>) {
        env.drive(Pin(2), if self.is_on { self.tilted.into() } else { Drive::None });
    }
}

impl Part for Tilt {
    fn part_type(&self) -> &'static PartType {
        &TILT
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        self.drive(env);
    }

    fn set(&mut self, env: &mut PartEnv<'_>, _: &'static str, value: f64) {
        self.tilted = value != 0.0;
        self.drive(env);
    }
}

#[derive(Clone, Hash, Debug)]
struct HeartBeat {
    /// From beat to beat; none without beats.
    period: Option<Span>,
    is_on: bool,
    is_high: bool,
    /// When the beat began that is, or was, the last.
    beat: Instant,
}

fn period(bpm: f64) -> Option<Span> {
    (bpm >= 1.0).then(|| Span::from_us((60e6 / bpm).round() as u64))
}

fn build_heart(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let period = period(number(fitting, "bpm", 72.0, BEATS)?);
    let part = HeartBeat { period, is_on: false, is_high: false, beat: Instant::ZERO };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl HeartBeat {
    fn drive(&self, env: &mut PartEnv<'_>) {
        let middle = Volts::from_microvolts(Rail::V3_3.volts().microvolts() / 2);
        let volts = if self.is_high { Volts::from_millivolts(3_000) } else { middle };
        env.drive(Pin(2), if self.is_on { Drive::Volts(volts) } else { Drive::None });
    }

    fn ask(&self, env: &mut PartEnv<'_>) {
        match self.period.filter(|_| self.is_on) {
            Some(_) if self.is_high => env.wake_at(self.beat + BEAT),
            Some(period) => env.wake_at(self.beat + period),
            None => env.sleep(),
        }
    }
}

impl Part for HeartBeat {
    fn part_type(&self) -> &'static PartType {
        &HEART_BEAT
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        (self.is_on, self.is_high, self.beat) = (is_on, false, env.now());
        self.drive(env);
        self.ask(env);
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.is_high = !self.is_high;
        if self.is_high {
            self.beat = env.now();
        }
        self.drive(env);
        self.ask(env);
    }

    fn set(&mut self, env: &mut PartEnv<'_>, _: &'static str, value: f64) {
        self.period = period(value);
        if self.period.is_none() {
            self.is_high = false;
            self.drive(env);
        }
        self.ask(env);
    }
}
