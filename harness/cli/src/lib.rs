//! hilbench: hardware-in-the-loop scenarios for MQTT-controlled devices.
//!
//! The program `hil` is a thin shell around this library. A run in short: scenario files are [loaded](hil_scenario), the
//! [runner](hil_runner) gives each its own world (a thread, a [clock](hil_targets::clock), a [broker](hil_targets::broker),
//! a device of some [target](hil_targets::Target)) and carries out its steps; what is observed goes to a
//! [journal](hil_targets::journal), what happens is told as [events](hil_model::event), and [reports](hil_report) are made
//! of those.
//!
//! A program of one's own is this command line with more in it:
//!
//! ```no_run
//! use hilbench::{Extensions, main_with};
//!
//! fn main() -> std::process::ExitCode {
//!     main_with(Extensions::new())
//! }
//! ```
//!
//! A device of your own becomes a target by two traits, [`hil_targets::Target`] and [`hil_targets::Device`]: see
//! `examples/own_target.rs`.

#[macro_use]
pub mod output;
mod cmd;
mod extensions;

pub use cmd::{DONE, Failure, SuiteArgs, main_with, run_suite};
pub use extensions::{Demo, Extensions, OwnCommand, OwnTarget, RunCommand, TargetOptions};
