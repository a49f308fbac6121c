//! The network as a whole: two lanes of frames, and the gateway between them and the host.

use std::hash::{Hash, Hasher};
use std::net::Ipv4Addr;

use smoltcp::wire::EthernetProtocol;

use super::config::NetworkConfig;
use super::event::ConnectionId;
use super::faults::Faults;
use super::gateway::{Dropped, Gateway, Outcome};
use super::guests::Guests;
use super::lane::Lane;
use super::random::SplitMix64;
use super::statistics::{DropReason, Statistics};
use super::tcp::{Held, Terminator};
use crate::time::{Instant, Span};

/// Which way a frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameDirection {
    /// The device has sent it.
    FromDevice,
    /// The device is given it.
    ToDevice,
}

type Tap = Box<dyn FnMut(Instant, FrameDirection, &[u8]) + Send>;

/// The network that a device is plugged into. See the [module](super) for how to drive it.
pub struct Network {
    pub(super) now: Instant,
    link: bool,
    faults: Faults,
    random: SplitMix64,
    statistics: Statistics,
    from_device: Lane,
    to_device: Lane,
    gateway: Gateway,
    pub(super) tcp: Terminator,
    pub(super) guests: Guests,
    tap: Option<Tap>,
    /// Of a snapshot: its connections.
    held: Option<Held>,
}

impl Network {
    /// A network whose link is up, without faults, that knows no names.
    ///
    /// # Panics
    /// If the prefix is longer than 30 bits, or the device's address is not a host's in the gateway's subnet.
    #[must_use]
    pub fn new(config: NetworkConfig) -> Self {
        assert!(
            config.prefix_len <= 30,
            "a subnet of {} bits has no room for a gateway and a device",
            config.prefix_len
        );
        let in_subnet = config.is_in_subnet(config.device) && !config.is_shared(config.device);
        assert!(in_subnet && config.device != config.gateway, "{} is no address for a device", config.device);
        Self {
            now: Instant::ZERO,
            link: true,
            faults: Faults::default(),
            random: SplitMix64::new(config.seed),
            statistics: Statistics::default(),
            from_device: Lane::default(),
            to_device: Lane::default(),
            tcp: Terminator::new(&config, Instant::ZERO, ConnectionId(0)),
            guests: Guests::new(&config),
            gateway: Gateway::new(config),
            tap: None,
            held: None,
        }
    }

    /// Lets snapshots hold connections from now on. Those that there are are forgotten and nobody is told, so this is best
    /// done before the device starts.
    ///
    /// What is done to connections is then written down, and a restored snapshot does it again: its cost grows with what has
    /// passed on them until it was made, so this is for machines whose snapshots are made early. Ids of connections that
    /// were given since a snapshot are given again after it.
    pub fn hold_connections(&mut self) {
        self.tcp.record(&self.gateway.config, self.now);
    }

    /// The same network with all connections forgotten and nobody told, and without a tap: what goes into a snapshot.
    /// Unless it [holds connections](Self::hold_connections), which are then part of it.
    ///
    /// A connection is half the host's, and there is no way back for that half. So to a device that is restored it is as
    /// if the gateway had been restarted: whatever it sends on a connection that it still has is answered with RST.
    /// Everything else is as it was: lease, names, faults, and frames that are under way.
    #[must_use]
    pub fn without_connections(&self) -> Self {
        Self { held: self.tcp.held(), ..self.with_connections_from(self.tcp.next_id()) }
    }

    /// Goes back to a [snapshot](Self::without_connections). The tap stays, and ids of connections that were given since
    /// are not given again.
    pub fn restore(&mut self, snapshot: &Self) {
        if let Some(held) = &snapshot.held {
            let tcp = Terminator::held_again(held, &snapshot.gateway.config, &snapshot.gateway.names);
            *self = Self { tap: self.tap.take(), tcp, ..snapshot.with_connections_from(snapshot.tcp.next_id()) };
            return;
        }
        let next = self.tcp.next_id().max(snapshot.tcp.next_id());
        *self = Self { tap: self.tap.take(), ..snapshot.with_connections_from(next) };
    }

