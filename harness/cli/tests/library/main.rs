//! The crates together, without the program: runs on the native and the simulated light.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broker;
mod clock;
mod contract;
mod docs;
mod faults;
mod flow;
mod fuzz_coverage;
mod http;
mod imports;
#[path = "../shared/rom.rs"]
mod mask_rom;
mod radio;
mod runner;
mod scripted;
mod sim;
mod stream;
mod values;
