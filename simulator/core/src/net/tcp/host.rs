//! What the host does with connections.

use std::ops::Range;

use smoltcp::socket::tcp::State;
use smoltcp::wire::IpListenEndpoint;

use super::connection::{Accepted, Arrival, Stage, socket};
use super::record::Input;
use super::terminator::Terminator;
use crate::net::event::ConnectionId;
use crate::time::Instant;

impl Terminator {
    /// Answers the SYN of a connection that waits for it.
    pub(in crate::net) fn accept(&mut self, now: Instant, id: ConnectionId) {
        self.note(now, || Input::Accept(id));
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Stage::Asked(frame, datagram) = &mut connection.stage else { return };
        let syn = (std::mem::take(frame), datagram.clone());
        let mut socket = socket();
        let to = IpListenEndpoint { addr: Some((*connection.ends.to.ip()).into()), port: connection.ends.to.port() };
        socket.listen(to).expect("a new socket can listen to a port that is not 0");
        connection.stage = Stage::Accepted(Accepted::new(self.sockets.add(socket)));
        self.medium.received = Some(syn);
        self.run(now, Some((id, Arrival::Segment)));
    }

    /// Answers the SYN of a connection that waits for it with a reset: what smoltcp does with a port that has no socket.
    pub(in crate::net) fn refuse(&mut self, now: Instant, id: ConnectionId) {
        self.note(now, || Input::Refuse(id));
        self.answer_with_reset(now, id);
    }

    fn answer_with_reset(&mut self, now: Instant, id: ConnectionId) {
        if let Some(syn) = self.forget_asked(id) {
            self.medium.received = Some(syn);
            self.run(now, None);
        }
    }

    /// Forgets a connection that waits for an answer; returns its SYN.
    pub(in crate::net) fn ignore(&mut self, id: ConnectionId) -> Option<(Vec<u8>, Range<usize>)> {
        self.note(Instant::ZERO, || Input::Ignore(id));
        self.forget_asked(id)
    }

    fn forget_asked(&mut self, id: ConnectionId) -> Option<(Vec<u8>, Range<usize>)> {
        matches!(self.connections.get(&id)?.stage, Stage::Asked(..)).then_some(())?;
        match self.connections.remove(&id)?.stage {
            Stage::Asked(frame, datagram) => Some((frame, datagram)),
            Stage::Accepted(_) => None,
        }
    }

    /// Takes what the device has sent; returns how much.
    pub(in crate::net) fn read(&mut self, now: Instant, id: ConnectionId, buffer: &mut [u8]) -> usize {
        self.note(now, || Input::Read(id, buffer.len()));
        let n = self.with(id, |accepted, socket| accepted.read(socket, buffer)).unwrap_or(0);
        if n > 0 {
            // The device may have waited for room.
            self.run(now, None);
        }
        n
    }

    /// Sends to the device; returns how much of it.
    pub(in crate::net) fn write(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) -> usize {
        self.note(now, || Input::Write(id, bytes.to_vec()));
        let n = self.with(id, |accepted, socket| accepted.write(socket, bytes)).unwrap_or(0);
        if n > 0 {
            self.run(now, None);
        }
        n
    }

    /// Sends FIN after what was written.
    pub(in crate::net) fn close(&mut self, now: Instant, id: ConnectionId) {
        self.note(now, || Input::Close(id));
        let closed = self.with(id, |accepted, socket| match socket.state() {
            State::SynReceived => accepted.close_when_established = true,
            _ => socket.close(),
        });
        match closed {
            Some(()) => self.run(now, None),
            None => self.answer_with_reset(now, id),
        }
    }

    /// Sends RST and forgets the connection.
    pub(in crate::net) fn abort(&mut self, now: Instant, id: ConnectionId) {
        self.note(now, || Input::Abort(id));
        let aborted = self.with(id, |accepted, socket| {
            // There is nothing to reset in TIME-WAIT.
            if !accepted.is_over() {
                socket.abort();
            }
            accepted.is_over()
        });
        match aborted {
            Some(true) => {}
            Some(false) => {
                self.run(now, None);
                self.events.retain(|event| event.connection() != id);
                self.forget(id);
            }
            None => self.answer_with_reset(now, id),
        }
    }
}
