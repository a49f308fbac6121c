//! Status payloads: the state as the broker keeps it.

use alloc::string::{String, ToString};

use crate::{state::State, topics::StatusTopic};

/// Payload of the online topic while the device is connected.
pub const ONLINE: &str = "online";
/// Payload of the online topic when the device is gone; set by its will.
pub const OFFLINE: &str = "offline";

/// What `state` reads on `topic`: always the canonical form of the command that would set it.
pub fn payload(topic: StatusTopic, state: &State) -> String {
    match topic {
        StatusTopic::Hsb => state.color.to_string(),
        StatusTopic::Power => state.power.to_string(),
        StatusTopic::Mode => state.mode.to_string(),
    }
}
