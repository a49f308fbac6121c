//! Runs suites of the crate [embedded-test](https://docs.rs/embedded-test), and test apps of ESP-IDF's component `unity`, on the
//! simulated board: what `hil sim test` does. Not for building them, and not for firmware without a suite.
//!
//! The program under test holds all tests. A [`Suite`] of embedded-test is read from its ELF file; the host tells it over semihosting
//! which test to run, and it ends the test with an exit code. Unity's is read from the menu on the console ([`unity`]), where the
//! host types the number of a test and reads what became of it. Every test has a machine of its own, from power-on on, so none sees
//! what another has left: not in RAM, and not in flash.
//!
//! What happens is told as [`Event`]s, and the [reports](report) are made of those. They come in the order of the suite,
//! however many tests run side by side.

mod attempt;
mod board;
pub mod host;
mod observed;
mod outcome;
pub mod report;
mod run;
mod select;
mod suite;
pub mod unity;

pub use board::Rig;
pub use outcome::{Failure, Outcome, TestReport};
pub use run::{Event, Options, Summary, run};
pub use select::{IgnoredTests, Selection};
pub use suite::{How, Suite, SuiteError, Test};
