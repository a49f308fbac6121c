//! Both UARTs through their registers.

mod bench;
mod flow_control;
mod frames;
mod host;
mod interrupts;
mod settings;
