//! [`Air`]: all that one device's radio hears, and who hears it.

use super::access_point::{Output, Running};
use super::config::{AccessPoint, Security};
use super::element;
use super::event::{AirChange, AirEvent, Reason};
use super::header::{self, FrameKind, Header, MacAddress};
use super::mpdu::Mpdu;
use super::visitor::{VisitState, Visitor, VisitorConfig};
use crate::net::SplitMix64;
use crate::time::{Instant, Span};
use std::collections::{BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How long an access point tries to send a frame for one station.
const RETRIES: Span = Span::from_ms(20);
/// How long a frame for a group can be taken: nobody sends it again.
const ONCE: Span = Span::from_ms(1);
/// From the end of a frame to the next: DIFS with slots of 9 µs, and a little of the contention window.
const BETWEEN: Span = Span::from_us(50);
/// Frames on their way to the device; more are lost.
const MOST_UNDER_WAY: usize = 256;
/// The visitor's address, and how strong it is at the device, in dBm: it lies beside it.
const VISITOR: MacAddress = [0x02, b'h', b'i', b'l', 0xFF, 1];
const VISITOR_RSSI: i8 = -40;
/// Frames that wait for the visitor's computer; more are lost.
const MOST_FOR_VISITOR: usize = 256;
/// Names of networks that are told.
const MOST_LOOKED_FOR: usize = 16;

/// An access point of an [`Air`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AccessPointId(usize);

/// A frame that the device's receiver can take.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reception {
    /// The frame.
    pub mpdu: Mpdu,
    /// How strong it is, in dBm.
    pub rssi: i8,
    /// Where it is.
    pub channel: u8,
}

/// How an access point is.
#[derive(Clone, Copy, Debug)]
pub struct AccessPointState<'a> {
    /// What it is.
    pub config: &'a AccessPoint,
    /// Its address.
    pub bssid: MacAddress,
    /// Whether it has power.
    pub is_on: bool,
    /// How many stations are members, with keys if there have to be some.
    pub members: usize,
}

/// Who sends to the device.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum From {
    AccessPoint(usize),
    Visitor,
}

#[derive(Clone, Hash, Debug)]
struct UnderWay {
    at: Instant,
    until: Instant,
    from: From,
    mpdu: Mpdu,
}

/// The air around one device.
#[derive(Clone, Debug, Default)]
pub struct Air {
    access_points: Vec<Running>,
    visitor: Option<Visitor>,
    seed: u64,
    under_way: VecDeque<UnderWay>,
    /// When the medium is free again.
    free_at: Instant,
    to_network: VecDeque<(Instant, Vec<u8>)>,
    to_visitor: VecDeque<(Instant, Vec<u8>)>,
    /// The device has asked an access point to join it.
    was_asked: bool,
    /// The channel of the device's last frame.
    device_channel: Option<u8>,
    /// The names of networks that the device has asked for and that are not there.
    looked_for: BTreeSet<String>,
    events: VecDeque<AirEvent>,
    trace: DefaultHasher,
}

impl Air {
    /// An air with these access points, all on. `seed` is where their random numbers begin.
    ///
    /// # Panics
    /// If one of them does not pass its [check](AccessPoint::check).
    pub fn new(access_points: &[AccessPoint], seed: u64) -> Self {
        let mut air = Self { seed, ..Self::default() };
        access_points.iter().for_each(|access_point| air.add(Instant::ZERO, access_point.clone()));
        air
    }

    /// Puts up another access point.
    ///
    /// # Panics
    /// If it does not pass its [check](AccessPoint::check).
    pub fn add(&mut self, now: Instant, access_point: AccessPoint) {
        if let Err(error) = access_point.check() {
            panic!("{error}");
        }
        let number = self.access_points.len() as u64 + 1;
        let given = [0x02, b'h', b'i', b'l', (number >> 8) as u8, number as u8];
        let bssid = access_point.bssid.unwrap_or(given);
        let random = SplitMix64::new(self.seed ^ number << 48);
        let mut running = Running::new(access_point, bssid, random);
        // It is as if each had been switched on a little after the last.
        running.is_on = false;
        running.set_on(now + Span::from_ms(7).times(number), true);
        self.access_points.push(running);
    }

    // The device.

