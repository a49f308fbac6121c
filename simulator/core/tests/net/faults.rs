//! What goes wrong on the wire.

use hil_sim_core::net::{DropReason, Ending, Faults, Impairment, NetworkConfig, NetworkEvent, Probability};
use hil_sim_core::time::Span;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::State;

use super::guest::{ELSEWHERE, Guest, Trace, noise, seconds};
use super::host::{Echo, Nobody};

const BROKER: (std::net::Ipv4Addr, u16) = (ELSEWHERE, 1883);

fn transfer(guest: &mut Guest, socket: SocketHandle, bytes: &[u8], limit: Span, host: &mut Echo) -> Vec<u8> {
    let (mut sent, mut received) = (0, Vec::new());
    guest.run(limit, host, |guest| {
        guest.drain(socket, &mut received);
        sent += guest.tcp(socket).send_slice(&bytes[sent..]).unwrap_or(0);
        received.len() >= bytes.len()
    });
    received
}

fn lossy(seed: u64, bytes: &[u8]) -> (Vec<u8>, Trace, Guest) {
    let mut guest = Guest::new(NetworkConfig { seed, ..NetworkConfig::default() });
    let impairment = Impairment {
        loss: Probability::percent(5),
        duplication: Probability::percent(5),
        reordering: Probability::percent(5),
        delay: Span::from_us(300),
    };
    let faults = Faults { from_device: impairment, to_device: impairment, black_hole: false };
    guest.network.set_faults(guest.now, faults);
    let socket = guest.connect(BROKER);
    let received = transfer(&mut guest, socket, bytes, seconds(3600), &mut Echo::default());
    (received, guest.trace(), guest)
}

#[test]
fn a_megabyte_comes_back_although_frames_are_lost_doubled_and_swapped() {
    let bytes = noise(1 << 20);
    let (received, _, guest) = lossy(1, &bytes);
    assert!(received == bytes, "{} bytes", received.len());
    assert!(guest.network.statistics().dropped(DropReason::Loss) > 50, "{:?}", guest.network.statistics());
}

#[test]
fn a_stream_comes_back_although_everything_arrives_twice_and_half_of_it_late() {
    let mut guest = Guest::new(NetworkConfig::default());
    let impairment =
        Impairment { duplication: Probability::ALWAYS, reordering: Probability::percent(50), ..Impairment::default() };
    let faults = Faults { from_device: impairment, to_device: impairment, black_hole: false };
    guest.network.set_faults(guest.now, faults);
    let mut host = Echo::default();
    let socket = guest.connect(BROKER);
    let bytes = noise(100_000);
    assert!(transfer(&mut guest, socket, &bytes, seconds(3600), &mut host) == bytes);
    assert_eq!(host.events.iter().filter(|event| matches!(event, NetworkEvent::Opened { .. })).count(), 1);
}

#[test]
fn the_same_seed_gives_the_same_frames() {
    let bytes = noise(50_000);
    let (_, first, _) = lossy(7, &bytes);
    let (_, second, _) = lossy(7, &bytes);
    let (_, third, _) = lossy(8, &bytes);
    assert!(first == second);
    assert!(first != third);
}

#[test]
fn a_connection_survives_a_link_that_is_down_for_a_while() {
    let mut guest = Guest::new(NetworkConfig::default());
    let mut host = Echo::default();
    let socket = guest.connect(BROKER);
    let bytes = noise(20_000);
    assert!(transfer(&mut guest, socket, &bytes, seconds(10), &mut host) == bytes);
    guest.network.set_link(guest.now, false);
    assert!(!guest.network.link_is_up());
    assert_eq!(transfer(&mut guest, socket, &bytes[..1000], seconds(5), &mut host), []);
    assert!(guest.network.statistics().dropped(DropReason::LinkDown) > 0);
    guest.network.set_link(guest.now, true);
    assert_eq!(transfer(&mut guest, socket, &[], seconds(1), &mut host), []);
    let mut received = Vec::new();
    guest.run(seconds(60), &mut host, |guest| {
        guest.drain(socket, &mut received);
        false
    });
    assert_eq!(received, &bytes[..1000]);
}

