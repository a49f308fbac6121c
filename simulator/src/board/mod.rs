//! The board around the chip: how its parts are wired ([`diagram`]) and what a part makes of the levels on its pins
//! ([`ws2812`]).

pub mod diagram;
pub mod ws2812;
