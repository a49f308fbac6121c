//! hilbench: hardware-in-the-loop scenarios for MQTT-controlled devices.

pub mod broker;
pub mod clock;
pub mod event;
pub mod journal;
pub mod plan;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod stream;
pub mod target;
pub mod time;
pub mod verdict;
pub mod wire;
