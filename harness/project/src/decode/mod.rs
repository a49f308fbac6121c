//! From TOML to values: each table in a file of its own.

pub(crate) mod broker;
pub(crate) mod console;
pub(crate) mod firmware;
pub(crate) mod flash;
pub(crate) mod fuzz;
mod hosts;
pub(crate) mod layer;
pub(crate) mod provision;
mod scalar;
pub(crate) mod serial;
mod vars;
pub(crate) mod wifi;

use hil_scenario::decode::Shape;

pub(crate) use layer::{FILE, profiles, settings};
pub(crate) use wifi::is_variable;

/// Tables in which a key may belong that stands elsewhere.
pub(crate) const TABLES: [&Shape; 10] = [
    &firmware::FIRMWARE,
    &flash::FLASH,
    &broker::BROKER,
    &serial::SERIAL,
    &console::CONSOLE,
    &wifi::WIFI,
    &provision::NVS,
    &provision::IMAGE,
    &provision::SERIAL,
    &fuzz::FUZZ,
];
