//! Shift registers: 74HC595 and NLSF595 give their bits at once, 74HC165 takes them.

use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Fitting, FittingError, Hears, Part, PartType, Pin, PinType};

const fn input(name: &'static str) -> PinType {
    PinType::hearing(name, Hears::AtOnce)
}

const OUT_ABOUT: &str = "A rising edge of the clock shifts the serial input in, one of the latch gives all bits to the outputs, which \
                         are off while OE is high. MR (SCLR) clears the bits while it is low; if it is open, or OE, it is not active.";

pub(super) static HC595: PartType = PartType {
    pins: &[
        PinType::driving("Q0"),
        PinType::driving("Q1"),
        PinType::driving("Q2"),
        PinType::driving("Q3"),
        PinType::driving("Q4"),
        PinType::driving("Q5"),
        PinType::driving("Q6"),
        PinType::driving("Q7"),
        PinType::driving("Q7S"),
        input("DS"),
        input("SHCP"),
        input("STCP"),
        input("OE"),
        input("MR"),
        PinType::passive("GND"),
        PinType::passive("VCC"),
    ],
    about: OUT_ABOUT,
    source: "data sheet of the 74HC595, \"Function table\"",
    ..PartType::new("wokwi-74hc595", build_out)
};

pub(super) static NLSF595: PartType = PartType {
    pins: &[
        PinType::driving("QA"),
        PinType::driving("QB"),
        PinType::driving("QC"),
        PinType::driving("QD"),
        PinType::driving("QE"),
        PinType::driving("QF"),
        PinType::driving("QG"),
        PinType::driving("QH"),
        PinType::driving("SQH"),
        input("SI"),
        input("SCK"),
        input("RCK"),
        input("OE"),
        input("SCLR"),
        PinType::passive("GND"),
        PinType::passive("VCC"),
    ],
    about: "A 74HC595 by other names, whose outputs drain current: a bit that is 1 is low there, and one that is 0 is open.",
    source: "data sheet of the NLSF595, \"Function table\"",
    ..PartType::new("wokwi-nlsf595", build_out)
};

const SERIAL_OUT: Pin = Pin(8);
const SERIAL_IN: Pin = Pin(9);
const CLOCK: Pin = Pin(10);
const LATCH: Pin = Pin(11);
const OFF: Pin = Pin(12);
const CLEAR: Pin = Pin(13);

#[derive(Clone, Hash, Debug)]
struct Out {
    part_type: &'static PartType,
    is_on: bool,
    /// Bit 7 is the one that was shifted in first.
    bits: u8,
    latched: u8,
}

fn build_out(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let part = Out { part_type: fitting.part_type, is_on: false, bits: 0, latched: 0 };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl Out {
    fn drive(&self, env: &mut PartEnv<'_>) {
        let gives = self.is_on && !env.level(OFF);
        let drains = std::ptr::eq(self.part_type, &NLSF595);
        for pin in 0..8 {
            let drive = match self.latched >> pin & 1 == 1 {
                _ if !gives => Drive::None,
                bit if drains => {
                    if bit {
                        Drive::Low
                    } else {
                        Drive::None
                    }
                }
                bit => bit.into(),
            };
            env.drive(Pin(pin), drive);
        }
        let last = self.bits >> 7 == 1;
        env.drive(SERIAL_OUT, if self.is_on { last.into() } else { Drive::None });
    }
}

impl Part for Out {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        *self = Self { is_on, bits: 0, latched: 0, ..*self };
        self.drive(env);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        let is_cleared = env.is_wired(CLEAR) && !env.level(CLEAR);
        match pin {
            CLOCK if level && !is_cleared => self.bits = self.bits << 1 | u8::from(env.level(SERIAL_IN)),
            LATCH if level => self.latched = self.bits,
            _ => {}
        }
        if is_cleared {
            self.bits = 0;
        }
        self.drive(env);
    }
}

pub(super) static HC165: PartType = PartType {
    pins: &[
        input("D0"),
        input("D1"),
        input("D2"),
        input("D3"),
        input("D4"),
        input("D5"),
        input("D6"),
        input("D7"),
        input("PL"),
        input("CP"),
        input("CE"),
        input("DS"),
        PinType::driving("Q7"),
        PinType::driving("Q7_N"),
        PinType::passive("GND"),
        PinType::passive("VCC"),
    ],
    about: "Takes D0 to D7 while PL is low; then each rising edge of CP, while CE is low, shifts towards Q7, and DS in. PL that is open \
            is not active.",
    source: "data sheet of the 74HC165, \"Function table\"",
    ..PartType::new("wokwi-74hc165", build_in)
};

const LOAD: Pin = Pin(8);
const SHIFT: Pin = Pin(9);
const INHIBIT: Pin = Pin(10);
const CASCADE: Pin = Pin(11);

#[derive(Clone, Hash, Debug, Default)]
struct In {
    is_on: bool,
    /// Bit 7 is at Q7.
    bits: u8,
}

fn build_in(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    Ok((!fitting.is_idle()).then(|| Box::<In>::default() as Box<dyn Part>))
}

impl In {
    fn follow(&mut self, env: &mut PartEnv<'_>) {
        if env.is_wired(LOAD) && !env.level(LOAD) {
            self.bits = (0..8).rev().fold(0, |bits, pin| bits << 1 | u8::from(env.level(Pin(pin))));
        }
        let q7 = self.bits >> 7 == 1;
        for (pin, level) in [(Pin(12), q7), (Pin(13), !q7)] {
            env.drive(pin, if self.is_on { level.into() } else { Drive::None });
        }
    }
}

impl Part for In {
    fn part_type(&self) -> &'static PartType {
        &HC165
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        *self = Self { is_on, bits: 0 };
        self.follow(env);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        let is_loading = env.is_wired(LOAD) && !env.level(LOAD);
        // CP and CE are the two inputs of an OR.
        let clocks = match pin {
            SHIFT => level && !env.level(INHIBIT),
            INHIBIT => level && !env.level(SHIFT),
            _ => false,
        };
        if clocks && !is_loading {
            self.bits = self.bits << 1 | u8::from(env.level(CASCADE));
        }
        self.follow(env);
    }
}
