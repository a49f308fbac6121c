//! Ports of parts, on nets without a chip.

mod one_wire;
mod wire;