    fn with_connections_from(&self, next: ConnectionId) -> Self {
        let Self {
            now,
            link,
            faults,
            random,
            statistics,
            from_device,
            to_device,
            gateway,
            tcp: _,
            guests,
            tap: _,
            held: _,
        } = self;
        Self {
            now: *now,
            link: *link,
            faults: *faults,
            random: random.clone(),
            statistics: statistics.clone(),
            from_device: from_device.clone(),
            to_device: to_device.clone(),
            gateway: gateway.clone(),
            tcp: Terminator::new(&gateway.config, *now, next),
            guests: guests.without_connections(),
            tap: None,
            held: None,
        }
    }

    /// Lets DNS resolve this name, in any case of its letters, to the address that it returns: the same one each time.
    /// `None` if there are no addresses left, after 131,070 names. That a name resolves does not mean that a connection
    /// to its address is accepted, nor is that needed for it.
    pub fn allow(&mut self, name: &str) -> Option<Ipv4Addr> {
        self.gateway.names.allow(name)
    }

    /// To DNS there is no such name any more. Its address still tells it.
    pub fn forbid(&mut self, name: &str) {
        self.gateway.names.forbid(name);
    }

    /// How long the DHCP server takes for each answer from now on; at first none.
    pub fn set_dhcp_delay(&mut self, now: Instant, delay: Span) {
        self.advance(now);
        self.gateway.dhcp_delay = delay;
    }

    /// Whether the network holds its guests captive, as those of hotels do: every name resolves to the address of one portal, whose name
    /// is `captive.portal` to the [host](super::Destination).
    pub fn set_captive(&mut self, now: Instant, is_captive: bool) {
        self.advance(now);
        self.gateway.names.set_captive(is_captive);
    }

    /// Whether the cable is in, which the PHY tells the device.
    #[must_use]
    pub fn link_is_up(&self) -> bool {
        self.link
    }

    /// Pulls the cable, or plugs it in. Frames that are under way are lost; connections are not told.
    pub fn set_link(&mut self, now: Instant, up: bool) {
        self.advance(now);
        if self.link != up {
            let lost = self.from_device.lose_all() + self.to_device.lose_all();
            self.statistics.count_drops(DropReason::LinkDown, lost);
        }
        self.link = up;
    }

    /// What goes wrong on the wire.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Changes what goes wrong on the wire, for frames that are sent from now on.
    pub fn set_faults(&mut self, now: Instant, faults: Faults) {
        self.advance(now);
        self.faults = faults;
    }

    /// What has passed, and what was dropped and why.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Calls `tap` with each frame when the device sends it and when the device is given it: what a capture on the device
    /// shows, with frames that get lost later and without those that were lost before. See [`pcap`](super::pcap).
    pub fn set_tap(&mut self, tap: impl FnMut(Instant, FrameDirection, &[u8]) + Send + 'static) {
        self.tap = Some(Box::new(tap));
    }

    /// Takes a frame that the device's MAC has sent, without its check sequence.
    pub fn from_device(&mut self, now: Instant, frame: &[u8]) {
        self.advance(now);
        self.statistics.from_device.count(frame);
        self.show(self.now, FrameDirection::FromDevice, frame);
        self.send(self.now, FrameDirection::FromDevice, frame.to_vec());
    }

    /// The next frame for the device, without its check sequence, if one has arrived by `now`. To be called until there is
    /// none. A MAC that has no room for a frame calls [`advance`](Self::advance) and leaves the frame where it is.
    pub fn poll(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.advance(now);
        let (_, frame) = self.to_device.receive(self.now)?;
        self.statistics.to_device.count(&frame);
        self.show(self.now, FrameDirection::ToDevice, &frame);
        Some(frame)
    }

