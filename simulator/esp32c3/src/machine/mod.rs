//! A whole board that runs: the core, its memory and peripherals, the mask ROM's functions, what is wired to the pins,
//! and the network behind the Ethernet MAC. Not for choosing how fast it runs: time is simulated, and passes only in
//! [`Machine::run`].
//!
//! The same firmware, board, configuration and inputs at the same simulated times give the same run, to the last
//! instruction; [`Machine::trace_hash`] and [`Machine::state_hash`] tell runs and states apart.

mod console;
mod control;
mod event;
mod exit;
mod run;
mod snapshot;
mod state;

pub use crate::download::{ChipIdentity, DownloadFaults};
pub use control::{ControlError, Direction, PinState};
pub use event::{Event, What};
pub use exit::{Exit, Stuck};
pub use hil_sim_core::circuit::Board;
pub use snapshot::MachineSnapshot;
pub use state::{Config, Machine};