#[test]
fn frames_under_way_are_lost_when_the_link_goes_down() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut host = Echo::default();
    assert!(guest.run(seconds(1), &mut host, |guest| guest.state(socket) == State::Established));
    guest.run(Span::from_ms(1), &mut host, |_| false);
    guest.network.write(guest.now, host.only(), b"lost");
    guest.network.set_link(guest.now, false);
    guest.network.set_link(guest.now, true);
    assert_eq!(guest.network.poll(guest.now + Span::from_ms(900)), None);
    assert_eq!(guest.network.statistics().dropped(DropReason::LinkDown), 1);
}

#[test]
fn a_device_that_never_acknowledges_is_given_up_after_15_minutes() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut host = Echo::default();
    assert!(guest.run(seconds(1), &mut host, |guest| guest.state(socket) == State::Established));
    guest.run(seconds(5000), &mut host, |_| false);
    let id = host.only();
    guest.network.set_link(guest.now, false);
    guest.network.write(guest.now, id, b"hello?");
    guest.run(seconds(899), &mut host, |_| false);
    assert_eq!(host.events.last(), Some(&NetworkEvent::Writable(id)));
    guest.run(seconds(2), &mut host, |_| false);
    assert_eq!(host.events.last(), Some(&NetworkEvent::Closed { id, how: Ending::TimedOut }));
    assert_eq!(guest.network.next_event(), None);
}

#[test]
fn a_device_that_does_not_close_its_side_is_given_up_after_15_minutes_of_silence() {
    let mut guest = Guest::new(NetworkConfig::default());
    let socket = guest.connect(BROKER);
    let mut host = Echo::default();
    assert!(guest.run(seconds(1), &mut host, |guest| guest.state(socket) == State::Established));
    guest.run(Span::from_ms(1), &mut host, |_| false);
    let id = host.only();
    guest.network.close(guest.now, id);
    guest.run(seconds(800), &mut host, |_| false);
    guest.tcp(socket).send_slice(b"still here").unwrap();
    guest.run(seconds(899), &mut host, |_| false);
    assert_eq!(host.events.last(), Some(&NetworkEvent::Readable(id)));
    guest.run(seconds(2), &mut host, |_| false);
    assert_eq!(host.events.last(), Some(&NetworkEvent::Closed { id, how: Ending::TimedOut }));
    assert_eq!(guest.state(socket), State::Closed);
}

#[test]
fn nothing_leaves_a_black_hole() {
    let mut guest = Guest::new(NetworkConfig::default());
    guest.network.set_faults(guest.now, Faults { black_hole: true, ..Faults::default() });
    let socket = guest.connect(BROKER);
    guest.run(seconds(3), &mut Nobody, |_| false);
    assert!(guest.network.link_is_up());
    assert!(guest.trace().iter().all(|(_, direction, _)| *direction == hil_sim_core::net::FrameDirection::FromDevice));
    guest.network.set_faults(guest.now, Faults::default());
    assert!(guest.run(seconds(20), &mut Echo::default(), |guest| guest.state(socket) == State::Established));
}

#[test]
fn a_delay_holds_in_each_direction() {
    let mut guest = Guest::new(NetworkConfig { latency: Span::from_us(100), ..NetworkConfig::default() });
    let socket = guest.connect(BROKER);
    let mut host = Echo::default();
    assert!(guest.run(seconds(1), &mut host, |guest| guest.state(socket) == State::Established));
    let impairment = Impairment { delay: Span::from_ms(40), ..Impairment::default() };
    guest.network.set_faults(guest.now, Faults { to_device: impairment, ..Faults::default() });
    guest.run(seconds(1), &mut host, |_| false);
    let start = guest.now;
    assert_eq!(transfer(&mut guest, socket, b"ping", seconds(1), &mut host), b"ping");
    let took = guest.now.since(start);
    assert!(Span::from_us(40_200) <= took && took < Span::from_us(40_300), "{took:?}");
}
