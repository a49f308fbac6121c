//! `broker`: the broker's own life.

use std::fmt;

use super::word;
use crate::decode::{Cx, keyword};
use crate::yaml::Node;

/// `broker: stop|start|restart`. Retained messages and sessions survive, as in a broker with persistence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokerAction {
    /// Stop: clients are disconnected (0x8B server shutting down), new connections are refused.
    Stop,
    /// Start again on the same address.
    Start,
    /// Stop and start.
    Restart,
}

impl BrokerAction {
    /// The words of scenario files.
    pub(crate) const WORDS: [(&'static str, Self); 3] =
        [("stop", Self::Stop), ("start", Self::Start), ("restart", Self::Restart)];

    pub(super) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        keyword(cx, node, "a broker action", &Self::WORDS)
    }
}

impl fmt::Display for BrokerAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word(&Self::WORDS, self))
    }
}
