//! Computers beside the device, which connect to it.

use std::net::{Ipv4Addr, SocketAddrV4};

use smoltcp::wire::EthernetFrame;

use super::config::NetworkConfig;
use super::event::{ConnectionId, NetworkEvent};
use super::network::Network;
use super::tcp::{Addressing, Guest, Remote};
use crate::air::Air;
use crate::time::Instant;

/// Where a computer is from which a connection to the device comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Beside {
    /// In the network that the device is in too.
    Network,
    /// In the network that the device puts up itself, which a [visitor](Air::visit) has joined.
    Visitor,
}

/// The ids of guests' connections, from this on: those of the device's own are far below.
const NEIGHBOUR_IDS: u32 = 1 << 30;
const VISITOR_IDS: u32 = 1 << 31;
/// What of the gateway's Ethernet address is changed for the neighbour's: it is given by the network, like that.
const NEIGHBOUR_MAC: u8 = 0x40;

/// The computers beside the device. Each is there from its first connection on.
pub(super) struct Guests {
    config: NetworkConfig,
    neighbour: Option<Guest>,
    visitor: Option<Guest>,
    visitor_has_joined: bool,
}

impl Guests {
    pub(super) fn new(config: &NetworkConfig) -> Self {
        Self { config: config.clone(), neighbour: None, visitor: None, visitor_has_joined: false }
    }

    /// The same with all connections forgotten.
    pub(super) fn without_connections(&self) -> Self {
        Self::new(&self.config)
    }

    fn both(&mut self) -> impl Iterator<Item = &mut Guest> {
        self.neighbour.iter_mut().chain(&mut self.visitor)
    }

    fn neighbour(&mut self, now: Instant) -> &mut Guest {
        let Self { config, neighbour, .. } = self;
        neighbour.get_or_insert_with(|| {
            let mut mac = config.gateway_mac;
            mac[5] ^= NEIGHBOUR_MAC;
            let addressing = Addressing::Fixed(config.neighbour(), config.prefix_len);
            Guest::new(mac, addressing, config.seed, now, ConnectionId(NEIGHBOUR_IDS))
        })
    }

    fn visitor(&mut self, now: Instant) -> &mut Guest {
        let seed = self.config.seed;
        self.visitor.get_or_insert_with(|| {
            Guest::new(Air::visitor_address(), Addressing::Leased, seed, now, ConnectionId(VISITOR_IDS))
        })
    }

    /// Whose connection this is, if a guest's.
    pub(super) fn of(&mut self, id: ConnectionId) -> Option<&mut Guest> {
        match id.0 {
            VISITOR_IDS.. => self.visitor.as_mut(),
            NEIGHBOUR_IDS.. => self.neighbour.as_mut(),
            _ => None,
        }
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.neighbour.iter().chain(&self.visitor).filter_map(Guest::next_due).min()
    }

    pub(super) fn poll(&mut self, now: Instant) {
        self.both().filter(|guest| guest.next_due().is_some_and(|due| due <= now)).for_each(|guest| guest.poll(now));
    }

    pub(super) fn has_event(&self) -> bool {
        self.neighbour.iter().chain(&self.visitor).any(Guest::has_event)
    }

    pub(super) fn take_event(&mut self) -> Option<NetworkEvent> {
        self.both().find_map(Guest::take_event)
    }

    /// The device has sent a frame on the wire; says whether it was for the neighbour alone.
    pub(super) fn receive_on_wire(&mut self, now: Instant, frame: &[u8]) -> bool {
        let (Some(guest), Ok(header)) = (&mut self.neighbour, EthernetFrame::new_checked(frame)) else { return false };
        let is_its = header.dst_addr() == guest.mac();
        if is_its || header.dst_addr().is_broadcast() {
            guest.receive(now, frame);
        }
        is_its
    }

    pub(super) fn take_sent_on_wire(&mut self) -> Vec<Vec<u8>> {
        self.neighbour.as_mut().map(Guest::take_sent).unwrap_or_default()
    }
}

impl NetworkConfig {
    /// The address of a computer in the same subnet: the first that is neither the gateway's nor the device's.
    fn neighbour(&self) -> Ipv4Addr {
        let first = (self.gateway & self.subnet_mask()).to_bits();
        (1..=3)
            .map(|host| Ipv4Addr::from_bits(first + host))
            .find(|address| *address != self.gateway && *address != self.device && !self.is_shared(*address))
            .unwrap_or(self.gateway)
    }
}

/// Connections to the device.
impl Network {
    /// Opens a connection to the device, or past it, from a computer beside it. Its first event is
    /// [`Writable`](NetworkEvent::Writable), or [`Closed`](NetworkEvent::Closed) if the device refuses it. Before that a computer in the
    /// device's own network waits for its address as long as it takes. `None` if there are 64 already.
    pub fn connect(&mut self, now: Instant, from: Beside, to: Remote) -> Option<ConnectionId> {
        self.advance(now);
        let now = self.now;
        let id = match (from, to) {
            (Beside::Visitor, to) => self.guests.visitor(now).connect(now, to),
            (Beside::Network, Remote::Device(port)) => {
                let device = SocketAddrV4::new(self.guests.config.device, port);
                self.guests.neighbour(now).connect(now, Remote::Address(device))
            }
            (Beside::Network, to) => self.guests.neighbour(now).connect(now, to),
        };
        self.send_segments();
        id
    }

    /// Where a connection that [`connect`](Self::connect) has opened goes; `None` before it could be opened, and after its end.
    pub fn peer(&self, id: ConnectionId) -> Option<SocketAddrV4> {
        self.guests.neighbour.iter().chain(&self.guests.visitor).find_map(|guest| guest.peer(id))
    }

    /// The address that the device has given to the computer that visits it.
    pub fn visitor_address(&self) -> Option<Ipv4Addr> {
        self.guests.visitor.as_ref().and_then(Guest::address)
    }

    /// A frame of the device's own network, for the computer that visits it.
    pub fn receive_as_visitor(&mut self, now: Instant, frame: &[u8]) {
        self.advance(now);
        let now = self.now;
        self.guests.visitor(now).receive(now, frame);
    }

    /// The frames that the computer in the device's own network has sent.
    pub fn take_sent_as_visitor(&mut self, now: Instant) -> Vec<Vec<u8>> {
        self.advance(now);
        self.guests.visitor.as_mut().map(Guest::take_sent).unwrap_or_default()
    }

    /// The visitor is another one: its connections are no more.
    pub fn renew_visitor(&mut self) {
        (self.guests.visitor, self.guests.visitor_has_joined) = (None, false);
    }

    /// Whether the visitor is in the device's network now. When it has come, its computer asks the device for an address.
    pub fn set_visitor_joined(&mut self, now: Instant, is_joined: bool) {
        if std::mem::replace(&mut self.guests.visitor_has_joined, is_joined) != is_joined && is_joined {
            self.advance(now);
            let now = self.now;
            self.guests.visitor(now).joined(now);
        }
    }
}
