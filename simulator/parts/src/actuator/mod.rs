//! What moves, sounds and switches: servos, buzzers, relays, steppers and their driver.

mod buzzer;
mod relay;
mod servo;
mod stepper;

use hil_sim_core::part::PartType;

pub(crate) const PARTS: &[&PartType] = &[
    &servo::SERVO,
    &buzzer::BUZZER,
    &relay::MODULE,
    &relay::KS2E,
    &stepper::STEPPER,
    &stepper::BIAXIAL,
    &stepper::A4988,
];
