//! The network as a device's stack and its host see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod beside;
mod configuration;
mod connections;
mod endings;
mod faults;
mod frames;
mod guest;
mod host;
mod hostile;
mod pcap;
mod properties;
