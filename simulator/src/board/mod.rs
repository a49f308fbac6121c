//! The board around the chip: how its parts are wired ([`diagram`]) and what a part makes of the levels on its pins
//! ([`ws2812`], [`i2c`]).

pub mod diagram;
pub mod i2c;
pub mod ws2812;
