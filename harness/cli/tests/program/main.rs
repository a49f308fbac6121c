//! The program `hil`, as its users meet it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod brokers;
mod cli;
mod doctor;
mod firmware_build;
mod firmware_prebuilt;
mod fleet;
mod foreign;
mod fuzz;
mod fuzz_leak;
mod http;
mod init;
mod inventory;
mod labgrid;
mod light;
#[path = "../shared/rom.rs"]
mod mask_rom;
mod outputs;
mod own_target;
mod project;
mod radio;
mod rom;
mod secrets;
mod serial;
mod sim_run;
mod sim_serve;
mod sim_test;
mod soak;
mod suite_fixture;
mod support;
mod teardown;
mod thermostat;
mod up;
mod wokwi_serve;
mod wokwi_steps;
mod wokwi_target;
mod words;
