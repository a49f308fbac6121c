//! What a chip is to the machine that it is in: the trait [`Chip`], the core that it has ([`Processor`]), and what chips have
//! in common. Not for any chip in particular: each is a crate of its own that implements the trait.
//!
//! A chip owns its peripherals and the [`Circuit`](crate::circuit::Circuit) at its pads, as a [`Soc`](soc::Soc), and performs
//! the functions of its mask ROM. The [`Machine`](crate::machine::Machine) owns the core, the memory and the network, and
//! lends them to it.
//!
//! What most chips need is here to be used as a field: a [`FlashChip`], the [`Ethernet`] cable, the [`HostOutput`] of their
//! serial ports. What their peripherals are made of is in [`soc`].

mod ethernet;
mod flash_chip;
mod host_output;
mod model;
mod polling;
mod processor;
mod report;
mod reports;
mod schedule;
pub mod soc;
mod timebase;

pub use ethernet::Ethernet;
pub use flash_chip::{FlashChip, FlashFault, FlashOperation, FlashOperationKind, jedec_id};
pub use host_output::{HostOutput, SerialByte};
pub use model::{Chip, RomFault};
pub use processor::Processor;
pub use report::{Report, Touch};
pub use reports::Reports;
pub use schedule::Schedule;
pub use timebase::Timebase;
