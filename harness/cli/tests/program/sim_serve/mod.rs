//! `hil sim serve`, as users meet it: the real program, with a client of a few lines, with espflash's library, and with
//! esptool where that is installed.
#![cfg(unix)]

pub mod board;
mod client;
mod espflash_library;
mod esptool;
mod ports;
use hil_testing::program;
