//! The targets' side of buses. A part on a bus owns a port, which turns the edges of its pins into bytes and asks the part
//! for its answers. Not for the chip's side: controllers drive their signals themselves. UARTs and the 1-Wire bus have no
//! port yet: a part on them works on edges and alarms itself.

pub mod i2c;
pub mod spi;
