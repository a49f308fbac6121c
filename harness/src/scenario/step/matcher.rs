//! What a payload or a line must be.

use regex::Regex;

use super::Spanned;

/// A condition on bytes.
#[derive(Debug, Clone)]
pub enum Match {
    /// `payload: on`, `payload-hex: 00ff`: equal to these bytes.
    Exact(Spanned<ByteText>),
    /// `matches: "^on|off$"`: a regular expression finds something in the text; named groups become variables.
    Regex(Spanned<Regex>),
    /// `json: {..}`: JSON that contains this.
    Json(Spanned<JsonMatch>),
    /// Nothing is said: any payload.
    Any,
}

/// Bytes that a scenario writes as text or as hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByteText(pub Vec<u8>);

/// A JSON value that must be contained in the payload: objects may have more keys, everything else is equal.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonMatch(pub serde_json::Value);
