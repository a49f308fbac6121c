//! What the device connects to.

use std::collections::{BTreeMap, VecDeque};

use hil_sim_core::net::{ConnectionId, Network, NetworkEvent};
use hil_sim_core::time::Instant;

/// What is at the other end.
pub trait Host {
    fn serve(&mut self, network: &mut Network, now: Instant);
}

/// Answers no connection.
pub struct Nobody;

impl Host for Nobody {
    fn serve(&mut self, _network: &mut Network, _now: Instant) {}
}

impl<F: FnMut(&mut Network, Instant)> Host for F {
    fn serve(&mut self, network: &mut Network, now: Instant) {
        self(network, now);
    }
}

/// Takes all events and does nothing but remember them.
#[derive(Default)]
pub struct Listener {
    pub events: Vec<NetworkEvent>,
}

impl Host for Listener {
    fn serve(&mut self, network: &mut Network, _now: Instant) {
        self.events.extend(std::iter::from_fn(|| network.take_event()));
    }
}

/// Accepts everything and sends back what it is sent; closes when the device does.
#[derive(Default)]
pub struct Echo {
    pub events: Vec<NetworkEvent>,
    pub connections: BTreeMap<ConnectionId, VecDeque<u8>>,
    finished: Vec<ConnectionId>,
    pub bytes: usize,
}

impl Echo {
    pub fn only(&self) -> ConnectionId {
        assert_eq!(self.connections.len(), 1, "{:?}", self.events);
        *self.connections.keys().next().unwrap()
    }
}

impl Host for Echo {
    fn serve(&mut self, network: &mut Network, now: Instant) {
        while let Some(event) = network.take_event() {
            match &event {
                NetworkEvent::Opened { id, .. } => {
                    network.accept(now, *id);
                    self.connections.insert(*id, VecDeque::new());
                }
                NetworkEvent::Finished(id) => self.finished.push(*id),
                NetworkEvent::Readable(_) | NetworkEvent::Writable(_) | NetworkEvent::Closed { .. } => {}
            }
            self.events.push(event);
        }
        for (id, waiting) in &mut self.connections {
            loop {
                // As a host does that has little room: no more than it can pass on.
                let mut buffer = [0; 1000];
                let room = buffer.len().min(4000_usize.saturating_sub(waiting.len()));
                let n = network.read(now, *id, &mut buffer[..room]);
                waiting.extend(&buffer[..n]);
                self.bytes += n;
                let sent = network.write(now, *id, waiting.make_contiguous());
                waiting.drain(..sent);
                if n == 0 {
                    break;
                }
            }
            if waiting.is_empty() && self.finished.contains(id) {
                network.close(now, *id);
            }
        }
    }
}
