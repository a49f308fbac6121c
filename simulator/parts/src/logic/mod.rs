//! Logic: gates, flip-flops, shift registers, and a clock for them. Outputs follow at once: not modelled are delays. An input that
//! is open is low, but the active-low inputs of shift registers are then not active.

mod clock;
mod flip_flop;
mod gate;
mod shift;

use hil_sim_core::part::PartType;

pub(crate) const PARTS: &[&PartType] = &[
    &gate::NOT,
    &gate::BUFFER,
    &gate::AND,
    &gate::OR,
    &gate::XOR,
    &gate::NAND,
    &gate::NOR,
    &gate::XNOR,
    &gate::MUX,
    &flip_flop::D,
    &flip_flop::DR,
    &flip_flop::DSR,
    &flip_flop::SR,
    &shift::HC595,
    &shift::NLSF595,
    &shift::HC165,
    &clock::CLOCK,
];
