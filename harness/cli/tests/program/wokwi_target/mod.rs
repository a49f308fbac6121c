//! `hil run --target wokwi`, from outside: with a made-up `wokwi-cli` that does what the real one was seen to do, and with the real
//! one, where it is installed, against `hil wokwi serve` and against servers that are out of order.
#![cfg(unix)]

mod bench;
mod carried;
mod cli;
mod free;
mod real;
mod service;
