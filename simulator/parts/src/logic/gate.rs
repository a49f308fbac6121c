//! Gates: a table of functions.

use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Fitting, FittingError, Hears, Part, PartType, Pin, PinType};

const fn input(name: &'static str) -> PinType {
    PinType::hearing(name, Hears::AtOnce)
}

const ABOUT: &str = "Its output is the function of its inputs, at once.";
const SOURCE: &str = "data sheets of the 74HC family, \"Function table\"";

const fn one(name: &'static str) -> PartType {
    PartType {
        pins: const { &[input("IN"), PinType::driving("OUT")] },
        about: ABOUT,
        source: SOURCE,
        ..PartType::new(name, build)
    }
}

const fn two(name: &'static str) -> PartType {
    PartType { pins: const { &[input("A"), input("B"), PinType::driving("OUT")] }, ..one(name) }
}

pub(super) static NOT: PartType = one("wokwi-gate-not");
pub(super) static BUFFER: PartType = one("wokwi-gate-buffer");
pub(super) static AND: PartType = two("wokwi-gate-and-2");
pub(super) static OR: PartType = two("wokwi-gate-or-2");
pub(super) static XOR: PartType = two("wokwi-gate-xor-2");
pub(super) static NAND: PartType = two("wokwi-gate-nand-2");
pub(super) static NOR: PartType = two("wokwi-gate-nor-2");
pub(super) static XNOR: PartType = two("wokwi-gate-xnor-2");
pub(super) static MUX: PartType = PartType {
    pins: &[input("A"), input("B"), input("SEL"), PinType::driving("OUT")],
    about: "OUT is A, or B while SEL is high, at once.",
    ..one("wokwi-mux-2")
};

#[derive(Clone, Copy, Hash, Debug)]
enum Function {
    Not,
    Buffer,
    And,
    Or,
    Xor,
    Nand,
    Nor,
    Xnor,
    Mux,
}

impl Function {
    const ALL: [(&'static str, Self); 9] = [
        ("wokwi-gate-not", Self::Not),
        ("wokwi-gate-buffer", Self::Buffer),
        ("wokwi-gate-and-2", Self::And),
        ("wokwi-gate-or-2", Self::Or),
        ("wokwi-gate-xor-2", Self::Xor),
        ("wokwi-gate-nand-2", Self::Nand),
        ("wokwi-gate-nor-2", Self::Nor),
        ("wokwi-gate-xnor-2", Self::Xnor),
        ("wokwi-mux-2", Self::Mux),
    ];

    /// Of the inputs, in the order of the pins.
    fn of(self, inputs: &[bool]) -> bool {
        match (self, inputs) {
            (Self::Not, [a, ..]) => !a,
            (Self::And, [a, b, ..]) => *a && *b,
            (Self::Or, [a, b, ..]) => *a || *b,
            (Self::Xor, [a, b, ..]) => a != b,
            (Self::Nand, [a, b, ..]) => !(*a && *b),
            (Self::Nor, [a, b, ..]) => !(*a || *b),
            (Self::Xnor, [a, b, ..]) => a == b,
            (Self::Mux, [a, b, select]) => *(if *select { b } else { a }),
            (_, inputs) => inputs.first().copied().unwrap_or_default(),
        }
    }
}

#[derive(Clone, Hash, Debug)]
struct Gate {
    part_type: &'static PartType,
    function: Function,
    is_on: bool,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let part_type = fitting.part_type;
    let function = Function::ALL.into_iter().find(|(name, _)| *name == part_type.name);
    let gate = function.map(|(_, function)| Gate { part_type, function, is_on: false });
    Ok(gate.filter(|_| !fitting.is_idle()).map(|gate| Box::new(gate) as Box<dyn Part>))
}

impl Gate {
    fn drive(&self, env: &mut PartEnv<'_>) {
        let inputs = self.part_type.pins.len() - 1;
        let levels: Vec<bool> = (0..).take(inputs).map(|pin| env.level(Pin(pin))).collect();
        let output = Pin(u8::try_from(inputs).expect("a gate has few pins"));
        env.drive(output, if self.is_on { self.function.of(&levels).into() } else { Drive::None });
    }
}

impl Part for Gate {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        self.drive(env);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, _: bool) {
        self.drive(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_has_the_table_of_its_name() {
        let table = |function: Function| {
            [[false, false], [true, false], [false, true], [true, true]].map(|it| u8::from(function.of(&it)))
        };
        assert_eq!(table(Function::And), [0, 0, 0, 1]);
        assert_eq!(table(Function::Or), [0, 1, 1, 1]);
        assert_eq!(table(Function::Xor), [0, 1, 1, 0]);
        assert_eq!(table(Function::Nand), [1, 1, 1, 0]);
        assert_eq!(table(Function::Nor), [1, 0, 0, 0]);
        assert_eq!(table(Function::Xnor), [1, 0, 0, 1]);
        assert!(Function::Not.of(&[false]) && Function::Buffer.of(&[true]));
        assert!(Function::Mux.of(&[true, false, false]) && !Function::Mux.of(&[true, false, true]));
    }
}
