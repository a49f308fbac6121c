//! How TCP connections end, and what comes after them.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hil_sim_core::net::{ConnectionId, Ending, Network, NetworkConfig, NetworkEvent};
use hil_sim_core::time::{Instant, Span};
use smoltcp::socket::tcp::State;
use smoltcp::wire::DnsQueryType;

use super::connections::{BROKER, connected, echoes};
use super::guest::{Guest, seconds};
use super::host::{Echo, Nobody};

#[test]
fn the_host_resets_a_connection() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    guest.network.abort(guest.now, host.only());
    assert!(guest.run(Span::from_ms(1), &mut Nobody, |guest| guest.state(socket) == State::Closed));
    assert_eq!(guest.network.take_event(), None);
}

#[test]
fn the_device_resets_a_connection_and_what_it_had_sent_is_still_read() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    let id = host.only();
    guest.tcp(socket).send_slice(b"last words").unwrap();
    guest.run(Span::from_ms(1), &mut Nobody, |_| false);
    guest.tcp(socket).abort();
    guest.run(Span::from_ms(1), &mut Nobody, |_| false);
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Readable(id)));
    assert_eq!(guest.network.take_event(), None);
    let mut buffer = [0; 100];
    let n = guest.network.read(guest.now, id, &mut buffer);
    assert_eq!(buffer[..n], *b"last words");
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Closed { id, how: Ending::Reset }));
    assert_eq!(guest.network.write(guest.now, id, b"?"), 0);
}

#[test]
fn the_host_still_receives_after_it_has_closed() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    let id = host.only();
    guest.network.close(guest.now, id);
    assert!(guest.run(Span::from_ms(1), &mut Nobody, |guest| guest.state(socket) == State::CloseWait));
    guest.tcp(socket).send_slice(b"still here").unwrap();
    guest.tcp(socket).close();
    guest.run(Span::from_ms(10), &mut Nobody, |_| false);
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Readable(id)));
    let mut buffer = [0; 100];
    let n = guest.network.read(guest.now, id, &mut buffer);
    assert_eq!(buffer[..n], *b"still here");
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Finished(id)));
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Closed { id, how: Ending::Orderly }));
    assert_eq!(guest.state(socket), State::Closed);
}

#[test]
fn the_device_still_receives_after_it_has_closed() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    let id = host.only();
    guest.tcp(socket).close();
    guest.run(Span::from_ms(1), &mut Nobody, |_| false);
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Finished(id)));
    assert_eq!(guest.network.write(guest.now, id, b"goodbye"), 7);
    guest.network.close(guest.now, id);
    let mut received = Vec::new();
    guest.run(Span::from_ms(20), &mut Nobody, |guest| {
        guest.drain(socket, &mut received);
        false
    });
    assert_eq!(received, b"goodbye");
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Closed { id, how: Ending::Orderly }));
}

#[test]
fn both_close_at_once() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = connected(&mut guest, &mut host);
    let id = host.only();
    guest.tcp(socket).close();
    guest.network.close(guest.now, id);
    guest.run(Span::from_ms(10), &mut Nobody, |_| false);
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Finished(id)));
    assert_eq!(guest.network.take_event(), Some(NetworkEvent::Closed { id, how: Ending::Orderly }));
    assert_eq!(guest.state(socket), State::TimeWait);
}

#[test]
fn a_connection_that_is_closed_before_it_is_established_is_closed_afterwards() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut host = |network: &mut Network, now: Instant| {
        if let Some(NetworkEvent::Opened { id, .. }) = network.take_event() {
            network.accept(now, id);
            network.close(now, id);
        }
    };
    assert!(guest.run(Span::from_ms(10), &mut host, |guest| guest.state(socket) == State::CloseWait));
}

#[test]
fn a_device_that_was_reset_connects_again_with_the_same_ports() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    for round in 0..3 {
        let socket = guest.connect_from(50_000, BROKER);
        assert!(guest.run(seconds(10), &mut host, |guest| guest.state(socket) == State::Established), "{round}");
        guest.run(seconds(2), &mut host, |_| false);
        // It does not say goodbye.
        guest.sockets.remove(socket);
    }
    let closed: Vec<_> = host.events.iter().filter(|event| matches!(event, NetworkEvent::Closed { .. })).collect();
    let ids: Vec<ConnectionId> = host.connections.keys().copied().collect();
    assert_eq!(
        closed,
        [
            &NetworkEvent::Closed { id: ids[0], how: Ending::Reset },
            &NetworkEvent::Closed { id: ids[1], how: Ending::Reset }
        ]
    );
}

