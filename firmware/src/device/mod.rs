//! The device as tasks: boot, then the light and the MQTT session side by side, for ever.
//!
//! ```text
//! flash ──> boot ──> Config, Shared (the light's state), Store
//!                        │
//!          run_light <───┴───> run_mqtt
//!          shows it            tells it what to do, stores and reports it
//! ```
//!
//! A board calls [`boot`] (or, where the configuration comes from elsewhere, [`restore`]) and spawns the two tasks.

mod boot;
mod run_light;
mod run_mqtt;

pub use boot::{boot, configuration, restore};
pub use run_light::run_light;
pub use run_mqtt::run_mqtt;

pub use crate::light::Shared;
