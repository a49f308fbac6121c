//! Boards on serial ports, as users meet them: ports and their disasters, monitor, flashing, provisioning, scenarios. The
//! boards are pseudo-terminals of these tests, a server of these tests, and those of `hil sim serve`.
#![cfg(unix)]

mod analyzer;
mod console;
use crate::sim_serve::board;
mod errors;
mod fake;
mod flashing;
mod fuzzing;
mod lights;
mod monitor;
mod network;
mod nvs;
mod ports;
use hil_testing::program;
mod scenarios;
mod ser2net;
mod unplug;
