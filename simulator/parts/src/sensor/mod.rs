//! What measures the world: parts that make a voltage of it, and those that answer with pulses.

mod analog;
mod dht22;
mod distance;
mod motion;

pub use analog::Analog;

use hil_sim_core::part::PartType;

pub(crate) const PARTS: &[&PartType] = &[
    &analog::POTENTIOMETER,
    &analog::SLIDE_POTENTIOMETER,
    &analog::JOYSTICK,
    &analog::PHOTORESISTOR,
    &analog::NTC,
    &analog::GAS,
    &analog::FLAME,
    &analog::BIG_SOUND,
    &analog::SMALL_SOUND,
    &analog::LM35,
    &dht22::DHT22,
    &distance::HC_SR04,
    &motion::PIR,
    &motion::TILT,
    &motion::HEART_BEAT,
];
