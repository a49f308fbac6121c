//! `hil wokwi serve`, as its users meet it: the real program, with a client of our own for each command, with wokwi-cli and
//! the Python packages where they are installed, and with clients that mean no good.

use hil_testing::asm;
mod cli;
mod client;
mod commands;
mod echo;
use hil_testing::elf;
mod files;
mod firmware;
mod hostile;
mod lights;
mod limits;
mod network;
mod pauses;
use hil_testing::program;
mod python;
pub mod server;
