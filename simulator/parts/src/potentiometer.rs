//! `wokwi-potentiometer`: a linear potentiometer between 0 V and 3.3 V, as Wokwi has it: whatever its ends are wired to. Not
//! modelled: its resistance.

use hil_sim_core::circuit::{Drive, Joint, PartEnv, Rail, Volts};
use hil_sim_core::part::{Attribute, Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};

const SIG: Pin = Pin(1);
const POSITION: &str = "position";
const VALUE: &str = "value";
/// The greatest `value`.
const MOST: u16 = 1_023;

/// The kind of part.
pub static POTENTIOMETER: PartType = PartType {
    pins: &[PinType::passive("GND"), PinType::driving("SIG"), PinType::passive("VCC")],
    controls: &[Control { name: POSITION, kind: ControlKind::Range { from: 0.0, to: 1.0, unit: "" } }],
    attributes: &[Attribute::text(VALUE)],
    ..PartType::new("wokwi-potentiometer", build)
};

/// A potentiometer at a position, which is mechanical.
#[derive(Clone, Hash, Debug)]
pub struct Potentiometer {
    /// What its wiper has.
    volts: Volts,
    is_on: bool,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    if fitting.joint(SIG) == Joint::Open {
        return Ok(None);
    }
    let text = fitting.attributes.text(VALUE).unwrap_or("0");
    let value = text.parse::<u16>().ok().filter(|value| *value <= MOST).ok_or_else(|| FittingError {
        problem: format!("potentiometer {:?} has the value {text:?}", fitting.id),
        help: format!("a value is a whole number from 0 to {MOST}"),
    })?;
    Ok(Some(Box::new(Potentiometer::new(f64::from(value) / f64::from(MOST)))))
}

impl Potentiometer {
    /// One at this position: 0 is the end at ground, 1 the end at the supply.
    pub fn new(position: f64) -> Self {
        Self { volts: at(position), is_on: false }
    }

    fn drive(&self, env: &mut PartEnv<'_>) {
        env.drive(SIG, if self.is_on { Drive::Volts(self.volts) } else { Drive::None });
    }
}

/// The voltage at a position.
fn at(position: f64) -> Volts {
    let supply = f64::from(Rail::V3_3.volts().microvolts());
    Volts::from_microvolts((supply * position.clamp(0.0, 1.0)).round() as i32)
}

impl Part for Potentiometer {
    fn part_type(&self) -> &'static PartType {
        &POTENTIOMETER
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        self.drive(env);
    }

    fn set(&mut self, env: &mut PartEnv<'_>, _: &'static str, value: f64) {
        self.volts = at(value);
        self.drive(env);
    }
}
