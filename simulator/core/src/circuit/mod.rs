//! What is outside the chip: the nets that its pads are on, and the parts that are wired to them. Not for what is behind
//! the pads: that is the chip's.
//!
//! A chip has a [`Circuit`] and tells it what its pads drive ([`Nets::drive_pad`]); the circuit finds the levels and
//! voltages of the nets, tells the chip of changes at its pads ([`Nets::take_pad_change`]), and calls the
//! [parts](crate::part): at once for an edge that a part wants to answer, later and many at a time for edges that it only
//! listens to, and at the moment that a part has asked for.
//!
//! What is joined with what is made once, from a [`Board`], and shared by snapshots; what changes is the state of the nets
//! and of the parts.

mod board;
mod drive;
mod edge;
mod env;
mod nets;
mod network;
mod parts;
mod topology;

pub use board::{Board, Joint, Mounted, Resistor};
pub use drive::{Drive, Ohms, Rail, Volts};
pub use edge::Edge;
pub use env::PartEnv;
pub use nets::Nets;
pub use parts::{Circuit, Told};
pub use topology::{DriverId, NetId};
