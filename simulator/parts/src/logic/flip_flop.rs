//! Flip-flops that a rising edge of CLK clocks; S and R, where there are such pins, set and reset at once.

use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Fitting, FittingError, Hears, Part, PartType, Pin, PinType};

const fn input(name: &'static str) -> PinType {
    PinType::hearing(name, Hears::AtOnce)
}

const fn data(name: &'static str) -> PartType {
    PartType {
        pins: const { &[input("D"), input("CLK"), PinType::driving("Q"), PinType::driving("NOTQ"), input("S"), input("R")] },
        about: "Takes D at a rising edge of CLK. S and R set and reset it at once, while they are high.",
        source: "data sheet of the 74HC74, \"Function table\"; S and R are active high",
        ..PartType::new(name, build)
    }
}

pub(super) static D: PartType = data("wokwi-flip-flop-d");
pub(super) static DR: PartType = data("wokwi-flip-flop-dr");
pub(super) static DSR: PartType = data("wokwi-flip-flop-dsr");
pub(super) static SR: PartType = PartType {
    pins: &[input("S"), input("CLK"), input("R"), PinType::driving("Q"), PinType::driving("NOTQ")],
    about: "At a rising edge of CLK, S sets it and R resets it; with both it stays as it is.",
    source: "data sheet of the 74HC family, \"Function table\"",
    ..PartType::new("wokwi-flip-flop-sr", build)
};

#[derive(Clone, Hash, Debug)]
struct FlipFlop {
    part_type: &'static PartType,
    is_on: bool,
    state: bool,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let part = FlipFlop { part_type: fitting.part_type, is_on: false, state: false };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl FlipFlop {
    const fn is_sr(&self) -> bool {
        self.part_type.pins.len() == 5
    }

    fn drive(&self, env: &mut PartEnv<'_>) {
        let q = if self.is_sr() { 3 } else { 2 };
        for (pin, level) in [(q, self.state), (q + 1, !self.state)] {
            env.drive(Pin(pin), if self.is_on { level.into() } else { Drive::None });
        }
    }
}

impl Part for FlipFlop {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        (self.is_on, self.state) = (is_on, false);
        self.drive(env);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        let is_clock = pin == Pin(1) && level;
        let at = |pin| env.level(Pin(pin));
        if self.is_sr() {
            match (is_clock, at(0), at(2)) {
                (true, true, false) => self.state = true,
                (true, false, true) => self.state = false,
                _ => {}
            }
        } else {
            match (at(4), at(5)) {
                (_, true) => self.state = false,
                (true, false) => self.state = true,
                (false, false) if is_clock => self.state = at(0),
                (false, false) => {}
            }
        }
        self.drive(env);
    }
}
