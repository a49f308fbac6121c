//! Firmware files: what is made of them, what is wrong with them, and what Espressif's tools say to them.

mod boot;
mod errors;
mod esptool;
mod properties;
