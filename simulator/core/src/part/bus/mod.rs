//! The parts' side of buses. A part on a bus owns a port, which turns the edges of its pins into bytes and asks the part
//! for its answers, or sends what the part gives it. Not for the chip's side: controllers drive their signals themselves.

pub mod i2c;
pub mod one_wire;
pub mod spi;
pub mod uart;
