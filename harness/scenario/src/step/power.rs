//! `power`: the device's supply.

use std::fmt;

use super::word;
use crate::decode::{Cx, Map, Shape, keyword};
use crate::yaml::{Node, NodeKind};

/// `power: off|on|cycle`, `power: { off-at: flash-write 3 }`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerAction {
    /// Off at once.
    Off,
    /// On.
    On,
    /// Off and on.
    Cycle,
    /// `off-at: flash-write k`: power fails in the middle of the k-th flash operation (write or erase) from now, k from 1.
    OffAtFlashWrite(u32),
}

/// `power: { off-at: flash-write 3 }`
pub(crate) const POWER: Shape = Shape { name: "power", example: "off-at", keys: &["off-at"] };

impl PowerAction {
    /// The words of scenario files.
    pub(crate) const WORDS: [(&'static str, Self); 3] = [("off", Self::Off), ("on", Self::On), ("cycle", Self::Cycle)];

    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        if matches!(node.kind, NodeKind::Mapping(_)) {
            return Map::new(cx, node, &POWER)?.required("off-at", off_at);
        }
        keyword(cx, node, "a power action", &Self::WORDS)
    }
}

fn off_at(cx: &mut Cx<'_>, node: &Node) -> Option<PowerAction> {
    let expected = "`flash-write` and a number from 1, such as `flash-write 3`";
    let text = cx.text(node, expected)?;
    let number = text.value.strip_prefix("flash-write").and_then(|rest| rest.trim().parse::<u32>().ok());
    match number.filter(|k| *k > 0) {
        Some(k) => Some(PowerAction::OffAtFlashWrite(k)),
        None if !text.known => Some(PowerAction::OffAtFlashWrite(1)),
        None => {
            cx.wrong_text(&text, expected);
            None
        }
    }
}

impl fmt::Display for PowerAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OffAtFlashWrite(k) => write!(f, "off at flash-write {k}"),
            simple => f.write_str(word(&Self::WORDS, simple)),
        }
    }
}
