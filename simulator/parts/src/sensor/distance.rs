//! `wokwi-hc-sr04`: an ultrasonic distance sensor; data sheet of the HC-SR04, section "Timing diagram".

use crate::fitting::number;
use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Attribute, Control, ControlKind, Fitting, FittingError, Hears, Part, PartType, Pin, PinType};
use hil_sim_core::time::{Instant, Span};

const ECHO: Pin = Pin(2);
const RANGE: (f64, f64) = (2.0, 400.0);
/// The shortest pulse that begins a measurement.
const TRIGGER: Span = Span::from_us(10);
/// Eight periods of 40 kHz go out before it listens.
const BURST: Span = Span::from_us(200);
/// Echo time of a centimetre.
const NS_A_CM: f64 = 58_000.0;

/// The kind of part.
pub(super) static HC_SR04: PartType = PartType {
    pins: &[
        PinType::passive("VCC"),
        PinType::hearing("TRIG", Hears::AtOnce),
        PinType::driving("ECHO"),
        PinType::passive("GND"),
    ],
    controls: &[Control { name: "distance", kind: ControlKind::Range { from: RANGE.0, to: RANGE.1, unit: "cm" } }],
    attributes: &[Attribute::text("distance")],
    about: "After a pulse of at least 10 us at TRIG, and a burst of 200 us, ECHO is high for 58 us a centimetre. A pulse during a \
            measurement is not heard.",
    source: "data sheet of the HC-SR04, section \"Timing diagram\"",
    ..PartType::new("wokwi-hc-sr04", build)
};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum State {
    Idle,
    Triggered(Instant),
    Sends,
    Echoes,
}

#[derive(Clone, Hash, Debug)]
struct HcSr04 {
    echo: Span,
    is_on: bool,
    state: State,
}

fn echo(cm: f64) -> Span {
    Span::from_ns((cm * NS_A_CM).round() as u64)
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let echo = echo(number(fitting, "distance", 400.0, RANGE)?);
    let part = HcSr04 { echo, is_on: false, state: State::Idle };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl Part for HcSr04 {
    fn part_type(&self) -> &'static PartType {
        &HC_SR04
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        (self.is_on, self.state) = (is_on, State::Idle);
        env.drive(ECHO, if is_on { Drive::Low } else { Drive::None });
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, level: bool) {
        match (self.state, level) {
            (State::Idle, true) if self.is_on => self.state = State::Triggered(env.now()),
            (State::Triggered(since), false) if env.now().since(since) >= TRIGGER => {
                self.state = State::Sends;
                env.wake_after(BURST);
            }
            (State::Triggered(_), false) => self.state = State::Idle,
            _ => {}
        }
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        let begins = self.state == State::Sends;
        env.drive(ECHO, begins.into());
        if begins {
            env.wake_after(self.echo);
        }
        // The trigger may still be high, or high again: it counts from its next rise.
        self.state = if begins { State::Echoes } else { State::Idle };
    }

    fn set(&mut self, _: &mut PartEnv<'_>, _: &'static str, value: f64) {
        self.echo = echo(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inch_is_148_us_by_the_data_sheet() {
        assert_eq!(echo(2.54).ns() / 1_000, 147);
        assert_eq!(echo(2.0), Span::from_us(116));
    }
}