#[test]
fn ports_are_used_again_after_an_orderly_end() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    for round in 0..3 {
        let socket = guest.connect_from(50_000, BROKER);
        assert_eq!(echoes(&mut guest, socket, b"hello", seconds(5), &mut host), b"hello", "{round}");
        guest.run(Span::from_ms(5), &mut host, |_| false);
        guest.sockets.remove(socket);
    }
}

#[test]
fn ports_are_used_again_although_the_network_is_in_time_wait() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    for round in 0..3 {
        let socket = guest.connect_from(50_000, BROKER);
        assert!(guest.run(seconds(5), &mut host, |guest| guest.tcp(socket).may_send()), "{round}");
        guest.run(Span::from_ms(1), &mut host, |_| false);
        let id = *host.connections.keys().next_back().unwrap();
        guest.network.close(guest.now, id);
        assert!(guest.run(seconds(5), &mut host, |guest| guest.state(socket) == State::CloseWait), "{round}");
        guest.tcp(socket).close();
        assert!(guest.run(seconds(5), &mut host, |guest| guest.state(socket) == State::Closed), "{round}");
        assert_eq!(host.events.last(), Some(&NetworkEvent::Closed { id, how: Ending::Orderly }));
        guest.sockets.remove(socket);
    }
}

#[test]
fn no_more_than_64_connections_are_kept_and_those_that_are_over_make_room() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    for n in 0..80 {
        let socket = guest.connect(BROKER);
        assert!(guest.run(seconds(5), &mut host, |guest| guest.state(socket) == State::Established), "{n}");
        guest.run(Span::from_ms(1), &mut host, |_| false);
        // The host is the first to close, so that TIME-WAIT is the network's.
        let id = *host.connections.keys().next_back().unwrap();
        guest.network.close(guest.now, id);
        assert!(guest.run(seconds(5), &mut host, |guest| guest.state(socket) == State::CloseWait), "{n}");
        guest.tcp(socket).close();
        assert!(guest.run(seconds(5), &mut host, |guest| guest.state(socket) == State::Closed), "{n}");
        guest.run(Span::from_ms(1), &mut host, |_| false);
        guest.sockets.remove(socket);
    }
    let sockets: Vec<_> = (0..70).map(|_| guest.connect(BROKER)).collect();
    guest.run(Span::from_ms(20), &mut host, |_| false);
    let established = sockets.iter().filter(|socket| guest.state(**socket) == State::Established).count();
    assert_eq!(established, 64);
}

#[test]
fn after_a_restore_the_device_finds_its_connections_reset() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    guest.network.allow("broker.example");
    let socket = connected(&mut guest, &mut host);
    let snapshot = guest.network.without_connections();
    let later = connected(&mut guest, &mut host);
    guest.network.restore(&snapshot);
    for socket in [socket, later] {
        guest.tcp(socket).send_slice(b"anybody there?").unwrap();
        assert!(guest.run(Span::from_ms(1), &mut host, |guest| guest.state(socket) == State::Closed));
    }
    assert!(guest.resolve("broker.example", DnsQueryType::A).is_ok());
    connected(&mut guest, &mut host);
    assert_eq!(host.connections.len(), 3);
}

#[test]
fn a_snapshot_goes_on_as_its_original() {
    let mut guest = Guest::new(NetworkConfig::default());
    guest.connect(BROKER);
    guest.run(Span::from_us(50), &mut Nobody, |_| false);
    // The device's ARP request is under way.
    let mut copy = guest.network.without_connections();
    let hash = |network: &Network| {
        let mut state = DefaultHasher::new();
        network.hash(&mut state);
        state.finish()
    };
    assert_eq!(hash(&copy), hash(&guest.network));
    assert_eq!(copy.next_event(), guest.network.next_event());
    let at = guest.now + Span::from_ms(1);
    let answer = copy.poll(at);
    assert!(answer.is_some());
    assert_eq!(answer, guest.network.poll(at));
    assert_eq!(hash(&copy), hash(&guest.network));
}
