//! A whole board that runs: a [chip](crate::chip) with its core and memory, what is wired to its pads, and the network behind
//! its Ethernet MAC. Not for choosing how fast it runs: time is simulated, and passes only in [`Machine::run`].
//!
//! The same firmware, board, configuration and inputs at the same simulated times give the same run, to the last
//! instruction; [`Machine::trace_hash`] and [`Machine::state_hash`] tell runs and states apart.

mod config;
mod control;
mod debug;
mod event;
mod exit;
mod outside;
mod run;
mod snapshot;
mod state;
mod trace;

pub use config::MachineConfig;
pub use control::{ControlError, PinDirection, PinState};
pub use event::{Event, What};
pub use exit::{Exit, Stuck};
pub use snapshot::MachineSnapshot;
pub use state::Machine;
