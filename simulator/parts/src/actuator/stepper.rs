//! Bipolar stepper motors, and the A4988 that drives one.

use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Attribute, Fitting, FittingError, Hears, Part, PartEvent, PartType, Pin, PinType, Shows};

/// A half step, in thousandths of a degree: 400 of them are a turn.
const HALF_STEP: i64 = 900;

const fn coil(name: &'static str) -> PinType {
    PinType::hearing(name, Hears::AtOnce)
}

/// One motor.
pub(super) static STEPPER: PartType = PartType {
    pins: &[coil("A-"), coil("A+"), coil("B+"), coil("B-")],
    attributes: &[
        Attribute::text("gearRatio"),
        Attribute::text("display"),
        Attribute::text("arrow"),
        Attribute::text("size"),
    ],
    about: "Follows the field of its coils in half steps of 0.9 degrees (by `gearRatio` less); its angle is counted over turns, \
            clockwise. A field that jumps by half a turn does not move it. Not modelled: microsteps, speed and load.",
    source: "data sheet of the 17HS4401, section \"Wiring diagram\"",
    ..PartType::new("wokwi-stepper-motor", build)
};

/// Two motors in one; what is told is the outer shaft's angle.
pub(super) static BIAXIAL: PartType = PartType {
    pins: &[coil("A1-"), coil("A1+"), coil("B1+"), coil("B1-"), coil("A2-"), coil("A2+"), coil("B2+"), coil("B2-")],
    about: "Its outer shaft is a `wokwi-stepper-motor` at A1 and B1. Not modelled: the inner shaft.",
    source: "data sheet of the X40.879, section \"Wiring diagram\"",
    ..PartType::new("wokwi-biaxial-stepper", build)
};

#[derive(Clone, Hash, Debug)]
struct Stepper {
    part_type: &'static PartType,
    is_on: bool,
    /// The field's direction in eighths of a turn; none without current.
    field: Option<i64>,
    half_steps: i64,
    /// The gear, as a fraction.
    gear: (i64, i64),
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let text = fitting.attributes.text("gearRatio").filter(|text| !text.is_empty()).unwrap_or("1:1");
    let number = |text: &str| text.trim().parse::<i64>().ok().filter(|number| (1..=10_000).contains(number));
    let gear = text.split_once(':').and_then(|(one, other)| Some((number(one)?, number(other)?)));
    let gear = gear.or_else(|| Some((number(text)?, 1))).ok_or_else(|| FittingError {
        problem: format!("stepper {:?} has the gearRatio {:?}", fitting.id, text.chars().take(60).collect::<String>()),
        help: "a gear ratio is two whole numbers, such as 2:1".to_owned(),
    })?;
    let part = Stepper { part_type: fitting.part_type, is_on: false, field: None, half_steps: 0, gear };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

/// The direction of a field by the currents through both coils, -1 to 1.
fn direction(a: i64, b: i64) -> Option<i64> {
    const DIRECTIONS: [(i64, i64); 8] = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)];
    (0..).zip(DIRECTIONS).find(|(_, known)| *known == (a, b)).map(|(direction, _)| direction)
}

impl Stepper {
    fn follow(&mut self, env: &mut PartEnv<'_>) {
        if !self.is_on {
            return;
        }
        let level = |pin| i64::from(env.level(Pin(pin)));
        let Some(field) = direction(level(1) - level(0), level(2) - level(3)) else { return };
        let turned = self.field.replace(field).map_or(0, |was| (field - was + 4).rem_euclid(8) - 4);
        if turned != 0 && turned != -4 {
            self.half_steps += turned;
            env.tell(env.now(), PartEvent::Shows(self.shows()));
        }
    }
}

impl Part for Stepper {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    /// Without power it stays where it is.
    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        self.field = self.field.filter(|_| is_on);
        self.follow(env);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, _: bool) {
        self.follow(env);
    }

    fn shows(&self) -> Shows {
        let (motor, shaft) = self.gear;
        let angle = self.half_steps * HALF_STEP * shaft / motor;
        Shows::Angle(i32::try_from(angle).unwrap_or(if angle < 0 { i32::MIN } else { i32::MAX }))
    }
}

