//! What the device is given in one execution.

use serde::{Deserialize, Serialize};

/// A message for the device.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Publish {
    /// Topic name.
    pub topic: String,
    /// 0, 1 or 2.
    pub qos: u8,
    /// Whether it comes as a retained message.
    pub retain: bool,
    /// Whether the device is left alone first until it waits for input.
    pub waits: bool,
    /// Whether it asks for an answer (MQTT 5, Response Topic).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// Payload.
    pub payload: Vec<u8>,
}

/// What the device is given, when it is connected and waits for input.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// Messages, as a broker delivers them.
    Messages(Vec<Publish>),
    /// Bytes on its TCP connection, in these pieces, whatever they mean.
    Bytes(Vec<Vec<u8>>),
}

/// Where a message that asks wants its answer (Response Topic).
pub(super) const RESPONSE_TOPIC: &str = "hil/r";
/// By what it would know it (Correlation Data).
pub(super) const CORRELATION: &str = "a";

/// Messages in one input.
pub(super) const MOST_MESSAGES: usize = 8;
/// Bytes of one payload.
pub(super) const LONGEST_PAYLOAD: usize = 512;
/// Bytes of one stream.
pub(super) const LONGEST_STREAM: usize = 2048;
/// Pieces of one stream.
pub(super) const MOST_PIECES: usize = 16;

impl Input {
    /// How large it is: what shrinking makes smaller.
    pub fn size(&self) -> usize {
        match self {
            Self::Messages(messages) => messages.iter().map(|message| 16 + message.payload.len()).sum(),
            Self::Bytes(pieces) => pieces.iter().map(|piece| 1 + piece.len()).sum(),
        }
    }

    /// Cuts what is beyond the limits.
    pub(super) fn limit(&mut self) {
        match self {
            Self::Messages(messages) => {
                messages.truncate(MOST_MESSAGES);
                messages.iter_mut().for_each(|message| message.payload.truncate(LONGEST_PAYLOAD));
            }
            Self::Bytes(pieces) => {
                pieces.truncate(MOST_PIECES);
                let mut room = LONGEST_STREAM;
                for piece in pieces {
                    piece.truncate(room);
                    room -= piece.len();
                }
            }
        }
    }

    /// Every payload, or piece, for looking into.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        let (messages, pieces) = match self {
            Self::Messages(messages) => (messages.as_slice(), [].as_slice()),
            Self::Bytes(pieces) => ([].as_slice(), pieces.as_slice()),
        };
        messages.iter().map(|message| message.payload.as_slice()).chain(pieces.iter().map(Vec::as_slice))
    }

    /// The payload, or piece, of this index in [`texts`](Self::texts).
    pub(super) fn text_mut(&mut self, index: usize) -> Option<&mut Vec<u8>> {
        match self {
            Self::Messages(messages) => messages.get_mut(index).map(|message| &mut message.payload),
            Self::Bytes(pieces) => pieces.get_mut(index),
        }
    }
}
