//! `write-serial`: bytes to the device.

use std::fmt;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::kind::{Role, StepKey, StepKind};
use super::{ByteText, WokwiFiles};
use crate::Capability;
use crate::decode::{Cx, integer};
use crate::error::Code;
use crate::schema::forms;
use crate::wokwi::checks;
use crate::yaml::{Node, NodeKind};

/// `write-serial: "text\n"` or `write-serial: [65, 66]`
#[derive(Debug, Clone)]
pub struct WriteSerial {
    /// The bytes to write; no newline is appended.
    pub bytes: ByteText,
}

impl StepKind for WriteSerial {
    const KEYS: &'static [StepKey] =
        &[StepKey::new("write-serial", "`write-serial` (Wokwi): bytes to the device, no newline appended.")
            .wokwi(5, checks::write_serial)];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let bytes = match &node.kind {
            NodeKind::Sequence(items) if items.is_empty() => {
                cx.error(Code::EmptyList, node.span, "the list of bytes is empty", "at least one byte is expected");
                return None;
            }
            NodeKind::Sequence(items) => {
                let bytes: Vec<_> = items.iter().map(|item| byte(cx, item)).collect();
                bytes.into_iter().collect::<Option<_>>()?
            }
            _ => cx.any_text(node, "a text or a list of bytes")?.value.into_bytes(),
        };
        Some(Self { bytes: ByteText(bytes) })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<forms::SerialBytes>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write-serial {}", self.bytes)
    }

    fn needs(&self) -> &'static [Capability] {
        &[Capability::Serial]
    }

    fn wokwi(&self, _files: &mut WokwiFiles<'_>) -> Option<(&'static str, Value)> {
        let value = match std::str::from_utf8(&self.bytes.0) {
            Ok(text) => json!(text),
            Err(_) => json!(self.bytes.0),
        };
        Some(("write-serial", value))
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
