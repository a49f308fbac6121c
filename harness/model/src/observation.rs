//! One observation, with the time at which it was made.

pub use hil_color::Rgb;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::device::DeviceEvent;
use crate::time::SimTime;

/// An observation and its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Index in the journal, from 0.
    pub seq: u64,
    /// Device time since the scenario's start.
    pub at: SimTime,
    /// Wall time since the scenario's start.
    pub wall: Duration,
    /// What was observed.
    pub what: Observation,
}

/// What can be observed of, or done to, a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Observation {
    /// A step begins.
    Step {
        /// Index path in the file: `setup 1`, `step 3`, `step 4.2` (second child of the fourth step); from 1.
        path: String,
        /// The step in one line: `publish cmnd/led/power "on"`.
        title: String,
    },
    /// The harness published a message.
    Published(Message),
    /// The observer received a message.
    Received(Message),
    /// An MQTT control packet passed the device's connection (where the harness sits on it).
    Packet {
        /// Which way.
        direction: Direction,
        /// The packet in one line: `PUBLISH q1 stat/led/power "on"`, `CONNACK session present 0`.
        summary: String,
    },
    /// Bytes on the serial console, as they came.
    Serial {
        /// From the device, or written by the scenario.
        stream: SerialStream,
        /// Raw bytes.
        data: Payload,
    },
    /// A light changed colour (repeated frames of one colour are one observation).
    Led {
        /// Part id in the board drawing: `led1`.
        part: String,
        /// Position in the chain, from 0.
        index: u16,
        /// The colour.
        color: Rgb,
        /// How it is known.
        evidence: Evidence,
    },
    /// A waveform violated the data sheet.
    Waveform {
        /// Part id in the board drawing.
        part: String,
        /// Pulse number, measured and allowed time.
        problem: String,
    },
    /// The device wrote or erased its flash.
    Flash {
        /// Write or erase.
        op: FlashOp,
        /// Offset in the flash, in bytes.
        offset: u32,
        /// Length in bytes.
        length: u32,
    },
    /// The device was powered, reset or stopped, by the scenario or by itself.
    Device(DeviceEvent),
    /// The harness injected a fault, or ended it.
    Fault {
        /// `network down`, `drop PUBLISH to device after 5 bytes`.
        what: String,
    },
    /// The scenario set a control of a part: pressed a button.
    Control {
        /// Part id in the board drawing: `btn1`.
        part: String,
        /// The control's name: `pressed`.
        control: String,
        /// Its value.
        value: f64,
    },
    /// A part shows or does something else than before.
    Part {
        /// Part id in the board drawing: `servo1`.
        part: String,
        /// What it shows from now on.
        shows: PartShows,
    },
    /// The level of a pin has changed, which a scenario looks at.
    Pin {
        /// Part id in the board drawing: `relay1`.
        part: String,
        /// The pin's name: `IN`.
        pin: String,
        /// Its level from now on.
        level: bool,
    },
    /// The broker started, stopped, or saw a client come or go.
    Broker {
        /// `stopped`, `started on 127.0.0.1:1883`.
        event: String,
    },
    /// The simulator was asked for what it does not model: what the device does from there on may differ from a chip. Once for
    /// each shortcoming.
    Unmodelled {
        /// What it is: `register HMAC.SET_START (0x6003e040), read`. The same in each run.
        what: String,
        /// In one sentence, with the time and the code.
        text: String,
    },
    /// The scenario's own remark, or the harness's: a wait that reached its bound, for instance.
    Note {
        /// The text.
        text: String,
    },
    /// An expectation was met or not met, or a step did not work.
    Outcome {
        /// Path of the step, as in [`Observation::Step`].
        path: String,
        /// Whether it held.
        ok: bool,
        /// One line: what was found, or what was missing.
        text: String,
    },
}

/// What a part shows or does that is no light.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartShows {
    /// An angle, in thousandths of a degree.
    Angle(i32),
    /// A text; lines are joined by line feeds.
    Text(String),
    /// A tone, in thousandths of a hertz; none while it is silent.
    Tone(Option<u64>),
    /// A relay's contacts have moved, or not.
    On(bool),
}

