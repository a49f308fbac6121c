//! What happens at the server, for whoever has started it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// A client, by its number; the first is 1.
pub type Client = u64;

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Note {
    /// A client has come in.
    Opened {
        /// Which one.
        client: Client,
        /// From where.
        peer: SocketAddr,
        /// The name that it gives itself.
        agent: String,
    },
    /// A client is gone.
    Closed {
        /// Which one.
        client: Client,
        /// Why.
        why: String,
    },
    /// Somebody was not let in.
    Refused {
        /// From where.
        peer: SocketAddr,
        /// Why.
        why: String,
    },
    /// A simulation was started.
    Started {
        /// Whose.
        client: Client,
        /// Of what.
        firmware: String,
    },
    /// Something that the user of a simulation should know; the client is told too.
    Warning {
        /// Whose.
        client: Client,
        /// What.
        text: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opened { client, peer, agent } => write!(f, "client {client} is {agent} from {peer}"),
            Self::Closed { client, why } => write!(f, "client {client} is gone: {why}"),
            Self::Refused { peer, why } => write!(f, "{peer} is not let in: {why}"),
            Self::Started { client, firmware } => write!(f, "client {client} starts {firmware}"),
            Self::Warning { client, text } => write!(f, "client {client}: {text}"),
        }
    }
}

/// Takes notes, from any thread.
pub type Log = Arc<dyn Fn(Note) + Send + Sync>;

/// Text of a client's for a log: without control characters, and short.
pub(super) fn tame(text: &str) -> String {
    const MOST: usize = 160;
    let mut tame: String = text.chars().map(|it| if it.is_control() { '\u{FFFD}' } else { it }).take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        tame.push('…');
    }
    tame
}
