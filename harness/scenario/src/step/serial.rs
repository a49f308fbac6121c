//! Steps on the serial console.

use std::time::Duration;

use schemars::JsonSchema;

use super::{ByteText, Spanned};
use crate::decode::{Cx, Map, Shape, boolean, duration, escaped, integer, plain_text, regex, spanned_text};
use crate::error::Code;
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};

/// `wait-serial: "mqtt: connected"`: exact bytes anywhere in the output, also across lines; only what the device prints
/// after the step before has ended counts (as in Wokwi). Its only limit is the scenario's `timeout`, as in Wokwi.
#[derive(Debug, Clone)]
pub struct WaitSerial {
    /// The bytes to find.
    pub text: Spanned<ByteText>,
}

/// `write-serial: "text\n"` or `write-serial: [65, 66]`
#[derive(Debug, Clone)]
pub struct WriteSerial {
    /// The bytes to write; no newline is appended.
    pub bytes: ByteText,
}

/// `expect-serial: { matches: "level=(?<level>\\d+)", within: 1s }` or `{ text: "mqtt: connected" }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("oneOf" = [{ "required": ["matches"] }, { "required": ["text"] }]))]
pub struct ExpectSerial {
    /// Searched in each whole line; `text` is compiled to an escaped expression. Named groups become variables.
    #[schemars(flatten, with = "forms::LineKeys")]
    pub line: Spanned<regex::Regex>,
    /// The text, where `text` was given.
    #[schemars(skip)]
    pub text: Option<String>,
    /// `absent: true`: no such line for `within`.
    #[schemars(with = "Option<forms::Boolean>")]
    pub absent: bool,
    /// Limit; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// `expect-serial: {..}`
pub(crate) const EXPECT_SERIAL: Shape =
    Shape { name: "expect-serial", example: "matches", keys: &["matches", "text", "absent", "within"] };

impl WaitSerial {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let text = spanned_text(cx, node)?;
        Some(Self { text: Spanned::new(ByteText(text.value.into_bytes()), text.span) })
    }
}

impl WriteSerial {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let bytes = match &node.kind {
            NodeKind::Sequence(items) if items.is_empty() => {
                cx.error(Code::EmptyList, node.span, "the list of bytes is empty", "at least one byte is expected");
                return None;
            }
            NodeKind::Sequence(items) => {
                let bytes: Vec<_> = items.iter().map(|item| byte(cx, item)).collect();
                bytes.into_iter().collect::<Option<_>>()?
            }
            _ => cx.text(node, "a text or a list of bytes")?.value.into_bytes(),
        };
        Some(Self { bytes: ByteText(bytes) })
    }
}

/// A number from 0 to 255, `0x41` too: to Wokwi that is a number like any other.
fn byte(cx: &mut Cx<'_>, item: &Node) -> Option<u8> {
    let hex = match &item.kind {
        NodeKind::Scalar { text, quoted: false } => text.strip_prefix("0x"),
        _ => None,
    };
    let byte = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok());
    byte.or_else(|| integer(cx, item, 0..=u8::MAX))
}

impl ExpectSerial {
    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &EXPECT_SERIAL)?;
        map.one_of(&["matches", "text"], true);
        let matches = map.optional("matches", regex);
        let text = map.optional("text", plain_text);
        let line = matches.or_else(|| map.optional("text", escaped));
        let absent = map.optional("absent", boolean).unwrap_or(false);
        let within = map.optional("within", duration);
        Some(Self { line: line?, text, absent, within })
    }
}
