//! A device: smoltcp on the network's wire, with buffers as small as firmware has them.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use hil_sim_core::net::{FrameDirection, Network, NetworkConfig};
use hil_sim_core::time::{Instant, Span};
use smoltcp::iface::{Config as InterfaceConfig, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::{dhcpv4, dns, tcp};
use smoltcp::wire::{DnsQueryType, EthernetAddress, IpCidr, Ipv4Cidr};

use super::host::{Host, Nobody};

pub const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
pub const DEVICE: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);
/// Outside the subnet.
pub const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);

const BUFFER: usize = 2048;

pub type Trace = Vec<(Instant, FrameDirection, Vec<u8>)>;

pub struct Guest {
    pub network: Network,
    pub now: Instant,
    pub sockets: SocketSet<'static>,
    pub stack: Interface,
    cable: Cable,
    trace: Arc<Mutex<Trace>>,
    next_port: u16,
}

#[derive(Default)]
struct Cable {
    received: VecDeque<Vec<u8>>,
    sent: Vec<Vec<u8>>,
}

struct Received(Vec<u8>);
struct Free<'a>(&'a mut Vec<Vec<u8>>);

impl Device for Cable {
    type RxToken<'a> = Received;
    type TxToken<'a> = Free<'a>;

    fn receive(&mut self, _now: smoltcp::time::Instant) -> Option<(Received, Free<'_>)> {
        Some((Received(self.received.pop_front()?), Free(&mut self.sent)))
    }

    fn transmit(&mut self, _now: smoltcp::time::Instant) -> Option<Free<'_>> {
        Some(Free(&mut self.sent))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = 1514;
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

fn to_stack(at: Instant) -> smoltcp::time::Instant {
    smoltcp::time::Instant::from_micros((at.ps() / 1_000_000) as i64)
}

/// Moments of the guest's clock, which knows microseconds, in ours.
fn from_stack(at: smoltcp::time::Instant) -> Instant {
    Instant::from_ps(at.total_micros() as u64 * 1_000_000)
}

impl Guest {
    /// A device without an address.
    pub fn unconfigured(config: NetworkConfig) -> Self {
        let mut network = Network::new(config);
        let trace = Arc::new(Mutex::new(Trace::new()));
        let tapped = Arc::clone(&trace);
        network.set_tap(move |at, direction, frame| {
            tapped.lock().unwrap().push((at, direction, frame.to_vec()));
        });
        let mut cable = Cable::default();
        let mut of_stack = InterfaceConfig::new(EthernetAddress(MAC).into());
        of_stack.random_seed = 1;
        let stack = Interface::new(of_stack, &mut cable, to_stack(Instant::ZERO));
        let sockets = SocketSet::new(Vec::new());
        Self { network, now: Instant::ZERO, sockets, stack, cable, trace, next_port: 50_000 }
    }

    /// A device that has what DHCP would give it.
    pub fn new(config: NetworkConfig) -> Self {
        let mut guest = Self::unconfigured(config);
        guest.configure(IpCidr::new(DEVICE.into(), 24));
        guest
    }

    pub fn configure(&mut self, address: IpCidr) {
        self.stack.update_ip_addrs(|addresses| {
            addresses.clear();
            addresses.push(address).unwrap();
        });
        self.stack.routes_mut().add_default_ipv4_route(GATEWAY).unwrap();
    }

    /// Lets time pass until `app` says that it is done, or for `limit`; returns whether it has said so. `app` and `host`
    /// do what they have to do whenever anything may have changed.
    pub fn run(&mut self, limit: Span, host: &mut impl Host, mut app: impl FnMut(&mut Self) -> bool) -> bool {
        let end = self.now + limit;
        loop {
            let done = app(self);
            host.serve(&mut self.network, self.now);
            self.exchange();
            if done {
                return true;
            }
            let stack = self.stack.poll_at(to_stack(self.now), &self.sockets).map(from_stack);
            let stack = stack.map(|at| at.max(self.now));
            let next = self.network.next_event().into_iter().chain(stack).min().unwrap_or(end);
            // Whatever happens in between is a matter of microseconds for the guest.
            let next = next.max(self.now + Span::from_us(1));
            if next > end {
                self.now = end;
                return app(self);
            }
            self.now = next;
            self.exchange();
        }
    }

