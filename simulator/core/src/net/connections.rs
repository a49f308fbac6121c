//! The host's side of the device's connections.

use super::event::{ConnectionId, NetworkEvent};
use super::network::Network;
use super::statistics::DropReason;
use crate::time::Instant;

/// What the host does with connections. A connection that is no more, or that is not in a state for it, makes these do
/// nothing: the event that says so may still be waiting.
impl Network {
    /// What has happened to connections, in order. To be called until there is nothing, after each call that lets time
    /// pass or changes a connection.
    pub fn take_event(&mut self) -> Option<NetworkEvent> {
        self.tcp.take_event().or_else(|| self.guests.take_event())
    }

    /// Whether [`take_event`](Self::take_event) has something to tell.
    pub fn has_event(&self) -> bool {
        self.tcp.has_event() || self.guests.has_event()
    }

    /// Answers a connection that was [opened](NetworkEvent::Opened): the handshake begins, and with
    /// [`Writable`](NetworkEvent::Writable) it is done.
    pub fn accept(&mut self, now: Instant, id: ConnectionId) {
        self.advance(now);
        self.tcp.accept(self.now, id);
        self.send_segments();
    }

    /// Answers a connection that was [opened](NetworkEvent::Opened) with RST, as a host does on which nobody listens.
    pub fn refuse(&mut self, now: Instant, id: ConnectionId) {
        self.advance(now);
        self.tcp.refuse(self.now, id);
        self.send_segments();
    }

    /// Never answers a connection that was [opened](NetworkEvent::Opened), as if its SYN had been lost. When the device sends it
    /// again, that opens another connection.
    pub fn ignore(&mut self, id: ConnectionId) {
        if self.tcp.ignore(id).is_some() {
            self.count_drop(DropReason::Ignored);
        }
    }

    /// Moves what the device has sent to `buffer`; returns how many bytes. Zero: there is nothing now;
    /// [`Readable`](NetworkEvent::Readable), [`Finished`](NetworkEvent::Finished) or [`Closed`](NetworkEvent::Closed) follows. What is not read
    /// stays, up to 65,535 bytes, and then the device has to wait.
    pub fn read(&mut self, now: Instant, id: ConnectionId, buffer: &mut [u8]) -> usize {
        self.advance(now);
        let n = match self.guests.of(id) {
            Some(guest) => guest.read(self.now, id, buffer),
            None => self.tcp.read(self.now, id, buffer),
        };
        self.send_segments();
        n
    }

    /// Sends to the device, at once; returns how many bytes, which may be fewer than there are, or none. Then
    /// [`Writable`](NetworkEvent::Writable) follows when there is room. 65,535 bytes may wait for the device's acknowledgement.
    pub fn write(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) -> usize {
        self.advance(now);
        let n = match self.guests.of(id) {
            Some(guest) => guest.write(self.now, id, bytes),
            None => self.tcp.write(self.now, id, bytes),
        };
        self.send_segments();
        n
    }

    /// Sends FIN after everything that was written. What the device sends can still be read.
    pub fn close(&mut self, now: Instant, id: ConnectionId) {
        self.advance(now);
        match self.guests.of(id) {
            Some(guest) => guest.close(self.now, id),
            None => self.tcp.close(self.now, id),
        }
        self.send_segments();
    }

    /// Sends RST and forgets the connection; no more events of it follow.
    pub fn abort(&mut self, now: Instant, id: ConnectionId) {
        self.advance(now);
        match self.guests.of(id) {
            Some(guest) => guest.abort(self.now, id),
            None => self.tcp.abort(self.now, id),
        }
        self.send_segments();
    }
}
