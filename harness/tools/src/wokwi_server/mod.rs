//! The simulator behind Wokwi's simulation API: what `hil wokwi serve` does, as a library. `wokwi-cli`, the Python client
//! `wokwi-client` and `pytest-embedded-wokwi` upload a diagram and firmware, and drive it as they drive the service. Not for
//! running scenarios in Wokwi.
//!
//! | module | what it is |
//! |---|---|
//! | [`server`] | the listener: who may come in, and how many |
//! | `connection` | one WebSocket: frames in both directions, time limits |
//! | `queue` | queues that are bounded in bytes, between a WebSocket and its machine |
//! | [`limits`] | what a client may use |
//! | [`protocol`] | the messages |
//! | `session` | the commands of one client |
//! | `files` | what it has uploaded |
//! | `project` | from the uploaded files to a machine |
//! | `parts` | pins, LEDs and the serial console of the diagram |
//! | `simulation` | the machine: runs, pauses, and tells what happens |
//! | `output` | the events of a run |
//! | `pins` | pins that are read and listened to |
//! | `pause` | when it pauses by itself |
//! | [`analyzer`] | what logic analyzers have recorded, as a VCD file |
//! | [`note`] | what the server's user is told |

pub mod analyzer;
mod connection;
mod files;
pub mod limits;
pub mod note;
mod output;
mod parts;
mod pause;
mod pins;
mod project;
pub mod protocol;
mod queue;
pub mod server;
mod session;
mod simulation;
