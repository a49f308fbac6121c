//! Connections in snapshots. smoltcp's sockets cannot be copied, but what they do follows from what is done to them: so
//! that is written down, and a connection is brought back by doing it all again. A connection that has just been made
//! takes some 30 calls.

use std::ops::Range;
use std::sync::Arc;

use super::terminator::Terminator;
use crate::net::config::NetworkConfig;
use crate::net::event::ConnectionId;
use crate::net::names::Names;
use crate::time::Instant;

/// Something that was done to the connections.
#[derive(Debug, Clone)]
pub(super) enum Input {
    Poll,
    Frame(Vec<u8>, Range<usize>),
    Accept(ConnectionId),
    Refuse(ConnectionId),
    Ignore(ConnectionId),
    Read(ConnectionId, usize),
    Write(ConnectionId, Vec<u8>),
    Close(ConnectionId),
    Abort(ConnectionId),
    TakeEvent,
}

type Record = Vec<(Instant, Input)>;

/// All connections at one moment.
#[derive(Debug, Clone)]
pub(in crate::net) struct Held {
    /// When there was no connection yet, and the id of the first one.
    start: (Instant, ConnectionId),
    inputs: Arc<Record>,
}

/// What has been done to the connections since there was none.
#[derive(Debug)]
pub(super) struct Recorder {
    start: (Instant, ConnectionId),
    before: Arc<Record>,
    since: Record,
}

impl Recorder {
    pub(super) fn note(&mut self, now: Instant, input: Input) {
        self.since.push((now, input));
    }
}

impl Terminator {
    /// From now on everything is written down.
    pub(in crate::net) fn record(&mut self, config: &NetworkConfig, now: Instant) {
        let next = self.next_id();
        *self = Self::new(config, now, next);
        self.recorder = Some(Recorder { start: (now, next), before: Arc::default(), since: Vec::new() });
    }

    /// All connections, if they are written down.
    pub(in crate::net) fn held(&self) -> Option<Held> {
        let recorder = self.recorder.as_ref()?;
        let inputs = if recorder.since.is_empty() {
            Arc::clone(&recorder.before)
        } else {
            Arc::new(recorder.before.iter().chain(&recorder.since).cloned().collect())
        };
        Some(Held { start: recorder.start, inputs })
    }

    /// The connections that were held, again.
    pub(in crate::net) fn held_again(held: &Held, config: &NetworkConfig, names: &Names) -> Self {
        let (start, next) = held.start;
        let mut again = Self::new(config, start, next);
        let mut buffer = Vec::new();
        for (now, input) in held.inputs.iter() {
            match input {
                Input::Poll => again.poll(*now),
                // Why a frame was dropped, and that frames were sent, is known.
                Input::Frame(frame, datagram) => {
                    let _ = again.receive(*now, frame.clone(), datagram.clone(), names);
                }
                Input::Accept(id) => again.accept(*now, *id),
                Input::Refuse(id) => again.refuse(*now, *id),
                Input::Ignore(id) => {
                    again.ignore(*id);
                }
                Input::Read(id, bytes) => {
                    buffer.resize(*bytes, 0);
                    again.read(*now, *id, &mut buffer);
                }
                Input::Write(id, bytes) => {
                    again.write(*now, *id, bytes);
                }
                Input::Close(id) => again.close(*now, *id),
                Input::Abort(id) => again.abort(*now, *id),
                Input::TakeEvent => {
                    again.take_event();
                }
            }
            again.medium.sent.clear();
        }
        again.recorder = Some(Recorder { start: held.start, before: Arc::clone(&held.inputs), since: Vec::new() });
        again
    }
}
