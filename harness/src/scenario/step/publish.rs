//! `publish`: a message to the broker.

use super::{ByteText, Spanned};

/// `publish: { topic: cmnd/led/power, payload: "on", qos: 1, retain: false, properties: {..} }`
#[derive(Debug, Clone)]
pub struct Publish {
    /// Topic name, no wildcards.
    pub topic: Spanned<String>,
    /// `payload`, `payload-hex` or `payload-json`; empty if none is given.
    pub payload: ByteText,
    /// 0, 1 or 2; default 1.
    pub qos: u8,
    /// Default false.
    pub retain: bool,
    /// MQTT 5 properties to send.
    pub properties: Properties,
}

/// Properties of a message (MQTT 5, section 3.3.2.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// `response-topic`
    pub response_topic: Option<String>,
    /// `correlation-data` (text) or `correlation-data-hex`
    pub correlation_data: Option<Vec<u8>>,
    /// `content-type`
    pub content_type: Option<String>,
    /// `message-expiry`: whole seconds.
    pub message_expiry: Option<u32>,
    /// `payload-is-utf8`
    pub payload_is_utf8: Option<bool>,
    /// `user: { key: value }`
    pub user: Vec<(String, String)>,
}
