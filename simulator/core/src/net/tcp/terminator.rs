//! All connections, and the sockets of those that were accepted.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddrV4;
use std::ops::Range;

use smoltcp::iface::{Config as InterfaceConfig, Interface, SocketSet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::tcp::Socket;
use smoltcp::time::Instant as StackInstant;
use smoltcp::wire::{HardwareAddress, IpCidr, Ipv4Cidr, Ipv4Packet, TcpControl, TcpPacket, TcpRepr};

use super::connection::{Accepted, Arrival, Connection, Ends, Stage};
use super::medium::Medium;
use super::record::{Input, Recorder};
use crate::net::config::NetworkConfig;
use crate::net::event::{ConnectionId, Destination, Ending, NetworkEvent};
use crate::net::names::Names;
use crate::net::statistics::DropReason;
use crate::time::{Instant, Span};

/// Connections at a time.
const CONNECTIONS: usize = 64;
/// Events that the host may leave for later before no more connections are opened.
const EVENTS: usize = 1024;
/// When smoltcp wants to be called again at once although it has just been called, it is called after this time.
const PAUSE: Span = Span::from_ms(1);

/// All connections of the device.
pub(in crate::net) struct Terminator {
    stack: Interface,
    pub(super) sockets: SocketSet<'static>,
    pub(super) medium: Medium,
    pub(super) connections: BTreeMap<ConnectionId, Connection>,
    /// The next connection's.
    next: ConnectionId,
    pub(super) events: VecDeque<NetworkEvent>,
    /// When there is something to do, or earlier.
    due: Option<Instant>,
    /// What is done, if connections are to be part of snapshots.
    pub(super) recorder: Option<Recorder>,
}

impl Terminator {
    /// `next` is the first connection's.
    pub(in crate::net) fn new(config: &NetworkConfig, now: Instant, next: ConnectionId) -> Self {
        let mut medium = Medium::default();
        let mut of_stack = InterfaceConfig::new(HardwareAddress::Ip);
        of_stack.random_seed = config.seed;
        let mut stack = Interface::new(of_stack, &mut medium, to_stack(now));
        stack.set_any_ip(true);
        stack.update_ip_addrs(|addresses| {
            let gateway = IpCidr::Ipv4(Ipv4Cidr::new(config.gateway, config.prefix_len));
            addresses.push(gateway).expect("there is room for one address");
        });
        let sockets = SocketSet::new(Vec::new());
        let connections = BTreeMap::new();
        Self { stack, sockets, medium, connections, next, events: VecDeque::new(), due: None, recorder: None }
    }

    /// The id of the next connection.
    pub(in crate::net) fn next_id(&self) -> ConnectionId {
        self.next
    }

    /// The next thing that the host has to know.
    pub(in crate::net) fn take_event(&mut self) -> Option<NetworkEvent> {
        let event = self.events.pop_front()?;
        self.note(Instant::ZERO, || Input::TakeEvent);
        Some(event)
    }

    pub(super) fn note(&mut self, now: Instant, input: impl FnOnce() -> Input) {
        if let Some(recorder) = &mut self.recorder {
            recorder.note(now, input());
        }
    }

    /// Whether [`take_event`](Self::take_event) has something to tell.
    pub(in crate::net) fn has_event(&self) -> bool {
        !self.events.is_empty()
    }

    /// The frames that were made, without their Ethernet headers.
    pub(in crate::net) fn take_sent(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.medium.sent)
    }

    /// When there is something to do of its own accord. Asked for all the time, so it is kept.
    pub(in crate::net) fn next_due(&self) -> Option<Instant> {
        self.due
    }

    /// Does what is due.
    pub(in crate::net) fn poll(&mut self, now: Instant) {
        self.note(now, || Input::Poll);
        for connection in self.connections.values_mut() {
            if let Stage::Accepted(accepted) = &mut connection.stage
                && accepted.patience_ends().is_some_and(|end| end <= now)
            {
                accepted.give_up(self.sockets.get_mut(accepted.handle));
            }
        }
        self.run(now, None);
    }

    /// Takes a frame whose part `datagram` is an IPv4 datagram with a TCP segment.
    pub(in crate::net) fn receive(
        &mut self,
        now: Instant,
        frame: Vec<u8>,
        datagram: Range<usize>,
        names: &Names,
    ) -> Result<(), DropReason> {
        self.note(now, || Input::Frame(frame.clone(), datagram.clone()));
        let ip = Ipv4Packet::new_unchecked(&frame[datagram.clone()]);
        let (from, to) = (ip.src_addr(), ip.dst_addr());
        let segment = TcpPacket::new_checked(ip.payload()).map_err(|_| DropReason::TcpHeader)?;
        let segment = TcpRepr::parse(&segment, &from.into(), &to.into(), &ChecksumCapabilities::default())
            .map_err(|_| DropReason::TcpHeader)?;
        let ends =
            Ends { device: SocketAddrV4::new(from, segment.src_port), to: SocketAddrV4::new(to, segment.dst_port) };
        let known = self.connections.iter().find(|(_, connection)| connection.ends == ends).map(|(id, _)| *id);
        if segment.control == TcpControl::Syn && segment.ack_number.is_none() {
            if segment.max_seg_size == Some(0) {
                return Err(DropReason::TcpHeader);
            }
            let initial = segment.seq_number.0 as u32;
            return self.receive_syn(now, ends, initial, known, (frame, datagram), names);
        }
        let is_reset = segment.control == TcpControl::Rst;
        if let Some(id) = known
            && matches!(self.connections[&id].stage, Stage::Asked(..))
        {
            // There is nothing that it could acknowledge or send, but it may have changed its mind.
            if is_reset {
                self.end(id, Ending::Reset);
            }
            return Ok(());
        }
        self.medium.received = Some((frame, datagram));
        self.run(now, known.map(|id| (id, if is_reset { Arrival::Reset } else { Arrival::Segment })));
        Ok(())
    }

    fn receive_syn(
        &mut self,
        now: Instant,
        ends: Ends,
        initial: u32,
        known: Option<ConnectionId>,
        (frame, datagram): (Vec<u8>, Range<usize>),
        names: &Names,
    ) -> Result<(), DropReason> {
        if let Some(id) = known
            && let Some(connection) = self.connections.get_mut(&id)
        {
            match &mut connection.stage {
                // Its retransmission, or another attempt.
                Stage::Asked(old, old_datagram) => {
                    connection.initial = initial;
                    (*old, *old_datagram) = (frame, datagram);
                    return Ok(());
                }
                Stage::Accepted(accepted) if connection.initial == initial && accepted.may_be_duplicate(now) => {
                    return Ok(());
                }
                Stage::Accepted(_) => self.end(id, Ending::Reset),
            }
        }
        self.make_room()?;
        let id = self.next;
        self.next = ConnectionId(id.0.wrapping_add(1));
        self.connections.insert(id, Connection { ends, initial, stage: Stage::Asked(frame, datagram) });
        let to = Destination { name: names.name_of(*ends.to.ip()).map(str::to_owned), address: ends.to };
        self.events.push_back(NetworkEvent::Opened { id, from: ends.device, to });
        Ok(())
    }

    /// Makes room for one more connection, at the cost of one that is over.
    fn make_room(&mut self) -> Result<(), DropReason> {
        if self.events.len() >= EVENTS {
            return Err(DropReason::ConnectionLimit);
        }
        if self.connections.len() >= CONNECTIONS {
            let is_over = |connection: &Connection| match &connection.stage {
                Stage::Accepted(accepted) => accepted.is_over(),
                Stage::Asked(..) => false,
            };
            let over = self.connections.iter().find(|(_, connection)| is_over(connection)).map(|(id, _)| *id);
            self.forget(over.ok_or(DropReason::ConnectionLimit)?);
        }
        Ok(())
    }

    pub(super) fn with<R>(
        &mut self,
        id: ConnectionId,
        f: impl FnOnce(&mut Accepted, &mut Socket<'static>) -> R,
    ) -> Option<R> {
        match &mut self.connections.get_mut(&id)?.stage {
            Stage::Accepted(accepted) => {
                let socket = self.sockets.get_mut(accepted.handle);
                Some(f(accepted, socket))
            }
            Stage::Asked(..) => None,
        }
    }

    /// Ends a connection without a word to the device.
    fn end(&mut self, id: ConnectionId, how: Ending) {
        if !self.with(id, |accepted, _| accepted.is_over()).unwrap_or(false) {
            self.events.push_back(NetworkEvent::Closed { id, how });
        }
        self.forget(id);
    }

    pub(super) fn forget(&mut self, id: ConnectionId) {
        if let Some(Connection { stage: Stage::Accepted(accepted), .. }) = self.connections.remove(&id) {
            self.sockets.remove(accepted.handle);
        }
    }

    /// Lets smoltcp receive and send, and tells the host what has come of it. `arrival`: what is about to be received.
    pub(super) fn run(&mut self, now: Instant, arrival: Option<(ConnectionId, Arrival)>) {
        let at = to_stack(now);
        let Self { stack, sockets, medium, connections, events, .. } = self;
        stack.poll(at, medium, sockets);
        let mut closed = false;
        connections.retain(|id, connection| {
            let Stage::Accepted(accepted) = &mut connection.stage else { return true };
            let socket = sockets.get_mut::<Socket<'_>>(accepted.handle);
            closed |= accepted.close_if_due(socket);
            let arrival = arrival.filter(|(of, _)| of == id).map_or(Arrival::Nothing, |(_, what)| what);
            let stays = accepted.observe(*id, now, arrival, socket, events);
            if !stays {
                sockets.remove(accepted.handle);
            }
            stays
        });
        if closed {
            stack.poll(at, medium, sockets);
        }
        let stack = stack_due(&mut self.stack, &self.sockets, now);
        let patience = self.connections.values().filter_map(|connection| match &connection.stage {
            Stage::Accepted(accepted) => accepted.patience_ends(),
            Stage::Asked(..) => None,
        });
        self.due = patience.chain(stack).min();
    }
}

const PS_PER_US: u64 = 1_000_000;

pub(super) fn to_stack(at: Instant) -> StackInstant {
    StackInstant::from_micros((at.ps() / PS_PER_US) as i64)
}

/// When smoltcp wants to be called again: later than now.
pub(super) fn stack_due(stack: &mut Interface, sockets: &SocketSet<'_>, now: Instant) -> Option<Instant> {
    stack.poll_at(to_stack(now), sockets).map(|due| match from_stack(due) {
        due if due > now => due,
        _ => now + PAUSE,
    })
}

fn from_stack(at: StackInstant) -> Instant {
    Instant::from_ps(u64::try_from(at.total_micros()).unwrap_or(0).saturating_mul(PS_PER_US))
}
