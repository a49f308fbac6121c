//! A computer beside the device: it has an address of its own, and opens TCP connections to the device.

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddrV4};

use smoltcp::iface::{Config as InterfaceConfig, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium as Kind, RxToken, TxToken};
use smoltcp::socket::dhcpv4;
use smoltcp::socket::tcp::Socket;
use smoltcp::time::Instant as StackInstant;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, HardwareAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Cidr,
    Ipv4Packet, TcpPacket,
};

use super::connection::{Accepted, Arrival, socket};
use super::terminator::{stack_due, to_stack};
use crate::net::event::{ConnectionId, Ending, NetworkEvent};
use crate::net::frame::LONGEST;
use crate::time::Instant;

/// Connections at a time, with those that wait for an address.
const CONNECTIONS: usize = 64;
/// The first of its own ports (RFC 6335, section 6).
const FIRST_PORT: u16 = 49_152;

/// Where a guest has its address from.
#[derive(Debug, Clone, Copy)]
pub(in crate::net) enum Addressing {
    /// It was given this one, and the length of its subnet's prefix.
    Fixed(Ipv4Addr, u8),
    /// The device leases it one (RFC 2131).
    Leased,
}

/// The computer.
pub(in crate::net) struct Guest {
    mac: EthernetAddress,
    stack: Interface,
    sockets: SocketSet<'static>,
    medium: Wire,
    dhcp: Option<SocketHandle>,
    /// Its address, and the router that it was told of.
    address: Option<(Ipv4Addr, Option<Ipv4Addr>)>,
    connections: BTreeMap<ConnectionId, (SocketAddrV4, Accepted)>,
    /// Those that wait for an address.
    wanted: Vec<(ConnectionId, Remote)>,
    next: ConnectionId,
    next_port: u16,
    events: VecDeque<NetworkEvent>,
    due: Option<Instant>,
}

/// Whom a guest connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remote {
    /// This host.
    Address(SocketAddrV4),
    /// The device, at this port: on its own network the router and DHCP server, else the host that the gateway has leased an address.
    Device(u16),
}

impl Guest {
    /// A guest with this Ethernet address, whose connections have the ids from `first` on. `seed`: where sequence numbers begin.
    pub(in crate::net) fn new(
        mac: [u8; 6],
        addressing: Addressing,
        seed: u64,
        now: Instant,
        first: ConnectionId,
    ) -> Self {
        let mac = EthernetAddress(mac);
        let mut medium = Wire::default();
        let mut config = InterfaceConfig::new(HardwareAddress::Ethernet(mac));
        config.random_seed = seed;
        let mut stack = Interface::new(config, &mut medium, to_stack(now));
        let mut sockets = SocketSet::new(Vec::new());
        let (mut dhcp, mut address) = (None, None);
        match addressing {
            Addressing::Fixed(own, prefix) => {
                set_address(&mut stack, Some(Ipv4Cidr::new(own, prefix)));
                address = Some((own, None));
            }
            Addressing::Leased => dhcp = Some(sockets.add(dhcpv4::Socket::new())),
        }
        Self {
            mac,
            stack,
            sockets,
            medium,
            dhcp,
            address,
            connections: BTreeMap::new(),
            wanted: Vec::new(),
            next: first,
            next_port: FIRST_PORT,
            events: VecDeque::new(),
            due: Some(now),
        }
    }

    pub(in crate::net) const fn mac(&self) -> EthernetAddress {
        self.mac
    }

    /// Its own address, once it has one.
    pub(in crate::net) fn address(&self) -> Option<Ipv4Addr> {
        self.address.map(|(own, _)| own)
    }

    /// Where a connection goes.
    pub(in crate::net) fn peer(&self, id: ConnectionId) -> Option<SocketAddrV4> {
        self.connections.get(&id).map(|(to, _)| *to)
    }

    pub(in crate::net) const fn next_due(&self) -> Option<Instant> {
        self.due
    }

    pub(in crate::net) fn has_event(&self) -> bool {
        !self.events.is_empty()
    }

    pub(in crate::net) fn take_event(&mut self) -> Option<NetworkEvent> {
        self.events.pop_front()
    }

