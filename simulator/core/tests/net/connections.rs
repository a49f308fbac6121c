//! TCP: a device connects, and its host decides.

use hil_sim_core::net::{Ending, FrameDirection, Network, NetworkConfig, NetworkEvent};
use hil_sim_core::time::{Instant, Span};
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::State;
use smoltcp::wire::DnsQueryType;

use super::guest::{DEVICE, ELSEWHERE, GATEWAY, Guest, noise, seconds};
use super::host::{Echo, Host, Listener, Nobody};

pub const BROKER: (std::net::Ipv4Addr, u16) = (ELSEWHERE, 1883);

/// Sends `bytes` and expects them back, then closes.
pub fn echoes(guest: &mut Guest, socket: SocketHandle, bytes: &[u8], limit: Span, host: &mut impl Host) -> Vec<u8> {
    let (mut sent, mut received) = (0, Vec::new());
    let done = guest.run(limit, host, |guest| {
        guest.drain(socket, &mut received);
        let socket = guest.tcp(socket);
        if socket.can_send() && sent < bytes.len() {
            sent += socket.send_slice(&bytes[sent..]).unwrap();
        }
        if received.len() >= bytes.len() {
            socket.close();
        }
        matches!(socket.state(), State::Closed | State::TimeWait)
    });
    assert!(done, "{} of {} bytes after {limit:?}", received.len(), bytes.len());
    received
}

/// A connection that is established.
pub fn connected(guest: &mut Guest, host: &mut impl Host) -> SocketHandle {
    let socket = guest.connect(BROKER);
    assert!(guest.run(seconds(10), host, |guest| guest.state(socket) == State::Established));
    guest.run(Span::from_ms(1), host, |_| false);
    socket
}

#[test]
fn a_megabyte_comes_back() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let bytes = noise(1 << 20);
    let mut host = Echo::default();
    assert!(echoes(&mut guest, socket, &bytes, seconds(600), &mut host) == bytes);
    guest.run(seconds(1), &mut host, |_| false);
    let id = host.only();
    assert_eq!(host.events.last(), Some(&NetworkEvent::Closed { id, how: Ending::Orderly }));
    assert_eq!(host.events[host.events.len() - 2], NetworkEvent::Finished(id));
}

#[test]
fn nothing_is_answered_until_the_host_decides() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut host = Listener::default();
    // Longer than the device waits before it sends its SYN again.
    guest.run(seconds(3), &mut host, |_| false);
    assert_eq!(guest.state(socket), State::SynSent);
    let events = std::mem::take(&mut host.events);
    let [NetworkEvent::Opened { id, from, to }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((*from.ip(), *to.address.ip(), to.address.port()), (DEVICE, BROKER.0, BROKER.1));
    assert_eq!(to.name, None);
    guest.network.accept(guest.now, *id);
    assert!(guest.run(Span::from_ms(1), &mut host, |guest| guest.state(socket) == State::Established));
    guest.run(Span::from_ms(1), &mut host, |_| false);
    assert_eq!(host.events.last(), Some(&NetworkEvent::Writable(*id)));
}

#[test]
fn a_connection_tells_the_name_that_was_resolved() {
    let mut guest = Guest::new(NetworkConfig::default());
    guest.network.allow("first.example").unwrap();
    guest.network.allow("second.example").unwrap();
    for name in ["second.example", "first.example"] {
        let address = guest.resolve(name, DnsQueryType::A).unwrap()[0];
        guest.connect((address, 1883));
    }
    guest.connect((GATEWAY, 80));
    let mut host = Listener::default();
    guest.run(Span::from_ms(10), &mut host, |_| false);
    let to: Vec<_> = host
        .events
        .iter()
        .filter_map(|event| if let NetworkEvent::Opened { to, .. } = event { Some(to.to_string()) } else { None })
        .collect();
    assert_eq!(to, ["second.example:1883", "first.example:1883", "10.0.2.2:80"]);
}

#[test]
fn a_refused_connection_is_reset() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut host = |network: &mut Network, now: Instant| {
        if let Some(NetworkEvent::Opened { id, .. }) = network.take_event() {
            network.refuse(now, id);
        }
    };
    assert!(guest.run(Span::from_ms(10), &mut host, |guest| guest.state(socket) == State::Closed));
    assert_eq!(guest.network.take_event(), None);
}

#[test]
fn an_ignored_connection_is_asked_for_again() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut attempts = 0;
    let mut host = |network: &mut Network, now: Instant| {
        if let Some(NetworkEvent::Opened { id, .. }) = network.take_event() {
            attempts += 1;
            if attempts < 3 { network.ignore(id) } else { network.accept(now, id) }
        }
    };
    assert!(guest.run(seconds(20), &mut host, |guest| guest.state(socket) == State::Established));
    assert_eq!(attempts, 3);
}

#[test]
fn a_device_that_gives_up_before_the_host_decides_closes_the_connection() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut host = Listener::default();
    guest.run(Span::from_ms(10), &mut host, |_| false);
    guest.tcp(socket).abort();
    guest.run(Span::from_ms(10), &mut host, |_| false);
    let events = std::mem::take(&mut host.events);
    let [NetworkEvent::Opened { id, .. }, closed] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(*closed, NetworkEvent::Closed { id: *id, how: Ending::Reset });
    guest.network.accept(guest.now, *id);
    guest.run(Span::from_ms(10), &mut host, |_| false);
    assert_eq!(host.events, []);
}