    /// The device has sent a frame on a channel; it ends now. Says whether it was acknowledged, which frames to groups count as.
    pub fn transmit(&mut self, now: Instant, channel: u8, mpdu: &Mpdu) -> bool {
        self.advance(now);
        (now, channel, mpdu).hash(&mut self.trace);
        let Some(header) = Header::read(&mpdu.bytes) else { return false };
        self.device_channel = Some(channel);
        self.note_what_is_looked_for(now, &header, mpdu);
        let mut is_heard = header::is_group(header.receiver);
        for index in 0..self.access_points.len() {
            let access_point = &mut self.access_points[index];
            if access_point.is_heard(channel) {
                let is_meant = access_point.bssid == header.receiver;
                is_heard |= is_meant;
                self.was_asked |= is_meant && header.kind == FrameKind::Authentication;
                let outputs = access_point.receive(now, &header, mpdu);
                self.carry_out(now, From::AccessPoint(index), outputs);
            }
        }
        if let Some(visitor) = self.visitor.as_mut().filter(|visitor| visitor.is_heard(channel)) {
            is_heard |= visitor.address() == header.receiver;
            let outputs = visitor.receive(now, &header, mpdu);
            self.carry_out(now, From::Visitor, outputs);
        }
        is_heard
    }

    /// A probe request with a name that no access point has, whatever its channel. Told once for each name.
    fn note_what_is_looked_for(&mut self, at: Instant, header: &Header, mpdu: &Mpdu) {
        if header.kind != FrameKind::ProbeRequest {
            return;
        }
        let name = element::find(&mpdu.bytes[header.length..], element::id::SSID).unwrap_or_default();
        let ssid = String::from_utf8_lossy(name).into_owned();
        let is_there = self.access_points.iter().any(|it| it.config.ssid == ssid);
        let has_room = self.looked_for.len() < MOST_LOOKED_FOR;
        if !ssid.is_empty() && !is_there && has_room && self.looked_for.insert(ssid.clone()) {
            let (bssid, station) = (header.receiver, header.transmitter);
            self.events.push_back(AirEvent { at, ssid, bssid, station, what: AirChange::LooksFor });
        }
    }

    /// When something happens next: at access points, and if the receiver is on, a frame on its channel.
    pub fn next_event(&self, now: Instant, receiver: Option<u8>) -> Instant {
        let visitor = self.visitor.as_ref().map(Visitor::next_timer);
        let timer = self.access_points.iter().map(Running::next_timer).chain(visitor).min().unwrap_or(Instant::NEVER);
        let Some(channel) = receiver else { return timer };
        let beacons = self.heard_on(channel).map(|access_point| access_point.next_beacon(now));
        let waiting = self.under_way.iter().filter(|frame| self.is_to_be_had(frame, now, channel));
        let frame = waiting.map(|frame| frame.at.max(now)).min();
        beacons.chain(frame).min().unwrap_or(Instant::NEVER).min(timer)
    }

    /// The next frame for a receiver on this channel, if there is one at this very moment.
    pub fn receive(&mut self, now: Instant, channel: u8) -> Option<Reception> {
        self.under_way.retain(|frame| frame.until >= now);
        let beacon = self.access_points.iter().position(|it| it.is_heard(channel) && it.next_beacon(now) == now);
        if let Some(index) = beacon {
            let (mpdu, follow) = self.access_points[index].beacon(now);
            for frame in follow {
                self.send(now, From::AccessPoint(index), Span::ZERO, frame);
            }
            return Some(self.reception(From::AccessPoint(index), mpdu, channel));
        }
        let next = self.under_way.iter().position(|it| it.at <= now && self.is_to_be_had(it, now, channel))?;
        let UnderWay { from, mpdu, .. } = self.under_way.remove(next)?;
        Some(self.reception(from, mpdu, channel))
    }

    fn reception(&self, from: From, mpdu: Mpdu, channel: u8) -> Reception {
        let rssi = match from {
            From::AccessPoint(index) => self.access_points[index].config.rssi,
            From::Visitor => VISITOR_RSSI,
        };
        Reception { mpdu, rssi, channel }
    }

    fn is_to_be_had(&self, frame: &UnderWay, now: Instant, channel: u8) -> bool {
        let is_heard = match frame.from {
            From::AccessPoint(index) => self.access_points[index].is_heard(channel),
            From::Visitor => self.visitor.as_ref().is_some_and(|visitor| visitor.is_heard(channel)),
        };
        frame.until >= now && is_heard
    }

