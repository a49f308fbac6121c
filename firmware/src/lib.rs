//! An RGB light controlled over MQTT: everything the device does, and no I/O of its own.
//!
//! Time, randomness, flash, network and LEDs come in through small traits ([`platform`]), so the same code runs on an
//! ESP32-C3, in a host process under a simulated clock, and in unit tests.
//!
//! From the bottom up:
//!
//! - [`color`], [`state`] and [`effect`]: what the light can be told, and what colour that is at a given time.
//! - [`command`], [`status`], [`response`] and [`topics`]: the same on the wire.
//! - [`light`]: the state machine. A command and a time go in; a colour and the time of its next change come out.
//! - [`ws2812`]: a colour as pulses on the data line.
//! - [`store`] and [`config`]: what is in flash. The state survives a power cut at any instant; the configuration is
//!   written by the host.
//! - [`mqtt`]: the session with the broker, over any byte stream. [`backoff`] paces its retries.
//! - [`device`]: the tasks that tie all of this together. Begin reading there.
//!
//! Every decision in which a faulty device could differ is a method of [`rules::Rules`]; its defaults are the contract. With the
//! feature `faults`, which no product has, there are devices that differ.
#![no_std]

extern crate alloc;

pub mod backoff;
pub mod color;
pub mod command;
pub mod config;
pub mod console;
pub mod device;
pub mod effect;
#[cfg(feature = "faults")]
pub mod faults;
pub mod light;
pub mod mqtt;
pub mod platform;
pub mod response;
pub mod rules;
pub mod state;
pub mod status;
pub mod store;
pub mod time;
pub mod topics;
pub mod ws2812;

/// Version of this firmware, as the first line on the serial console prints it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The partition table of the device, as `esp-idf-part` and espflash read it (ESP-IDF, "Partition Tables").
pub const PARTITIONS: &str = include_str!("../partitions.csv");