#[test]
fn a_host_that_does_not_read_holds_the_device_up() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    let id = host.only();
    let bytes = noise(200_000);
    let mut sent = 0;
    let mut send = |guest: &mut Guest| {
        sent += guest.tcp(socket).send_slice(&bytes[sent..]).unwrap();
        sent == bytes.len()
    };
    assert!(!guest.run(seconds(30), &mut Nobody, &mut send));
    let mut received = Vec::new();
    let mut reader = |network: &mut Network, now: Instant| {
        let mut buffer = [0; 5000];
        let n = network.read(now, id, &mut buffer);
        received.extend_from_slice(&buffer[..n]);
    };
    assert!(guest.run(seconds(30), &mut reader, &mut send));
    guest.run(seconds(5), &mut reader, |_| false);
    assert!(received == bytes, "{} bytes", received.len());
}

#[test]
fn a_device_that_does_not_read_holds_the_host_up() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    let id = host.only();
    let bytes = noise(200_000);
    let mut sent = 0;
    let mut writer = |network: &mut Network, now: Instant| {
        sent += network.write(now, id, &bytes[sent..]);
    };
    // Longer than a device that says nothing is waited for: this one answers probes.
    guest.run(seconds(3600), &mut writer, |_| false);
    let mut received = Vec::new();
    assert!(guest.run(seconds(200), &mut writer, |guest| {
        guest.drain(socket, &mut received);
        received.len() == bytes.len()
    }));
    assert!(received == bytes);
}

#[test]
fn room_is_announced_once_there_is_some() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    let id = host.only();
    let bytes = noise(100_000);
    let sent = guest.network.write(guest.now, id, &bytes);
    assert_eq!(sent, 65_535);
    let mut announced = 0;
    let mut listener = |network: &mut Network, _: Instant| {
        announced +=
            std::iter::from_fn(|| network.take_event()).filter(|event| *event == NetworkEvent::Writable(id)).count();
    };
    guest.run(seconds(5), &mut listener, |guest| {
        guest.drain(socket, &mut Vec::new());
        false
    });
    assert_eq!(announced, 1);
}

/// Frames to the device, and their lengths, from when it sends four bytes until a millisecond later.
fn frames_after_four_bytes(host: &mut impl Host) -> Vec<usize> {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = connected(&mut guest, host);
    let before = guest.trace().len();
    guest.tcp(socket).send_slice(b"ping").unwrap();
    guest.run(Span::from_ms(1), host, |guest| {
        guest.drain(socket, &mut Vec::new());
        false
    });
    let trace = guest.trace();
    let to_device = trace[before..].iter().filter(|(_, direction, _)| *direction == FrameDirection::ToDevice);
    to_device.map(|(_, _, frame)| frame.len()).collect()
}

#[test]
fn an_acknowledgement_goes_with_the_answer_of_the_same_moment() {
    // Ethernet, IPv4 and TCP have 54 bytes together.
    assert_eq!(frames_after_four_bytes(&mut Echo::default()), [54 + 4]);
}

#[test]
fn without_an_answer_an_acknowledgement_goes_alone() {
    let mut silent = |network: &mut Network, now| {
        while let Some(event) = network.take_event() {
            if let NetworkEvent::Opened { id, .. } = event {
                network.accept(now, id);
            }
        }
    };
    assert_eq!(frames_after_four_bytes(&mut silent), [54]);
}

#[test]
fn an_idle_connection_lasts_and_keep_alives_are_answered() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let idle = connected(&mut guest, &mut host);
    let kept_alive = connected(&mut guest, &mut host);
    guest.tcp(kept_alive).set_keep_alive(Some(smoltcp::time::Duration::from_secs(30)));
    guest.tcp(kept_alive).set_timeout(Some(smoltcp::time::Duration::from_secs(60)));
    guest.run(seconds(4000), &mut host, |_| false);
    for socket in [idle, kept_alive] {
        assert_eq!(guest.state(socket), State::Established);
        assert_eq!(echoes(&mut guest, socket, b"hello", seconds(5), &mut host), b"hello");
    }
}

#[test]
fn connections_do_not_mix() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let bytes = noise(30_000);
    let mut clients: Vec<_> = (0..8).map(|n| (guest.connect((ELSEWHERE, 1000 + n)), 0, Vec::new())).collect();
    let done = guest.run(seconds(60), &mut host, |guest| {
        let mut done = true;
        for (n, (socket, sent, received)) in clients.iter_mut().enumerate() {
            let bytes = &bytes[n * 1000..][..20_000];
            *sent += guest.tcp(*socket).send_slice(&bytes[*sent..]).unwrap_or(0);
            guest.drain(*socket, received);
            done &= received.len() == bytes.len();
        }
        done
    });
    assert!(done);
    for (n, (_, _, received)) in clients.iter().enumerate() {
        assert!(*received == bytes[n * 1000..][..20_000], "connection {n}");
    }
}
