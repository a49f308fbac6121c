//! `hil fuzz` as users meet it: descriptions of devices, what is found on faulty ones and not on right ones, and errors.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod description;
mod errors;
mod faults;
mod regressions;
mod reports;
mod stranger;
mod support;
mod thermostat;
mod tier3;
mod unmodelled;