impl fmt::Display for PartShows {
    /// `is at 90°`, `shows "12:30"`, `sounds at 440 Hz`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Angle(angle) => write!(f, "is at {}°", f64::from(*angle) / 1e3),
            Self::Text(text) => write!(f, "shows {text:?}"),
            Self::Tone(Some(tone)) => write!(f, "sounds at {} Hz", *tone as f64 / 1e3),
            Self::Tone(None) => f.write_str("is silent"),
            Self::On(true) => f.write_str("is on"),
            Self::On(false) => f.write_str("is off"),
        }
    }
}

impl Observation {
    /// About how many bytes it takes in memory.
    pub fn size(&self) -> usize {
        let content = match self {
            Self::Published(Message { topic, payload, .. }) | Self::Received(Message { topic, payload, .. }) => {
                topic.len() + payload.0.len()
            }
            Self::Serial { data, .. } => data.0.len(),
            Self::Part { part, shows: PartShows::Text(text) } => part.len() + text.len(),
            Self::Step { path, title: text } | Self::Outcome { path, text, .. } => path.len() + text.len(),
            Self::Packet { summary: text, .. } | Self::Unmodelled { text, .. } | Self::Note { text } => text.len(),
            _ => 0,
        };
        size_of::<Self>() + content
    }
}

/// Direction of a packet on the device's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Device to broker.
    ToBroker,
    /// Broker to device.
    ToDevice,
}

/// Which side wrote the serial bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SerialStream {
    /// The device's console output.
    Output,
    /// Written by the scenario.
    Input,
}

/// How a light's colour is known, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Decoded from the waveform on the data pin, which was seen from outside.
    Observed,
    /// Decoded by the device itself, from the waveform that it received on its own data pin.
    SelfObserved,
    /// The firmware said what it has sent.
    Reported,
}

impl Evidence {
    /// What to say beside a colour; nothing where the waveform was seen.
    pub const fn remark(self) -> Option<&'static str> {
        match self {
            Self::Observed => None,
            Self::SelfObserved => Some("measured by the chip itself"),
            Self::Reported => Some("reported by the firmware"),
        }
    }
}

/// A flash operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlashOp {
    /// Bits programmed from 1 to 0.
    Write,
    /// Sectors set to 0xFF.
    Erase,
}

/// An MQTT application message (MQTT 5, section 3.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Message {
    /// Topic name as the scenario writes it (a run's private topic root is stripped).
    pub topic: String,
    /// Payload.
    pub payload: Payload,
    /// Quality of service of this delivery: 0, 1 or 2.
    pub qos: u8,
    /// RETAIN flag of this delivery.
    pub retain: bool,
    /// Response Topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_topic: Option<String>,
    /// Correlation Data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_data: Option<Payload>,
    /// Content Type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Message Expiry Interval, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_expiry: Option<u32>,
    /// Payload Format Indicator: `true` is UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_is_utf8: Option<bool>,
    /// User Properties, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_properties: Vec<(String, String)>,
}

/// Bytes that are usually text: shown, and written to reports, as text where they are UTF-8.
#[derive(Clone, PartialEq, Eq, Default, Hash)]
pub struct Payload(pub Vec<u8>);

impl Payload {
    /// The bytes as UTF-8 text, if they are.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl From<&str> for Payload {
    fn from(s: &str) -> Self {
        Self(s.as_bytes().to_vec())
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// Quoted and escaped text (`"on"`), or `hex:00ff` where the bytes are not UTF-8.
impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_text() {
            Some(text) => write!(f, "{text:?}"),
            None => {
                f.write_str("hex:")?;
                self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PayloadForm {
    Text(String),
    Base64(String),
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.as_text() {
            Some(text) => PayloadForm::Text(text.to_owned()),
            None => PayloadForm::Base64(base64::engine::general_purpose::STANDARD.encode(&self.0)),
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match PayloadForm::deserialize(d)? {
            PayloadForm::Text(text) => Self(text.into_bytes()),
            PayloadForm::Base64(text) => {
                Self(base64::engine::general_purpose::STANDARD.decode(text).map_err(serde::de::Error::custom)?)
            }
        })
    }
}
