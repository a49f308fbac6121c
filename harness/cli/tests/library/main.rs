//! The crates together, without the program: runs on the native and the simulated light.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broker;
mod clock;
mod faults;
mod fuzz_coverage;
mod imports;
mod runner;
mod sim;
