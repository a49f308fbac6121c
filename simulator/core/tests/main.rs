//! The core, memory and the network from outside, with the memory map of the ESP32-C3.

mod cpu;
mod machine;
mod mem;
mod net;
mod part;
mod support;
