//! Runs scenarios: each on a thread of its own, with its own clock, broker (if embedded) and device.
//!
//! [`run`] takes a list of scenarios and tells a sink what happens; reports are made of these events alone.

mod attempt;
mod context;
mod ending;
mod failure;
mod filters;
mod fleet;
mod hang;
mod http;
pub mod invariants;
mod late;
mod observer;
mod options;
mod pool;
mod queue;
mod record;
mod redact;
mod serial_log;
mod shorten;
mod step;

pub use filters::answers_come_on;
pub use options::{BrokerChoice, Cancel, RunOptions, RunsOn};
pub use pool::{Finished, Planned, run, skip_reason};
