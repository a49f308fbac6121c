//! hilbench: hardware-in-the-loop scenarios for MQTT-controlled devices.

pub mod event;
pub mod journal;
pub mod scenario;
pub mod time;
pub mod verdict;
