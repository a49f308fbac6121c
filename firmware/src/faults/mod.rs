//! Faults to plant, one at a time, in a device that otherwise keeps the contract: they prove that a test bench finds them.
//!
//! Never part of a product: the feature `faults` is for the build on a host, and for the chip's binary `planted`, which reads
//! at boot from its configuration which fault it has.

mod memory;
mod nvs;
mod wrong_rules;

pub use nvs::{plant, planted};

use crate::rules::Rules;
use wrong_rules::{
    GivesUp, LooseNumbers, ModePrefix, NumbersWrap, PowerPrefix, QosZero, Sector6, SmallBuffer, StaleState,
    StoresAlways,
};

/// What every image that can have a fault says on its console, and therefore contains. A product never does.
pub const MARK: &str = "not a product: this firmware has planted faults";

/// A fault to plant.
pub struct Fault {
    /// Its number, from 1: up to 10 that of the device's contract.
    pub number: u8,
    /// What the device does wrong.
    pub title: &'static str,
    /// The device that has it; `None` where this build cannot have it: faults of memory are the chip's alone.
    pub rules: Option<&'static (dyn Rules + Sync)>,
}

/// The faults of the contract, in order.
pub static FAULTS: [Fault; 10] = [
    fault_of(1, "an empty payload or `o` on cmnd/led/power counts as `on`", &PowerPrefix),
    fault_of(2, "an empty payload or `h` on cmnd/led/mode counts as `hue_rainbow,slow`", &ModePrefix),
    fault_of(3, "numbers wrap: saturation 256 becomes 0", &NumbersWrap),
    fault_of(4, "text around a number is accepted: `180abc`, ` 90`", &LooseNumbers),
    fault_of(5, "hue 360 shows magenta instead of red", &Sector6),
    fault_of(
        6,
        "of two commands within one LED tick, the second is applied to the state before the first",
        &StaleState,
    ),
    fault_of(7, "after five failed Wi-Fi attempts the device gives up for ever", &GivesUp),
    fault_of(8, "commands are subscribed at QoS 0: those sent while it is away are lost", &QosZero),
    fault_of(9, "a payload longer than the receive buffer is taken for several commands", &SmallBuffer),
    fault_of(10, "the state is written to flash after every command, changed or not", &StoresAlways),
];

/// Faults of memory, each behind one value of three fields.
pub static MEMORY_FAULTS: [Fault; 2] = [
    Fault { number: 11, title: "colour 217,83,149 writes past the end of a buffer", rules: memory::PAST_THE_BUFFER },
    Fault { number: 12, title: "colour 41,202,97 calls itself until the stack is used up", rules: memory::WITHOUT_END },
];

const fn fault_of(number: u8, title: &'static str, rules: &'static (dyn Rules + Sync)) -> Fault {
    Fault { number, title, rules: Some(rules) }
}

/// The fault with this number.
pub fn fault(number: u8) -> Option<&'static Fault> {
    FAULTS.iter().chain(&MEMORY_FAULTS).find(|fault| fault.number == number)
}