    /// When [`poll`](Self::poll) or [`take_event`](Self::take_event) may have something that they have not now. `None`:
    /// never, unless device or host do something.
    #[must_use]
    pub fn next_event(&self) -> Option<Instant> {
        self.to_device.next_arrival().into_iter().chain(self.next_internal_event()).min()
    }

    /// When [`take_event`](Self::take_event) may have something that it has not now, which is all that matters to a
    /// machine whose MAC has no room for a frame.
    #[must_use]
    pub fn next_internal_event(&self) -> Option<Instant> {
        let arrival = self.from_device.next_arrival().into_iter();
        arrival.chain(self.tcp.next_due()).chain(self.guests.next_due()).min()
    }

    /// Lets everything happen that happens until `now`, except that the device is given its frames. Time never runs back:
    /// an earlier moment than before counts as the one before.
    pub fn advance(&mut self, now: Instant) {
        let now = now.max(self.now);
        while let Some(due) = self.next_internal_event()
            && due <= now
        {
            self.now = self.now.max(due);
            match self.from_device.receive(due) {
                Some((_, frame)) => self.receive(frame),
                None => {
                    if self.tcp.next_due().is_some_and(|due| due <= self.now) {
                        self.tcp.poll(self.now);
                    }
                    self.guests.poll(self.now);
                }
            }
            self.send_segments();
        }
        self.now = now;
    }

    /// The gateway receives a frame.
    fn receive(&mut self, frame: Vec<u8>) {
        if self.guests.receive_on_wire(self.now, &frame) {
            return;
        }
        let received = self.gateway.receive(&frame).and_then(|outcome| match outcome {
            Outcome::Nothing => Ok(None),
            Outcome::Answer(answer) => Ok(Some((answer, Span::ZERO))),
            Outcome::Late(answer, delay) => Ok(Some((answer, delay))),
            Outcome::Tcp(datagram) => {
                self.tcp.receive(self.now, frame, datagram, &self.gateway.names)?;
                Ok(None)
            }
        });
        let answer = received.unwrap_or_else(|Dropped { reason, answer }| {
            self.statistics.count_drop(reason);
            answer.map(|answer| (answer, Span::ZERO))
        });
        if let Some((answer, delay)) = answer {
            self.send(self.now + delay, FrameDirection::ToDevice, answer);
        }
    }

    /// Puts what TCP has to send on the wire.
    pub(super) fn send_segments(&mut self) {
        for mut frame in self.tcp.take_sent() {
            self.gateway.path_to_device().write(EthernetProtocol::Ipv4, &mut frame);
            self.send(self.now, FrameDirection::ToDevice, frame);
        }
        for frame in self.guests.take_sent_on_wire() {
            self.send(self.now, FrameDirection::ToDevice, frame);
        }
    }

    pub(super) fn count_drop(&mut self, reason: DropReason) {
        self.statistics.count_drop(reason);
    }

    fn send(&mut self, now: Instant, direction: FrameDirection, frame: Vec<u8>) {
        if !self.link {
            return self.statistics.count_drop(DropReason::LinkDown);
        }
        if self.faults.black_hole {
            return self.statistics.count_drop(DropReason::BlackHole);
        }
        let (lane, impairment) = match direction {
            FrameDirection::FromDevice => (&mut self.from_device, &self.faults.from_device),
            FrameDirection::ToDevice => (&mut self.to_device, &self.faults.to_device),
        };
        let latency = self.gateway.config.latency;
        lane.send(now, frame, latency, impairment, &mut self.random, &mut self.statistics);
    }

    fn show(&mut self, at: Instant, direction: FrameDirection, frame: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap(at, direction, frame);
        }
    }
}

/// Everything that decides what happens next, apart from connections.
impl Hash for Network {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            now: _,
            link,
            faults,
            random,
            statistics,
            from_device,
            to_device,
            gateway,
            tcp: _,
            guests: _,
            tap: _,
            held: _,
        } = self;
        (link, faults, random, statistics, from_device, to_device, gateway).hash(state);
    }
}
