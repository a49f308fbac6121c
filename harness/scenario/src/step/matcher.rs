//! What a payload or a line must be.

use std::fmt;

use regex::Regex;

use super::Spanned;
use crate::condition::Rules;
use crate::decode::{Cx, Map, compact_json, plain_text, regex};
use crate::error::Code;
use crate::json::Json;
use crate::yaml::Node;

/// A condition on bytes.
#[derive(Debug, Clone)]
pub enum Match {
    /// `payload: on`, `payload-hex: 00ff`: equal to these bytes.
    Exact(Spanned<ByteText>),
    /// `matches: "^on|off$"`: a regular expression finds something in the text; named groups become variables.
    Regex(Spanned<Regex>),
    /// `json: {..}`: JSON that contains this.
    Json(Spanned<JsonMatch>),
    /// `where: { /t: { ">=": 5 } }`: JSON whose values meet conditions.
    Where(Spanned<Rules>),
    /// Nothing is said: any payload.
    Any,
}

/// Bytes that a scenario writes as text or as hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ByteText(pub Vec<u8>);

/// A JSON value that must be contained in the payload: objects may have more keys, everything else is equal.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonMatch(pub Json);

impl ByteText {
    /// `payload`, `payload-hex` or `payload-json` of a mapping that has these keys.
    pub(super) fn of(map: &mut Map<'_, '_, '_>) -> Option<Self> {
        map.one_of(&["payload", "payload-hex", "payload-json"], false);
        let text = map.optional("payload", plain_text).map(String::into_bytes);
        let hex = map.optional("payload-hex", hex_bytes);
        let json = map.optional("payload-json", compact_json).map(String::into_bytes);
        text.or(hex).or(json).map(Self)
    }
}

impl Match {
    /// The condition on a payload: at most one of the keys that say it.
    pub(super) fn payload(map: &mut Map<'_, '_, '_>) -> Self {
        map.one_of(&PAYLOAD_MATCH, false);
        let text = map.optional("payload", |cx, node| spanned(node, plain_text(cx, node).map(String::into_bytes)));
        let hex = map.optional("payload-hex", |cx, node| spanned(node, hex_bytes(cx, node)));
        let json =
            map.optional("payload-json", |cx, node| spanned(node, compact_json(cx, node).map(String::into_bytes)));
        let exact = text.or(hex).or(json).map(|bytes| Self::Exact(Spanned::new(ByteText(bytes.value), bytes.span)));
        let regex = map.optional("matches", regex).map(Self::Regex);
        let json = map.optional("json", JsonMatch::decode).map(Self::Json);
        let rules = map.optional("where", |cx, node| spanned(node, Rules::decode(cx, node))).map(Self::Where);
        exact.or(regex).or(json).or(rules).unwrap_or(Self::Any)
    }

    /// The condition on a response: at most one of `response`, `response-matches`, `response-json` and `response-where`.
    pub(super) fn response(map: &mut Map<'_, '_, '_>) -> Self {
        map.one_of(&["response", "response-matches", "response-json", "response-where"], false);
        let text = map.optional("response", |cx, node| spanned(node, plain_text(cx, node).map(String::into_bytes)));
        let exact = text.map(|bytes| Self::Exact(Spanned::new(ByteText(bytes.value), bytes.span)));
        let regex = map.optional("response-matches", regex).map(Self::Regex);
        let json = map.optional("response-json", JsonMatch::decode).map(Self::Json);
        let rules = map.optional("response-where", |cx, node| spanned(node, Rules::decode(cx, node))).map(Self::Where);
        exact.or(regex).or(json).or(rules).unwrap_or(Self::Any)
    }

    /// Variables that a match sets: the named groups of a regular expression.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let regex = match self {
            Self::Regex(regex) => Some(&regex.value),
            _ => None,
        };
        regex.into_iter().flat_map(Regex::capture_names).flatten()
    }
}

/// The keys of a condition on a payload.
pub(crate) const PAYLOAD_MATCH: [&str; 6] = ["payload", "payload-hex", "payload-json", "matches", "json", "where"];

impl JsonMatch {
    fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Self>> {
        let text = compact_json(cx, node)?;
        match Json::parse(text.as_bytes()) {
            Ok(value) => Some(Spanned::new(Self(value), node.span)),
            Err(error) => {
                cx.error(Code::BadJson, node.span, format!("this cannot be JSON: {error}"), "");
                None
            }
        }
    }
}

fn spanned<T>(node: &Node, value: Option<T>) -> Option<Spanned<T>> {
    value.map(|value| Spanned::new(value, node.span))
}

/// Pairs of hexadecimal digits; blanks between them are allowed: `00ff`, `00 FF`.
pub(super) fn hex_bytes(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<u8>> {
    let text = cx.scalar(node, "hexadecimal digits")?;
    if !text.known {
        return Some(Vec::new());
    }
    if let Some((at, wrong)) = text.value.char_indices().find(|(_, c)| !c.is_ascii_hexdigit() && *c != ' ') {
        let span = cx.part(&text, at..at + wrong.len_utf8());
        cx.error(Code::BadHex, span, format!("`{}` is not a hexadecimal digit", wrong.escape_debug()), "");
        return None;
    }
    let digits: Vec<u8> =
        text.value.chars().filter_map(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    if digits.len() % 2 == 1 {
        let label = format!("{} digits", digits.len());
        cx.error(Code::BadHex, node.span, "an odd number of hexadecimal digits", label);
        return None;
    }
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// The bytes as `Payload` shows them: quoted text, or `hex:00ff`.
impl fmt::Display for ByteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hil_model::observation::Payload(self.0.clone()).fmt(f)
    }
}

/// `"on"`, `/^on|off$/`, `json {"a":1}`, `any payload`
impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(bytes) => bytes.value.fmt(f),
            Self::Regex(regex) => write!(f, "/{}/", regex.as_str()),
            Self::Json(json) => write!(f, "json {}", json.value.0),
            Self::Where(rules) => rules.value.fmt(f),
            Self::Any => f.write_str("any payload"),
        }
    }
}
