//! hilbench: hardware-in-the-loop scenarios for MQTT-controlled devices.
//!
//! The program `hil` is a thin shell around this library. A run in short: scenario files are [loaded](scenario), the
//! [`runner`] gives each its own world (a thread, a [`clock`], a [`broker`], a device of some [`target`]) and carries out
//! its steps; what is observed goes to a [`journal`], what happens is told as [events](event), and [reports](report) are
//! made of those.
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
//! A device of your own becomes a target by two traits, [`target::Target`] and [`target::Device`]: see
//! `examples/own_target.rs`.

mod cmd;
mod extensions;

pub use cmd::{DONE, Failure, SuiteArgs, main_with, run_suite};
pub use extensions::{Demo, Extensions, OwnCommand, OwnTarget, TargetOptions};
