//! What a payload or a line must be.

use std::fmt;

use regex::Regex;

use super::Spanned;
use crate::condition::{Group, Rules, TextMatch};
use crate::decode::{Cx, Map, compact_json, plain_text, regex};
use crate::error::Code;
use crate::json::Json;
use crate::yaml::Node;

/// A condition on bytes.
#[derive(Debug, Clone)]
pub enum Match {
    /// `payload: on`, `payload-hex: 00ff`: equal to these bytes.
    Exact(Spanned<ByteText>),
    /// `matches: "^on|off$"`: a regular expression finds something in the text; named groups become variables. With
    /// `where`, the groups meet conditions.
    Regex(TextMatch),
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
        // Beside an expression, `where` is about its groups.
        let has_groups = map.has("matches") && map.has("where");
        map.one_of(if has_groups { &PAYLOAD_MATCH[..5] } else { &PAYLOAD_MATCH }, false);
        let text = map.optional("payload", |cx, node| spanned(node, plain_text(cx, node).map(String::into_bytes)));
        let hex = map.optional("payload-hex", |cx, node| spanned(node, hex_bytes(cx, node)));
        let json =
            map.optional("payload-json", |cx, node| spanned(node, compact_json(cx, node).map(String::into_bytes)));
        let exact = text.or(hex).or(json).map(|bytes| Self::Exact(Spanned::new(ByteText(bytes.value), bytes.span)));
        let regex = text_match(map, "matches", "where").map(Self::Regex);
        let json = map.optional("json", json_match).map(Self::Json);
        let rules = match has_groups {
            true => None,
            false => map.optional("where", |cx, node| spanned(node, Rules::decode(cx, node))).map(Self::Where),
        };
        exact.or(regex).or(json).or(rules).unwrap_or(Self::Any)
    }

    /// The condition on a response: at most one of `response`, `response-matches`, `response-json` and `response-where`.
    pub(super) fn response(map: &mut Map<'_, '_, '_>) -> Self {
        let has_groups = map.has("response-matches") && map.has("response-where");
        map.one_of(if has_groups { &RESPONSE_MATCH[..3] } else { &RESPONSE_MATCH }, false);
        let text = map.optional("response", |cx, node| spanned(node, plain_text(cx, node).map(String::into_bytes)));
        let exact = text.map(|bytes| Self::Exact(Spanned::new(ByteText(bytes.value), bytes.span)));
        let regex = text_match(map, "response-matches", "response-where").map(Self::Regex);
        let json = map.optional("response-json", json_match).map(Self::Json);
        let rules = match has_groups {
            true => None,
            false => map.optional("response-where", |cx, node| spanned(node, Rules::decode(cx, node))).map(Self::Where),
        };
        exact.or(regex).or(json).or(rules).unwrap_or(Self::Any)
    }

    /// Exactly this text.
    pub(super) fn text(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let bytes = plain_text(cx, node)?.into_bytes();
        Some(Self::Exact(Spanned::new(ByteText(bytes), node.span)))
    }

    /// Variables that a match sets: the named groups of a regular expression.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let regex = match self {
            Self::Regex(text) => Some(&text.regex.value),
            _ => None,
        };
        regex.into_iter().flat_map(Regex::capture_names).flatten()
    }
}

/// The keys of a condition on a payload.
pub(crate) const PAYLOAD_MATCH: [&str; 6] = ["payload", "payload-hex", "payload-json", "matches", "json", "where"];

/// The keys of a condition on a response.
const RESPONSE_MATCH: [&str; 4] = ["response", "response-matches", "response-json", "response-where"];

/// An expression under one key, and what its groups must be under the other.
pub(super) fn text_match(
    map: &mut Map<'_, '_, '_>,
    expression: &'static str,
    groups: &'static str,
) -> Option<TextMatch> {
    let regex = map.optional(expression, regex)?;
    let groups = map.optional(groups, |cx, node| Group::decode_all(cx, node, &regex.value)).unwrap_or_default();
    Some(TextMatch { regex, groups })
}

fn json_match(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<JsonMatch>> {
    Json::decode(cx, node).map(|value| Spanned::new(JsonMatch(value), node.span))
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
            Self::Regex(text) => text.fmt(f),
            Self::Json(json) => write!(f, "json {}", json.value.0),
            Self::Where(rules) => rules.value.fmt(f),
            Self::Any => f.write_str("any payload"),
        }
    }
}
