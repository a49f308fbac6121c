//! `wokwi-pushbutton`: a button that joins its two sides while it is pressed. Not modelled: bouncing contacts.

use hil_sim_core::circuit::{Joint, PartEnv};
use hil_sim_core::part::{Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};

const ONE: Pin = Pin(0);
const OTHER: Pin = Pin(1);
const PRESSED: &str = "pressed";

/// The kind of part.
pub static PUSHBUTTON: PartType = PartType {
    pins: &[PinType::passive("1.l"), PinType::passive("2.l"), PinType::passive("1.r"), PinType::passive("2.r")],
    joined: &[&["1.l", "1.r"], &["2.l", "2.r"]],
    switches: &[(ONE, OTHER)],
    controls: &[Control { name: PRESSED, kind: ControlKind::Switch }],
    ..PartType::new("wokwi-pushbutton", build)
};

/// A button, which its power supply does not concern.
#[derive(Clone, Hash, Debug, Default)]
pub struct Pushbutton;

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let (one, other) = (fitting.joint(ONE), fitting.joint(OTHER));
    if fitting.is_idle() {
        return Ok(None);
    }
    if one == other || [one, other].contains(&Joint::Open) {
        return Err(FittingError {
            problem: format!("button {:?} does not join a GPIO with GND or 3V3 when it is pressed", fitting.id),
            help: "wire one side of it to a GPIO and the other to a GND or 3V3 pin of the board".to_owned(),
        });
    }
    Ok(Some(Box::new(Pushbutton)))
}

impl Part for Pushbutton {
    fn part_type(&self) -> &'static PartType {
        &PUSHBUTTON
    }

    fn set(&mut self, env: &mut PartEnv<'_>, _: &'static str, value: f64) {
        env.close(0, value != 0.0);
    }
}
