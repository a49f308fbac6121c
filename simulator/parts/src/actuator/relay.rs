//! Relays: contacts that a coil moves.

use crate::fitting::word;
use hil_sim_core::circuit::PartEnv;
use hil_sim_core::part::{
    Attribute, AttributeKind, Fitting, FittingError, Hears, Part, PartEvent, PartType, Pin, PinType, Shows,
};

/// A module with a transistor.
pub(super) static MODULE: PartType = PartType {
    pins: &[
        PinType::hearing("IN", Hears::AtOnce),
        PinType::passive("NO"),
        PinType::passive("NC"),
        PinType::passive("COM"),
        PinType::passive("VCC"),
        PinType::passive("GND"),
    ],
    switches: &[(Pin(3), Pin(2)), (Pin(3), Pin(1))],
    attributes: &[Attribute { name: "transistor", kind: AttributeKind::OneOf(&["", "npn", "pnp"]) }],
    about: "COM is joined with NO while IN is high, with `transistor` \"pnp\" while it is low or open; else with NC. Not modelled: the \
            time that its contacts take.",
    source: "data sheet of the SRD-05VDC-SL-C, section \"Wiring diagram\"",
    ..PartType::new("wokwi-relay-module", build_module)
};

/// A relay with two poles.
pub(super) static KS2E: PartType = PartType {
    pins: &[
        PinType::passive("NO2"),
        PinType::passive("NC2"),
        PinType::passive("P2"),
        PinType::hearing("COIL2", Hears::AtOnce),
        PinType::passive("NO1"),
        PinType::passive("NC1"),
        PinType::passive("P1"),
        PinType::hearing("COIL1", Hears::AtOnce),
    ],
    switches: &[(Pin(6), Pin(5)), (Pin(2), Pin(1)), (Pin(6), Pin(4)), (Pin(2), Pin(0))],
    about: "P1 and P2 are joined with NO1 and NO2 while one end of the coil is high and the other low; else with NC1 and NC2. Not \
            modelled: the coil's current, and the time that its contacts take.",
    source: "data sheet of the KS2E-M-DC5, section \"Wiring diagram\"",
    ..PartType::new("wokwi-ks2e-m-dc5", build_ks2e)
};

#[derive(Clone, Hash, Debug)]
struct Relay {
    part_type: &'static PartType,
    is_on: bool,
    pulled: bool,
    coil: Coil,
}

#[derive(Clone, Copy, Hash, Debug)]
enum Coil {
    /// It pulls while a pin has this level.
    Level(Pin, bool),
    /// It pulls while its ends differ.
    Between(Pin, Pin),
}

fn build_module(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let pulls_at = word(fitting, "transistor", &["npn", "pnp"])? == 0;
    Ok(fitted(fitting, Coil::Level(Pin(0), pulls_at)))
}

fn build_ks2e(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    Ok(fitted(fitting, Coil::Between(Pin(7), Pin(3))))
}

fn fitted(fitting: &Fitting<'_>, coil: Coil) -> Option<Box<dyn Part>> {
    let part = Relay { part_type: fitting.part_type, is_on: false, pulled: false, coil };
    (!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>)
}

impl Relay {
    fn moves(&mut self, env: &mut PartEnv<'_>) {
        let pulls = self.is_on
            && match self.coil {
                Coil::Level(pin, level) => env.level(pin) == level,
                Coil::Between(one, other) => env.level(one) != env.level(other),
            };
        // Those that are closed at rest come first.
        let half = self.part_type.switches.len() / 2;
        // A contact breaks before the other makes.
        let (breaks, makes) = if pulls { (0..half, half..2 * half) } else { (half..2 * half, 0..half) };
        breaks.for_each(|contact| env.close(contact, false));
        makes.for_each(|contact| env.close(contact, true));
        if std::mem::replace(&mut self.pulled, pulls) != pulls {
            env.tell(env.now(), PartEvent::Shows(self.shows()));
        }
    }
}

impl Part for Relay {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        self.moves(env);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, _: bool) {
        self.moves(env);
    }

    fn shows(&self) -> Shows {
        Shows::On(self.pulled)
    }
}
