//! `hil.toml`: what a project says once, so that nobody has to type it.
//!
//! The file is looked for from the working folder upwards ([`find`]). Five lines suffice for a usual project:
//!
//! ```toml
//! firmware = "target/riscv32imc-unknown-none-elf/release/thermostat"
//! scenarios = "tests/hil"
//!
//! [hosts]
//! "broker.example:1883" = "broker"
//! ```
//!
//! A [`Project`] is what holds: the command line over the environment, over a profile (`[profile.bench]`), over the file,
//! over `wokwi.toml`, over defaults. Every value is [`Resolved`]: it says where it is from, with its place in the file, so that
//! `hil config` can print it and a later error can point at it. All errors of a file are reported together.
//!
//! This crate knows the file, and nothing of running: it starts no build, opens no port, reads no firmware. [`init`] writes a
//! first file from what lies in a folder.

mod cx;
mod decode;
mod error;
mod find;
pub mod init;
mod layer;
mod names;
mod project;
mod resolved;
mod schema;
mod settings;
mod table;
pub mod value;
mod wokwi;

pub use find::{FILE, Found, find};
pub use layer::{ProjectFile, parse};
pub use names::Names;
pub use project::{Project, Request};
pub use resolved::{Origin, Resolved};
pub use schema::schema;
pub use settings::{BrokerSettings, ConsoleSettings, Entry, FlashSettings, SerialSettings, Settings, WifiSettings};
