//! A computer beside the device connects to it.

use hil_sim_core::net::{Beside, ConnectionId, Ending, Network, NetworkConfig, NetworkEvent, Remote};
use hil_sim_core::time::Instant;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{self, State};

use super::guest::{DEVICE, Guest, noise, seconds};
use super::host::Listener;

const PORT: u16 = 80;

fn listening(guest: &mut Guest) -> SocketHandle {
    let buffer = || tcp::SocketBuffer::new(vec![0; 2048]);
    let mut socket = tcp::Socket::new(buffer(), buffer());
    socket.listen(PORT).unwrap();
    guest.sockets.add(socket)
}

fn connect(guest: &mut Guest) -> ConnectionId {
    guest.network.connect(guest.now, Beside::Network, Remote::Device(PORT)).unwrap()
}

#[test]
fn what_the_device_serves_is_read_beside_it() {
    let mut guest = Guest::new(NetworkConfig::default());
    let server = listening(&mut guest);
    let page = noise(100_000);
    let id = connect(&mut guest);
    let (mut asked, mut sent, mut read, mut over) = (false, 0, Vec::<u8>::new(), None);
    let mut host = |network: &mut Network, now: Instant| {
        while let Some(event) = network.take_event() {
            match event {
                NetworkEvent::Writable(of) if of == id && !asked => asked = network.write(now, id, b"GET") == 3,
                NetworkEvent::Finished(of) if of == id => network.close(now, id),
                NetworkEvent::Closed { id: of, how } if of == id => over = Some(how),
                _ => {}
            }
        }
        let mut buffer = [0; 1000];
        while let n @ 1.. = network.read(now, id, &mut buffer) {
            read.extend(&buffer[..n]);
        }
    };
    guest.run(seconds(60), &mut host, |guest| {
        let socket = guest.tcp(server);
        if socket.recv_queue() == 3 || sent > 0 {
            sent += socket.send_slice(&page[sent..]).unwrap_or(0);
        }
        if sent == page.len() {
            socket.close();
        }
        matches!(socket.state(), State::Closed | State::TimeWait)
    });
    guest.run(seconds(1), &mut host, |_| false);
    assert!(read == page, "{} bytes", read.len());
    assert_eq!(over, Some(Ending::Orderly));
}

#[test]
fn where_the_device_listens_to_nothing_it_refuses() {
    let mut guest = Guest::new(NetworkConfig::default());
    let id = connect(&mut guest);
    let mut host = Listener::default();
    guest.run(seconds(5), &mut host, |_| false);
    assert_eq!(host.events, [NetworkEvent::Closed { id, how: Ending::Reset }]);
}

#[test]
fn a_device_that_is_not_there_answers_nothing_and_what_waits_can_be_given_up() {
    let mut network = Network::new(NetworkConfig::default());
    let id = network.connect(Instant::ZERO, Beside::Network, Remote::Device(PORT)).unwrap();
    let waiting = network.connect(Instant::ZERO, Beside::Visitor, Remote::Device(PORT)).unwrap();
    let later = Instant::ZERO + seconds(60);
    network.advance(later);
    assert_eq!(network.take_event(), None);
    assert_eq!((network.peer(id).map(|to| *to.ip()), network.peer(waiting)), (Some(DEVICE), None));
    network.abort(later, id);
    network.abort(later, waiting);
    assert_eq!((network.peer(id), network.take_event()), (None, None));
}

#[test]
fn there_is_an_end_to_connections() {
    let mut network = Network::new(NetworkConfig::default());
    let opened = (0..100).filter_map(|_| network.connect(Instant::ZERO, Beside::Visitor, Remote::Device(PORT))).count();
    assert_eq!(opened, 64);
}
