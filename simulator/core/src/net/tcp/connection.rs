//! One connection: what the host was told of it, and what it is still to be told.

use std::collections::VecDeque;
use std::net::SocketAddrV4;
use std::ops::Range;

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::time::Duration;

use crate::net::event::{ConnectionId, Ending, NetworkEvent};
use crate::time::{Instant, Span};

/// Bytes that wait for the host: the largest window that needs no scaling (RFC 7323).
const RECEIVED: usize = 65_535;
/// Bytes that wait for the device.
const SENT: usize = 65_535;
/// A device that owes an acknowledgement or its FIN and says nothing for so long is given up (R2 of RFC 1122, 4.2.3.5, which asks for
/// 100 s at least; Linux waits for about 15 minutes). It must be much more than the 60 s that the interval of probes grows
/// to: a device whose ARP entry for the gateway has expired asks for that and leaves the probe without an answer.
const PATIENCE: Span = Span::from_ms(15 * 60 * 1000);
/// How long an acknowledgement waits for data to go with: smoltcp's resolution.
const ACK_DELAY: Duration = Duration::from_micros(1);
/// A SYN that comes later is no duplicate of the first one, even if its sequence number is the same.
const DUPLICATE: Span = Span::from_ms(1_000);

/// The two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) device: SocketAddrV4,
    pub(super) to: SocketAddrV4,
}

/// A connection that the device has asked for.
pub(super) struct Connection {
    pub(super) ends: Ends,
    /// Sequence number of its SYN.
    pub(super) initial: u32,
    pub(super) stage: Stage,
}

pub(super) enum Stage {
    /// The host has to decide. The frame with the SYN, and where its datagram is.
    Asked(Vec<u8>, Range<usize>),
    Accepted(Accepted),
}

/// What is known of a connection beside its socket.
pub(super) struct Accepted {
    pub(super) handle: SocketHandle,
    established: Option<Instant>,
    /// The host has closed it before it was established.
    pub(super) close_when_established: bool,
    /// Since when the device has owed an acknowledgement, or its FIN, and said nothing.
    waiting: Option<Instant>,
    /// The host knows that there is something to read.
    told_readable: bool,
    /// The host waits for room.
    wants_room: bool,
    told_finished: bool,
    ending: Option<Ending>,
    told_closed: bool,
}

/// What has just come from the device for a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    Nothing,
    Segment,
    Reset,
}

/// A socket that sends at once, and acknowledges with what the host answers at the same moment, or else at the next
/// microsecond, which is smoltcp's resolution (RFC 9293, section 3.8.6.3).
pub(super) fn socket() -> Socket<'static> {
    let mut socket = Socket::new(SocketBuffer::new(vec![0; RECEIVED]), SocketBuffer::new(vec![0; SENT]));
    socket.set_ack_delay(Some(ACK_DELAY));
    socket.set_nagle_enabled(false);
    socket
}

impl Accepted {
    pub(super) fn new(handle: SocketHandle) -> Self {
        Self {
            handle,
            established: None,
            close_when_established: false,
            waiting: None,
            told_readable: false,
            wants_room: false,
            told_finished: false,
            ending: None,
            told_closed: false,
        }
    }

    /// Whether the host knows that it has ended. It stays for a while, to acknowledge the device's FIN again (TIME-WAIT).
    pub(super) fn is_over(&self) -> bool {
        self.told_closed
    }

    /// Whether a SYN with the sequence number of the first one can be the same one again.
    pub(super) fn may_be_duplicate(&self, now: Instant) -> bool {
        self.ending.is_none() && self.established.is_none_or(|at| now.since(at) < DUPLICATE)
    }

    /// When the device is given up if it stays silent.
    pub(super) fn patience_ends(&self) -> Option<Instant> {
        self.waiting.map(|since| since + PATIENCE)
    }

    /// Gives the device up.
    pub(super) fn give_up(&mut self, socket: &mut Socket<'_>) {
        self.waiting = None;
        self.ending.get_or_insert(Ending::TimedOut);
        socket.abort();
    }

    pub(super) fn read(&mut self, socket: &mut Socket<'_>, buffer: &mut [u8]) -> usize {
        let n = socket.recv_slice(buffer).unwrap_or(0);
        self.told_readable = socket.can_recv();
        n
    }

    pub(super) fn write(&mut self, socket: &mut Socket<'_>, bytes: &[u8]) -> usize {
        let n = socket.send_slice(bytes).unwrap_or(0);
        self.wants_room = n < bytes.len();
        n
    }

    /// Closes it if the host has wanted that too early; returns whether it did.
    pub(super) fn close_if_due(&mut self, socket: &mut Socket<'_>) -> bool {
        let due = self.close_when_established && socket.may_send();
        if due {
            self.close_when_established = false;
            socket.close();
        }
        due
    }

    /// Tells what has changed since it was last called. Returns whether there is still a connection.
    pub(super) fn observe(
        &mut self,
        id: ConnectionId,
        now: Instant,
        arrival: Arrival,
        socket: &Socket<'_>,
        events: &mut VecDeque<NetworkEvent>,
    ) -> bool {
        let state = socket.state();
        let may_send = socket.may_send();
        if may_send && self.established.is_none() {
            self.established = Some(now);
            self.wants_room = true;
        }
        if self.wants_room && may_send && socket.send_queue() <= SENT / 2 {
            self.wants_room = false;
            events.push_back(NetworkEvent::Writable(id));
        }
        if socket.can_recv() && !self.told_readable {
            self.told_readable = true;
            events.push_back(NetworkEvent::Readable(id));
        }
        // A reset in SYN-RECEIVED brings a socket back to LISTEN.
        if matches!(state, State::Closed | State::Listen | State::TimeWait) {
            let how = if arrival == Arrival::Reset { Ending::Reset } else { Ending::Orderly };
            self.ending.get_or_insert(how);
        }
        let has_fin =
            matches!(state, State::CloseWait | State::LastAck | State::Closing) || self.ending == Some(Ending::Orderly);
        if has_fin && !socket.can_recv() && !self.told_finished {
            self.told_finished = true;
            events.push_back(NetworkEvent::Finished(id));
        }
        if let Some(how) = self.ending
            && !socket.can_recv()
            && !self.told_closed
        {
            self.told_closed = true;
            events.push_back(NetworkEvent::Closed { id, how });
        }
        // In FIN-WAIT-2 it is the device's FIN.
        let owes = self.ending.is_none()
            && (socket.send_queue() > 0
                || matches!(
                    state,
                    State::SynSent
                        | State::SynReceived
                        | State::FinWait1
                        | State::FinWait2
                        | State::Closing
                        | State::LastAck
                ));
        self.waiting = match self.waiting {
            Some(since) if owes && arrival == Arrival::Nothing => Some(since),
            _ => owes.then_some(now),
        };
        !self.told_closed || state == State::TimeWait
    }
}
