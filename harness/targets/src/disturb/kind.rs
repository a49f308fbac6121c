//! Kinds of disturbances, and what allows each of them.

use std::collections::BTreeSet;

/// A kind of disturbance that no verdict may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Packets come later than they would, those of one direction still in their order: TCP (RFC 9293) sets no time within which
    /// bytes arrive, and MQTT 5 none within which a broker forwards a message or answers.
    Late,
    /// Messages to the observer overtake one another where topic or QoS differ: MQTT 5, section 4.6, binds a broker to the order of
    /// messages of one topic and one QoS only.
    Reordered,
    /// The observer is sent a message of QoS 1 or 2 again, with DUP, before its acknowledgement has come through (MQTT 5, sections
    /// 3.3.1.1 and 4.4). MQTT 5 lets a broker do so when a session goes on after a reconnect; some do it after a time too, as older
    /// versions of MQTT demanded.
    Doubled,
    /// The stream is cut anywhere: TCP is a stream of bytes (RFC 9293, section 3.8), and knows no packets of MQTT.
    Pieces,
    /// The scenario's thread stands still for up to 20 ms of wall time: no operating system promises a thread the processor.
    SlowHost,
    /// Other threads keep every core busy meanwhile: the same, for all threads of the tool.
    StarvedCpu,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Late, Self::Reordered, Self::Doubled, Self::Pieces, Self::SlowHost, Self::StarvedCpu];

    /// Its name on the command line: `slow-host`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Reordered => "reordered",
            Self::Doubled => "doubled",
            Self::Pieces => "pieces",
            Self::SlowHost => "slow-host",
            Self::StarvedCpu => "starved-cpu",
        }
    }

    /// Several of them: `late, pieces`.
    pub fn names(kinds: &BTreeSet<Self>) -> String {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }

    /// What it is, in one line of the help.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Late => "packets come later, by up to --latest",
            Self::Reordered => "messages of different topics or QoS overtake one another on their way to the observer",
            Self::Doubled => "messages of QoS 1 and 2 are sent to the observer again, with DUP",
            Self::Pieces => "the stream is cut anywhere",
            Self::SlowHost => "the scenario's thread stands still for up to 20 ms",
            Self::StarvedCpu => "other threads keep every core busy",
        }
    }
}
