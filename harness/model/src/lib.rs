//! What all of hilbench speaks of: scenario time, verdicts, what was observed, and the events of a run.
//!
//! Plain data. Not for anything that runs, waits, reads files or talks to a device.

pub mod error;
pub mod event;
pub mod hash;
pub mod observation;
pub mod phase;
pub mod time;
pub mod verdict;