    fn heard_on(&self, channel: u8) -> impl Iterator<Item = &Running> {
        self.access_points.iter().filter(move |access_point| access_point.is_heard(channel))
    }

    /// Lets everything happen at access points that happens until `now`.
    pub fn advance(&mut self, now: Instant) {
        for index in 0..self.access_points.len() {
            if self.access_points[index].next_timer() <= now {
                let outputs = self.access_points[index].advance(now);
                self.carry_out(now, From::AccessPoint(index), outputs);
            }
        }
        if let Some(visitor) = &mut self.visitor {
            let outputs = visitor.advance(now);
            self.carry_out(now, From::Visitor, outputs);
        }
    }

    // The network behind.

    /// Whether a station's data passes, so that frames of the network go this way.
    pub fn has_members(&self) -> bool {
        self.access_points.iter().any(Running::has_members)
    }

    /// An Ethernet frame comes from the network behind.
    pub fn deliver(&mut self, now: Instant, frame: &[u8]) {
        for index in 0..self.access_points.len() {
            let outputs = self.access_points[index].deliver(frame.to_vec());
            self.carry_out(now, From::AccessPoint(index), outputs);
        }
    }

    /// The next Ethernet frame for the network behind, and when it got there.
    pub fn take_sent(&mut self) -> Option<(Instant, Vec<u8>)> {
        self.to_network.pop_front()
    }

    // A visitor of the device's own network.

    /// Lets a visitor look for the device's own network and join it. It takes the place of another one; the same one stays, unless it
    /// was refused. Says whether it is a new one.
    pub fn visit(&mut self, now: Instant, config: VisitorConfig) -> bool {
        let is_there =
            |visitor: &Visitor| visitor.config == config && !matches!(visitor.state(), VisitState::Refused(_));
        if self.visitor.as_ref().is_some_and(is_there) {
            return false;
        }
        self.to_visitor.clear();
        let random = SplitMix64::new(self.seed ^ u64::from_be_bytes(*b"visitor\0"));
        self.visitor = Some(Visitor::new(config, VISITOR, random, now));
        true
    }

    /// How far the visitor is, if there is one.
    pub fn visit_state(&self) -> Option<VisitState> {
        self.visitor.as_ref().map(Visitor::state)
    }

    /// The visitor's own address.
    pub const fn visitor_address() -> MacAddress {
        VISITOR
    }

    /// An Ethernet frame comes from the visitor's computer.
    pub fn deliver_from_visitor(&mut self, now: Instant, frame: &[u8]) {
        if let Some(visitor) = &mut self.visitor {
            let outputs = visitor.deliver(frame);
            self.carry_out(now, From::Visitor, outputs);
        }
    }

    /// The next Ethernet frame for the visitor's computer, and when it got there.
    pub fn take_for_visitor(&mut self) -> Option<(Instant, Vec<u8>)> {
        self.to_visitor.pop_front()
    }

    // Outside.

    /// The access points, in the order in which they were put up.
    pub fn access_points(&self) -> impl Iterator<Item = (AccessPointId, AccessPointState<'_>)> {
        self.access_points.iter().enumerate().map(|(index, it)| {
            let members = it.joined().count();
            (AccessPointId(index), AccessPointState { config: &it.config, bssid: it.bssid, is_on: it.is_on, members })
        })
    }

    /// The access points of a network.
    pub fn find(&self, ssid: &str) -> Vec<AccessPointId> {
        self.access_points().filter(|(_, state)| state.config.ssid == ssid).map(|(id, _)| id).collect()
    }

    /// Whether the device has asked an access point to join it, at any time since the air was made: what is done to access points
    /// means nothing to a device that never did.
    pub fn was_asked(&self) -> bool {
        self.was_asked
    }

    /// Does something to each access point, in the order in which they were put up.
    pub fn each(&mut self, mut act: impl FnMut(&mut Self, AccessPointId)) {
        (0..self.access_points.len()).for_each(|index| act(self, AccessPointId(index)));
    }

    /// Switches an access point on or off. Its members are not told: they notice that beacons and acknowledgements are missing.
    pub fn set_on(&mut self, now: Instant, id: AccessPointId, on: bool) {
        let outputs = self.access_points[id.0].set_on(now, on);
        self.carry_out(now, From::AccessPoint(id.0), outputs);
    }

    /// Lets all beacons of an access point be lost, or not any more. It answers as before.
    pub fn set_beacons(&mut self, id: AccessPointId, heard: bool) {
        self.access_points[id.0].beacons = heard;
    }