/// Sixteenths of a full step by MS1, MS2 and MS3, MS1 in bit 0. What the data sheet does not name is as the next that it does.
const MICROSTEPS: [i64; 8] = [16, 8, 4, 2, 2, 2, 2, 1];
/// Sixteenths of a full step in a turn of the field.
const FIELD: i64 = 64;

const ENABLE: Pin = Pin(0);
const RESET: Pin = Pin(4);
const SLEEP: Pin = Pin(5);
const STEP: Pin = Pin(6);
const DIR: Pin = Pin(7);

/// The driver.
pub(super) static A4988: PartType = PartType {
    pins: &[
        coil("ENABLE"),
        PinType::both("MS1"),
        PinType::both("MS2"),
        PinType::both("MS3"),
        coil("RESET"),
        PinType::both("SLEEP"),
        coil("STEP"),
        coil("DIR"),
        PinType::passive("GND"),
        PinType::passive("GND.1"),
        PinType::passive("GND.2"),
        PinType::passive("VDD"),
        PinType::driving("1B"),
        PinType::driving("1A"),
        PinType::driving("2A"),
        PinType::driving("2B"),
        PinType::passive("VMOT"),
    ],
    joined: &[&["GND", "GND.1", "GND.2"]],
    about: "A rising edge of STEP turns the field by a full step, or less by MS1 to MS3, with DIR high clockwise; the outputs are those \
            of the nearest half step. Off while ENABLE is high or SLEEP low; at home while RESET is low. MS1 to MS3 and ENABLE are low \
            if open, SLEEP is high. Not modelled: currents.",
    source: "data sheet of the A4988, section \"Functional description\", table 1",
    ..PartType::new("wokwi-a4988", build_driver)
};

#[derive(Clone, Hash, Debug)]
struct Driver {
    is_on: bool,
    /// Of the field, in sixteenths of a full step.
    position: i64,
}

/// 45 degrees: both coils have current.
const HOME: i64 = 8;

fn build_driver(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    Ok((!fitting.is_idle()).then(|| Box::new(Driver { is_on: false, position: HOME }) as Box<dyn Part>))
}

impl Driver {
    fn drive(&self, env: &mut PartEnv<'_>) {
        let runs = self.is_on && !env.level(ENABLE) && env.level(SLEEP);
        // The nearest of eight directions.
        let nearest = (self.position + 4).rem_euclid(FIELD) / 8;
        let (a, b) = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)][nearest as usize];
        // 2A is the motor's A+, 2B its A-, 1A its B+, 1B its B-.
        for (pin, current) in [(Pin(14), a), (Pin(15), -a), (Pin(13), b), (Pin(12), -b)] {
            env.drive(pin, if runs { Drive::from(current > 0) } else { Drive::None });
        }
    }
}

impl Part for Driver {
    fn part_type(&self) -> &'static PartType {
        &A4988
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        *self = Self { is_on, position: HOME };
        env.drive(SLEEP, if is_on { Drive::PullUp } else { Drive::None });
        for pin in [Pin(1), Pin(2), Pin(3)] {
            env.drive(pin, if is_on { Drive::PullDown } else { Drive::None });
        }
        self.drive(env);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        let is_reset = !env.level(RESET);
        if is_reset {
            self.position = HOME;
        } else if pin == STEP && level && env.level(SLEEP) && !env.level(ENABLE) {
            let mode =
                [Pin(1), Pin(2), Pin(3)].iter().rev().fold(0, |bits, pin| bits << 1 | usize::from(env.level(*pin)));
            let step = MICROSTEPS[mode];
            self.position = (self.position + if env.level(DIR) { step } else { -step }).rem_euclid(FIELD);
        }
        self.drive(env);
    }
}