    /// Hands frames over, both ways.
    fn exchange(&mut self) {
        while let Some(frame) = self.network.poll(self.now) {
            self.cable.received.push_back(frame);
        }
        self.stack.poll(to_stack(self.now), &mut self.cable, &mut self.sockets);
        for frame in self.cable.sent.drain(..) {
            self.network.from_device(self.now, &frame);
        }
    }

    pub fn trace(&self) -> Trace {
        self.trace.lock().unwrap().clone()
    }

    pub fn connect(&mut self, to: (Ipv4Addr, u16)) -> SocketHandle {
        self.next_port += 1;
        self.connect_from(self.next_port, to)
    }

    pub fn connect_from(&mut self, port: u16, to: (Ipv4Addr, u16)) -> SocketHandle {
        let buffer = || tcp::SocketBuffer::new(vec![0; BUFFER]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        socket.set_nagle_enabled(false);
        socket.connect(self.stack.context(), to, port).unwrap();
        self.sockets.add(socket)
    }

    pub fn tcp(&mut self, handle: SocketHandle) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(handle)
    }

    /// Moves all that a connection has received to `received`.
    pub fn drain(&mut self, handle: SocketHandle, received: &mut Vec<u8>) {
        let socket = self.tcp(handle);
        while socket.can_recv() {
            socket.recv(|bytes| (bytes.len(), received.extend_from_slice(bytes))).unwrap();
        }
    }

    pub fn state(&mut self, handle: SocketHandle) -> tcp::State {
        self.tcp(handle).state()
    }

    /// Asks DHCP for an address and takes it; returns the gateway and the DNS servers.
    pub fn lease(&mut self, limit: Span) -> Option<(Ipv4Cidr, Option<Ipv4Addr>, Vec<Ipv4Addr>)> {
        let handle = self.sockets.add(dhcpv4::Socket::new());
        let mut lease = None;
        self.run(limit, &mut Nobody, |guest| {
            if let Some(dhcpv4::Event::Configured(config)) = guest.sockets.get_mut::<dhcpv4::Socket<'_>>(handle).poll()
            {
                lease = Some((config.address, config.router, config.dns_servers.to_vec()));
            }
            lease.is_some()
        });
        if let Some((address, ..)) = &lease {
            self.configure(IpCidr::Ipv4(*address));
        }
        lease
    }

    /// Asks the gateway's DNS server.
    pub fn resolve(&mut self, name: &str, kind: DnsQueryType) -> Result<Vec<Ipv4Addr>, dns::GetQueryResultError> {
        let handle = self.sockets.add(dns::Socket::new(&[GATEWAY.into()], vec![None]));
        let query = {
            let socket = self.sockets.get_mut::<dns::Socket<'_>>(handle);
            socket.start_query(self.stack.context(), name, kind).unwrap()
        };
        let mut result = Err(dns::GetQueryResultError::Pending);
        self.run(Span::from_ms(20_000), &mut Nobody, |guest| {
            let socket = guest.sockets.get_mut::<dns::Socket<'_>>(handle);
            result = socket.get_query_result(query).map(|addresses| {
                addresses
                    .iter()
                    .map(|address| match address {
                        smoltcp::wire::IpAddress::Ipv4(address) => *address,
                    })
                    .collect()
            });
            !matches!(result, Err(dns::GetQueryResultError::Pending))
        });
        self.sockets.remove(handle);
        result
    }
}

/// `n` bytes that do not repeat soon.
pub fn noise(n: usize) -> Vec<u8> {
    (0..n as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

pub fn seconds(n: u64) -> Span {
    Span::from_ms(n * 1000)
}