    /// The frames that it sends.
    pub(in crate::net) fn take_sent(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.medium.sent)
    }

    /// It is in the device's network from now on: it asks for an address, if it has none of its own. Who has just joined asks again.
    pub(in crate::net) fn joined(&mut self, now: Instant) {
        if let Some(handle) = self.dhcp {
            self.sockets.get_mut::<dhcpv4::Socket<'_>>(handle).reset();
        }
        self.run(now, None);
    }

    /// Opens a connection; `None` if there are too many. The first event is that it is writable, or closed.
    pub(in crate::net) fn connect(&mut self, now: Instant, to: Remote) -> Option<ConnectionId> {
        if self.connections.len() + self.wanted.len() >= CONNECTIONS {
            return None;
        }
        let id = self.next;
        self.next = ConnectionId(id.0.wrapping_add(1));
        self.wanted.push((id, to));
        self.run(now, None);
        Some(id)
    }

    /// A frame of the device.
    pub(in crate::net) fn receive(&mut self, now: Instant, frame: &[u8]) {
        if frame.len() > LONGEST {
            return;
        }
        let arrival = self.arrival(frame);
        self.medium.received = Some(frame.to_vec());
        self.run(now, arrival);
    }

    /// Whose segment a frame carries.
    fn arrival(&self, frame: &[u8]) -> Option<(ConnectionId, Arrival)> {
        let frame = EthernetFrame::new_checked(frame).ok()?;
        if frame.ethertype() != EthernetProtocol::Ipv4 {
            return None;
        }
        let datagram = Ipv4Packet::new_checked(frame.payload()).ok()?;
        let segment = TcpPacket::new_checked(datagram.payload()).ok()?;
        let from = SocketAddrV4::new(datagram.src_addr(), segment.src_port());
        let own = segment.dst_port();
        let ours = |(to, accepted): &(SocketAddrV4, Accepted)| {
            let socket = self.sockets.get::<Socket<'_>>(accepted.handle);
            *to == from && socket.local_endpoint().is_some_and(|end| end.port == own)
        };
        let id = self.connections.iter().find(|(_, it)| ours(it)).map(|(id, _)| *id)?;
        Some((id, if segment.rst() { Arrival::Reset } else { Arrival::Segment }))
    }

    /// Does what is due.
    pub(in crate::net) fn poll(&mut self, now: Instant) {
        for (_, accepted) in self.connections.values_mut() {
            if accepted.patience_ends().is_some_and(|end| end <= now) {
                accepted.give_up(self.sockets.get_mut(accepted.handle));
            }
        }
        self.run(now, None);
    }

    pub(in crate::net) fn read(&mut self, now: Instant, id: ConnectionId, buffer: &mut [u8]) -> usize {
        self.with(now, id, |accepted, socket| accepted.read(socket, buffer)).unwrap_or(0)
    }

    pub(in crate::net) fn write(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) -> usize {
        self.with(now, id, |accepted, socket| accepted.write(socket, bytes)).unwrap_or(0)
    }

    pub(in crate::net) fn close(&mut self, now: Instant, id: ConnectionId) {
        if self.with(now, id, |_, socket| socket.close()).is_none() {
            self.wanted.retain(|(wanted, _)| *wanted != id);
        }
    }

    pub(in crate::net) fn abort(&mut self, now: Instant, id: ConnectionId) {
        self.with(now, id, |_, socket| socket.abort());
        self.wanted.retain(|(wanted, _)| *wanted != id);
        self.events.retain(|event| event.connection() != id);
        if let Some((_, accepted)) = self.connections.remove(&id) {
            self.sockets.remove(accepted.handle);
        }
    }

    fn with<R>(
        &mut self,
        now: Instant,
        id: ConnectionId,
        f: impl FnOnce(&mut Accepted, &mut Socket<'static>) -> R,
    ) -> Option<R> {
        let (_, accepted) = self.connections.get_mut(&id)?;
        let result = f(accepted, self.sockets.get_mut(accepted.handle));
        self.run(now, None);
        Some(result)
    }

    /// Lets smoltcp receive and send, and tells what has come of it.
    fn run(&mut self, now: Instant, arrival: Option<(ConnectionId, Arrival)>) {
        let at = to_stack(now);
        self.stack.poll(at, &mut self.medium, &mut self.sockets);
        if self.look_at_lease() | self.open_wanted() {
            self.stack.poll(at, &mut self.medium, &mut self.sockets);
        }
        let Self { sockets, connections, events, .. } = self;
        connections.retain(|id, (_, accepted)| {
            let socket = sockets.get_mut::<Socket<'_>>(accepted.handle);
            let arrival = arrival.filter(|(of, _)| of == id).map_or(Arrival::Nothing, |(_, what)| what);
            let stays = accepted.observe(*id, now, arrival, socket, events);
            if !stays {
                sockets.remove(accepted.handle);
            }
            stays
        });
        let stack = stack_due(&mut self.stack, &self.sockets, now);
        let patience = self.connections.values().filter_map(|(_, accepted)| accepted.patience_ends());
        self.due = patience.chain(stack).min();
    }

    /// Takes the address that DHCP has brought, or lets it go.
    fn look_at_lease(&mut self) -> bool {
        let Some(handle) = self.dhcp else { return false };
        match self.sockets.get_mut::<dhcpv4::Socket<'_>>(handle).poll() {
            None => return false,
            Some(dhcpv4::Event::Deconfigured) => {
                self.address = None;
                set_address(&mut self.stack, None);
            }
            Some(dhcpv4::Event::Configured(lease)) => {
                let server = lease.server.address;
                let (address, router) = (lease.address, lease.router.or(Some(server)));
                self.address = Some((address.address(), router));
                set_address(&mut self.stack, Some(address));
                if let Some(router) = router {
                    // A route more than there is room for is none; there is room for one.
                    let _ = self.stack.routes_mut().add_default_ipv4_route(router);
                }
            }
        }
        true
    }

    /// Opens the connections that have waited for an address.
    fn open_wanted(&mut self) -> bool {
        let Some((own, router)) = self.address else { return false };
        let wanted = std::mem::take(&mut self.wanted);
        let any = !wanted.is_empty();
        for (id, remote) in wanted {
            let to = match remote {
                Remote::Address(to) => Some(to),
                Remote::Device(port) => router.map(|device| SocketAddrV4::new(device, port)),
            };
            let mut socket = socket();
            let port = self.next_port;
            self.next_port = port.checked_add(1).unwrap_or(FIRST_PORT);
            let opened = to.filter(|to| {
                let remote = IpEndpoint::new(IpAddress::Ipv4(*to.ip()), to.port());
                let local = IpEndpoint::new(IpAddress::Ipv4(own), port);
                socket.connect(self.stack.context(), remote, local).is_ok()
            });
            match opened {
                Some(to) => {
                    self.connections.insert(id, (to, Accepted::new(self.sockets.add(socket))));
                }
                None => self.events.push_back(NetworkEvent::Closed { id, how: Ending::Reset }),
            }
        }
        any
    }
}

fn set_address(stack: &mut Interface, address: Option<Ipv4Cidr>) {
    stack.update_ip_addrs(|addresses| {
        addresses.clear();
        if let Some(address) = address {
            addresses.push(IpCidr::Ipv4(address)).expect("there is room for one address");
        }
    });
}

/// Between smoltcp and the network: whole frames.
#[derive(Default)]
struct Wire {
    received: Option<Vec<u8>>,
    sent: Vec<Vec<u8>>,
}

struct Received(Vec<u8>);

struct Free<'a>(&'a mut Vec<Vec<u8>>);

impl Device for Wire {
    type RxToken<'a> = Received;
    type TxToken<'a> = Free<'a>;

    fn receive(&mut self, _now: StackInstant) -> Option<(Received, Free<'_>)> {
        Some((Received(self.received.take()?), Free(&mut self.sent)))
    }

    fn transmit(&mut self, _now: StackInstant) -> Option<Free<'_>> {
        Some(Free(&mut self.sent))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Kind::Ethernet;
        capabilities.max_transmission_unit = LONGEST;
        capabilities
    }
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl TxToken for Free<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut frame = vec![0; len];
        let result = f(&mut frame);
        self.0.push(frame);
        result
    }
}
