//! The light's logic on the host, through what the library offers to boards. `tests/chip` is what runs on the chip.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../common/mod.rs"]
mod common;

mod acknowledge;
mod boot;
mod commands;
mod config;
mod connection;
#[cfg(feature = "faults")]
mod faults;
mod light;
mod mosquitto;
mod rules;
mod session;
mod store;