    /// How strong an access point is at the device, in dBm. Below -96 neither hears the other.
    pub fn set_rssi(&mut self, id: AccessPointId, rssi: i8) {
        self.access_points[id.0].config.rssi = rssi;
    }

    /// Puts an access point onto another channel, 1 to 13, without announcing it.
    pub fn set_channel(&mut self, id: AccessPointId, channel: u8) {
        self.access_points[id.0].config.channel = channel;
    }

    /// Gives an access point another password, or none. Who is a member stays one.
    pub fn set_security(&mut self, id: AccessPointId, security: Security) {
        self.access_points[id.0].set_security(security);
    }

    /// Puts all stations of an access point out. Gives how many members that can hear of it: none that are on another channel, or out
    /// of reach. A receiver that is off for the next 20 ms misses it, and hears of it when it sends.
    pub fn deauthenticate(&mut self, now: Instant, id: AccessPointId, reason: Reason) -> usize {
        let access_point = &mut self.access_points[id.0];
        let hears = self.device_channel.is_some_and(|channel| access_point.is_heard(channel));
        let members = if hears { access_point.joined().count() } else { 0 };
        let outputs = access_point.put_out(reason);
        self.carry_out(now, From::AccessPoint(id.0), outputs);
        members
    }

    /// What has happened between access points and stations since the last call.
    pub fn take_events(&mut self) -> impl Iterator<Item = AirEvent> {
        self.events.drain(..)
    }

    /// A hash over everything that the device has sent, each with its time.
    pub fn trace(&self) -> u64 {
        self.trace.finish()
    }

    // Carrying out.

    fn carry_out(&mut self, now: Instant, from: From, outputs: Vec<Output>) {
        for output in outputs {
            match (output, from) {
                (Output::Frame { after, mpdu }, _) => self.send(now, from, after, mpdu),
                (Output::Ethernet(frame), From::AccessPoint(_)) => self.to_network.push_back((now, frame)),
                (Output::Ethernet(frame), From::Visitor) if self.to_visitor.len() < MOST_FOR_VISITOR => {
                    self.to_visitor.push_back((now, frame));
                }
                (Output::Ethernet(_), From::Visitor) => {}
                (Output::Change(station, what), From::AccessPoint(index)) => self.tell(now, index, station, what),
                (Output::Change(station, what), From::Visitor) => self.tell_of_visitor(now, station, what),
            }
        }
    }

    fn send(&mut self, now: Instant, from: From, after: Span, mpdu: Mpdu) {
        if self.under_way.len() >= MOST_UNDER_WAY {
            return;
        }
        let at = (now + after).max(self.free_at) + BETWEEN + mpdu.air_time();
        self.free_at = at;
        let is_group = Header::read(&mpdu.bytes).is_some_and(|header| header::is_group(header.receiver));
        let until = at + if is_group { ONCE } else { RETRIES };
        self.under_way.push_back(UnderWay { at, until, from, mpdu });
    }

    fn tell(&mut self, at: Instant, index: usize, station: MacAddress, what: AirChange) {
        let AccessPoint { ssid, .. } = &self.access_points[index].config;
        let ssid = ssid.clone();
        let bssid = self.access_points[index].bssid;
        if what == AirChange::Joined {
            // The others of the same network hear of it by their wires.
            let others = self.access_points.iter_mut().filter(|it| it.config.ssid == ssid && it.bssid != bssid);
            others.for_each(|other| other.forget(station));
        }
        self.events.push_back(AirEvent { at, ssid, bssid, station, what });
    }

    fn tell_of_visitor(&mut self, at: Instant, station: MacAddress, what: AirChange) {
        if let Some(visitor) = &self.visitor {
            let (ssid, bssid) = (visitor.config.ssid.clone(), visitor.bssid());
            self.events.push_back(AirEvent { at, ssid, bssid, station, what });
        }
    }
}

/// What decides what happens next.
impl Hash for Air {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            access_points,
            visitor,
            seed,
            under_way,
            free_at,
            to_network,
            to_visitor,
            was_asked,
            device_channel,
            // What was, not what will be.
            looked_for: _,
            events: _,
            trace: _,
        } = self;
        (access_points, visitor, seed, under_way, free_at, to_network, to_visitor, was_asked, device_channel)
            .hash(state);
    }
}
