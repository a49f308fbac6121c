//! The messages of Wokwi's simulation API, version 1, as `@wokwi/client` 0.26 and `wokwi-client` 0.5.1 send and read them.
//! Everything is JSON text.

mod params;

use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use params::*;

/// The version of the API.
pub const VERSION: u32 = 1;

/// The server's first message.
#[derive(Serialize, Debug)]
#[serde(tag = "type", rename = "hello", rename_all = "camelCase")]
pub struct Hello {
    /// [`VERSION`].
    pub protocol_version: u32,
    /// This program.
    pub app_name: &'static str,
    /// Its version.
    pub app_version: &'static str,
}

/// What is around a command's parameters.
#[derive(Deserialize, Debug)]
pub struct Envelope {
    /// `command`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Such as `sim:start`.
    pub command: Option<String>,
    /// Comes back with the response.
    pub id: Option<Id>,
}

/// What a client calls a command: text, or a number.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(transparent)]
pub struct Id(pub Value);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text of at most 256 bytes, or a number")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Id, E> {
                let is_short = text.len() <= crate::wokwi_server::limits::NAME_BYTES;
                if is_short { Ok(Id(text.into())) } else { Err(E::invalid_length(text.len(), &self)) }
            }

            fn visit_u64<E>(self, number: u64) -> Result<Id, E> {
                Ok(Id(number.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Id, E> {
                Ok(Id(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Id, E> {
                Ok(Id(number.into()))
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}

/// Why a command is not done. The numbers are those of HTTP, as the service has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// The parameters are wrong.
    BadRequest = 400,
    /// There is nothing by that name.
    NotFound = 404,
    /// Not now: nothing is started.
    Conflict = 409,
    /// A limit of the server.
    TooLarge = 413,
    /// The server does not do that.
    NotSupported = 501,
}

/// Why a command is not done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// In one number.
    pub code: Code,
    /// In words, with what to do about it.
    pub message: String,
}

impl ApiError {
    /// With this message.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "response")]
struct Response<'a> {
    command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Id>,
    result: Value,
    error: bool,
}

/// The answer to a command.
pub fn response(command: &str, id: Option<&Id>, result: Result<Value, ApiError>) -> String {
    let error = result.is_err();
    let result = result
        .unwrap_or_else(|ApiError { code, message }| serde_json::json!({ "code": code as u16, "message": message }));
    text(&Response { command, id, result, error })
}

/// Something that happened in the simulation.
#[derive(Serialize)]
#[serde(tag = "type", rename = "event")]
pub struct Event<'a> {
    /// Such as `sim:pause`.
    pub event: &'a str,
    /// What more there is to say.
    pub payload: Value,
    /// The simulated time, in nanoseconds.
    pub nanos: u64,
    /// Whether that stands still.
    pub paused: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "error")]
struct Fatal<'a> {
    message: &'a str,
}

/// An error that belongs to no command. wokwi-cli ends with it.
pub fn fatal(message: &str) -> String {
    text(&Fatal { message })
}

/// A message as it is sent.
pub(super) fn text(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("messages have text keys and finite numbers")
}
