//! What every simulated board is made of, whatever its chip: a [core](cpu) that executes firmware, its [memory](mem), the
//! [chip] around it, what is outside of the chip: the [nets](circuit) at its pads and the [parts](part) on them, the
//! [network](net) behind its Ethernet MAC, the [air] around its radio, and the [machine] that lets all of this run in simulated [time].
//!
//! No chip and no part in particular is here: a chip is a crate that implements [`chip::Chip`], a part is a type that
//! implements [`part::Part`]. A machine is made of a chip by its type alone:
//!
//! ```
//! use hil_sim_core::circuit::Board;
//! use hil_sim_core::machine::{Exit, Machine, MachineConfig};
//! use hil_sim_core::mem::FlashImage;
//! use hil_sim_core::time::Instant;
//! use hil_sim_esp32c3::Esp32C3;
//!
//! let mut machine = Machine::<Esp32C3>::new(Board::default(), FlashImage::erased(1 << 20), MachineConfig::default());
//! machine.power_on();
//! // The flash is empty: there is nothing to start.
//! assert!(matches!(machine.run(Instant::from_ns(1_000)), Exit::Stuck(_)));
//! ```
//!
//! The crate does no I/O, starts no threads, and has no clock: time is passed in.

pub mod air;
pub mod chip;
pub mod circuit;
#[cfg_attr(not(feature = "machine-code"), expect(dead_code, reason = "the compiler looks at it"))]
pub mod cpu;
pub mod machine;
pub mod mem;
pub mod net;
pub mod part;
pub mod serial;
pub mod time;

#[cfg_attr(not(feature = "machine-code"), expect(dead_code, reason = "the compiler looks at it"))]
mod raw;
