//! An access point as it runs: what it answers, whom it knows, and when it beacons.

use super::config::{AccessPoint, Security};
use super::element::{self, id};
use super::event::{AirChange, Reason, Side};
use super::handshake::{GROUP_KEY_ID, Handshake, Parties, Step};
use super::header::{self, BROADCAST, FrameKind, Header, MacAddress, flag};
use super::management::{self, BEACON_INTERVAL, DTIM_PERIOD, Network, Traffic};
use super::member::{Member, Membership};
use super::mpdu::Mpdu;
use super::sender::Sender;
use super::wpa2::{self, MasterKey, TemporalKey};
use super::{eapol, ethernet};
use crate::net::SplitMix64;
use crate::time::{Instant, Span};
use std::collections::{BTreeMap, VecDeque};

/// Below this, in dBm, a frame is noise.
const WEAKEST: i8 = -96;
/// From a request to its answer.
const ANSWER: Span = Span::from_us(300);
/// From association to the first message of the handshake.
const BEFORE_HANDSHAKE: Span = Span::from_ms(2);
/// A time unit; IEEE 802.11-2020, section 3.1.
const TIME_UNIT: Span = Span::from_us(1024);
/// Stations that it takes: as many as have a bit in [`Traffic::members`].
const MOST_MEMBERS: u16 = 7;
/// Frames for groups that are kept while somebody sleeps.
const MOST_HELD: usize = 64;
/// Open System; section 9.4.1.1.
const OPEN_SYSTEM: u16 = 0;
/// No association is granted without what the network wants; table 9-50, "invalid RSN element" and "unspecified failure".
const NO_RSN: u16 = 40;
const REFUSED: u16 = 1;

/// What comes of something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Output {
    /// A frame goes on the air.
    Frame {
        /// After this long.
        after: Span,
        /// The frame.
        mpdu: Mpdu,
    },
    /// A frame goes into the network behind.
    Ethernet(Vec<u8>),
    /// Something happened with a station.
    Change(MacAddress, AirChange),
}

/// An access point.
#[derive(Clone, Hash, Debug)]
pub(super) struct Running {
    pub(super) config: AccessPoint,
    pub(super) bssid: MacAddress,
    pub(super) is_on: bool,
    /// Whether its beacons are heard.
    pub(super) beacons: bool,
    /// When its timer would have been 0.
    started: Instant,
    /// The last beacon that was heard, by its number.
    heard: u64,
    random: SplitMix64,
    master: Option<MasterKey>,
    group_key: TemporalKey,
    group_packet_number: u64,
    sender: Sender,
    members: BTreeMap<MacAddress, Member>,
    held: VecDeque<Vec<u8>>,
}

impl Running {
    /// One that is on. Its timer is `phase` ahead of the others'.
    pub(super) fn new(config: AccessPoint, bssid: MacAddress, mut random: SplitMix64) -> Self {
        let group_key = random_bytes(&mut random);
        Self {
            config,
            bssid,
            is_on: true,
            beacons: true,
            started: Instant::ZERO,
            heard: 0,
            random,
            master: None,
            group_key,
            group_packet_number: 0,
            sender: Sender::new(bssid),
            members: BTreeMap::new(),
            held: VecDeque::new(),
        }
    }

    /// Whether it and a receiver on this channel hear each other.
    pub(super) fn is_heard(&self, channel: u8) -> bool {
        self.is_on && self.config.channel == channel && self.config.rssi >= WEAKEST
    }

    /// Whether a station's data passes.
    pub(super) fn has_joined(&self, station: MacAddress) -> bool {
        self.members.get(&station).is_some_and(|member| matches!(member.membership, Membership::Joined(_)))
    }

    /// Whether anybody's data passes.
    pub(super) fn has_members(&self) -> bool {
        self.members.values().any(|member| matches!(member.membership, Membership::Joined(_)))
    }

    /// The stations whose data passes.
    pub(super) fn joined(&self) -> impl Iterator<Item = MacAddress> {
        self.members.keys().copied().filter(|station| self.has_joined(*station))
    }

    // Beacons.

    fn interval() -> Span {
        TIME_UNIT.times(BEACON_INTERVAL.into())
    }

    /// The first beacon that was not heard yet and is not before a moment.
    pub(super) fn next_beacon(&self, from: Instant) -> Instant {
        if !self.beacons {
            return Instant::NEVER;
        }
        let number = from.since(self.started).ps().div_ceil(Self::interval().ps()).max(self.heard + 1);
        self.started + Self::interval().times(number)
    }

    /// The beacon of this very moment, and the frames for groups that follow it.
    pub(super) fn beacon(&mut self, now: Instant) -> (Mpdu, Vec<Mpdu>) {
        let number = now.since(self.started).ps() / Self::interval().ps();
        self.heard = number;
        let dtim_count = (number % u64::from(DTIM_PERIOD)) as u8;
        let members = self.members.values().filter(|member| member.has_held()).fold(0, |bits, it| bits | 1 << it.id);
        let group = dtim_count == 0 && !self.held.is_empty();
        let body = self.network().beacon(self.timer(now), Some(Traffic { dtim_count, group, members }));
        let beacon = self.management(FrameKind::Beacon, BROADCAST, &body);
        let held = if group { std::mem::take(&mut self.held) } else { VecDeque::new() };
        let count = held.len();
        let follow = held.into_iter().enumerate().filter_map(|(n, frame)| {
            let more = if n + 1 < count { flag::MORE_DATA } else { 0 };
            self.data_to_group(&frame, more)
        });
        let follow = follow.collect();
        (beacon, follow)
    }

    /// Its timer in µs: the TSF.
    fn timer(&self, now: Instant) -> u64 {
        now.since(self.started).ns() / 1_000
    }

    fn network(&self) -> Network<'_> {
        Network { ssid: &self.config.ssid, channel: self.config.channel, is_protected: self.is_protected() }
    }

    fn is_protected(&self) -> bool {
        self.config.security != Security::Open
    }

    // What is done to it.

    /// Switches it on or off; the stations are not told.
    pub(super) fn set_on(&mut self, now: Instant, on: bool) -> Vec<Output> {
        if self.is_on == on {
            return Vec::new();
        }
        self.is_on = on;
        self.started = now;
        self.heard = 0;
        self.held.clear();
        let left = self.joined().map(|station| Output::Change(station, AirChange::WentOff)).collect();
        self.members.clear();
        left
    }

    /// Has another password, or none, from now on. Who is a member stays one.
    pub(super) fn set_security(&mut self, security: Security) {
        self.config.security = security;
        self.master = None;
    }

    /// Puts all stations out.
    pub(super) fn put_out(&mut self, reason: Reason) -> Vec<Output> {
        let stations: Vec<_> = self.members.keys().copied().collect();
        stations.into_iter().flat_map(|station| self.put_one_out(station, reason)).collect()
    }

    fn put_one_out(&mut self, station: MacAddress, reason: Reason) -> Vec<Output> {
        self.members.remove(&station);
        let frame = self.management(FrameKind::Deauthentication, station, &reason.0.to_le_bytes());
        vec![answer(frame), Output::Change(station, AirChange::Left { reason, by: Side::AccessPoint })]
    }

    /// Forgets a station that has gone to another access point of the network.
    pub(super) fn forget(&mut self, station: MacAddress) {
        self.members.remove(&station);
    }

    // Time.

    /// When [`advance`](Self::advance) has something to do.
    pub(super) fn next_timer(&self) -> Instant {
        let due = self.members.values().filter_map(|member| match &member.membership {
            Membership::Associated(handshake) => Some(handshake.due()),
            _ => None,
        });
        due.min().unwrap_or(Instant::NEVER)
    }

    /// Answers that did not come in time.
    pub(super) fn advance(&mut self, now: Instant) -> Vec<Output> {
        let mut outputs = Vec::new();
        let stations: Vec<_> = self.members.keys().copied().collect();
        for station in stations {
            outputs.extend(self.shake_hands(station, |handshake, parties| match handshake.due() <= now {
                true => handshake.time_out(now, parties),
                false => Step::Ignored,
            }));
        }
        outputs
    }

    // What stations send.

    /// A frame that it hears.
    pub(super) fn receive(&mut self, now: Instant, header: &Header, mpdu: &Mpdu) -> Vec<Output> {
        let body = &mpdu.bytes[header.length..];
        if header.kind == FrameKind::ProbeRequest {
            return self.probed(now, header, body);
        }
        if header.receiver != self.bssid {
            return Vec::new();
        }
        let station = header.transmitter;
        match header.kind {
            FrameKind::Authentication => self.authenticate(station, body),
            FrameKind::AssociationRequest => {
                self.associate(now, station, FrameKind::AssociationResponse, body.get(4..))
            }
            FrameKind::ReassociationRequest => {
                self.associate(now, station, FrameKind::ReassociationResponse, body.get(10..))
            }
            FrameKind::Deauthentication | FrameKind::Disassociation => self.leave(station, body),
            FrameKind::PsPoll | FrameKind::Null | FrameKind::Data => self.take_member(now, header, mpdu),
            _ => Vec::new(),
        }
    }

    fn probed(&mut self, now: Instant, header: &Header, body: &[u8]) -> Vec<Output> {
        let asked = element::find(body, id::SSID).unwrap_or_default();
        let is_meant = asked.is_empty() || asked == self.config.ssid.as_bytes();
        if !is_meant || (header.receiver != BROADCAST && header.receiver != self.bssid) {
            return Vec::new();
        }
        let body = self.network().beacon(self.timer(now), None);
        vec![answer(self.management(FrameKind::ProbeResponse, header.transmitter, &body))]
    }

    fn authenticate(&mut self, station: MacAddress, body: &[u8]) -> Vec<Output> {
        let word = |at: usize| body.get(at..at + 2).and_then(|word| word.try_into().ok()).map(u16::from_le_bytes);
        let (Some(algorithm), Some(1)) = (word(0), word(2)) else { return Vec::new() };
        self.members.remove(&station);
        let free = (1..=MOST_MEMBERS).find(|id| self.members.values().all(|member| member.id != *id));
        let status = match free {
            _ if algorithm != OPEN_SYSTEM => management::ALGORITHM_NOT_SUPPORTED,
            None => REFUSED,
            Some(id) => {
                self.members.insert(station, Member::new(id));
                management::SUCCESS
            }
        };
        let body = management::authentication(algorithm, 2, status);
        vec![answer(self.management(FrameKind::Authentication, station, &body))]
    }

    fn associate(
        &mut self,
        now: Instant,
        station: MacAddress,
        response: FrameKind,
        elements: Option<&[u8]>,
    ) -> Vec<Output> {
        let is_ours = elements.and_then(|it| element::find(it, id::SSID)) == Some(self.config.ssid.as_bytes());
        let has_rsn = elements.and_then(|it| element::find(it, id::RSN)).is_some();
        let is_protected = self.is_protected();
        let Some(id) = self.members.get(&station).map(|member| member.id) else {
            let reason = Reason::NOT_AUTHENTICATED.0.to_le_bytes();
            return vec![answer(self.management(FrameKind::Deauthentication, station, &reason))];
        };
        if !is_ours || is_protected != has_rsn {
            let mut body = self.network().association(0);
            let status = if is_ours { NO_RSN } else { REFUSED };
            body[2..4].copy_from_slice(&status.to_le_bytes());
            return vec![answer(self.management(response, station, &body))];
        }
        let body = self.network().association(id);
        let mut outputs = vec![answer(self.management(response, station, &body))];
        let mut member = Member::new(id);
        member.membership = if is_protected {
            let nonce = random_bytes(&mut self.random);
            Membership::Associated(Box::new(Handshake::new(nonce, now + BEFORE_HANDSHAKE)))
        } else {
            outputs.push(Output::Change(station, AirChange::Joined));
            Membership::Joined(None)
        };
        self.members.insert(station, member);
        outputs
    }

    fn leave(&mut self, station: MacAddress, body: &[u8]) -> Vec<Output> {
        let reason = Reason(body.first_chunk().map_or(0, |code| u16::from_le_bytes(*code)));
        let was_member = self.members.remove(&station).is_some();
        let change = Output::Change(station, AirChange::Left { reason, by: Side::Station });
        was_member.then_some(change).into_iter().collect()
    }

    /// Data, or a word about sleep.
    fn take_member(&mut self, now: Instant, header: &Header, mpdu: &Mpdu) -> Vec<Output> {
        let station = header.transmitter;
        let Some(member) = self.members.get_mut(&station) else {
            let reason = Reason::NOT_ASSOCIATED.0.to_le_bytes();
            return vec![answer(self.management(FrameKind::Deauthentication, station, &reason))];
        };
        let mut outputs = Vec::new();
        if header.kind == FrameKind::PsPoll {
            outputs.extend(self.release(station, 1));
            return outputs;
        }
        member.dozes = header.has(flag::POWER_MANAGEMENT);
        if !member.dozes {
            outputs.extend(self.release(station, usize::MAX));
        }
        if header.kind == FrameKind::Data {
            outputs.extend(self.data(now, header, mpdu));
        }
        outputs
    }

    fn data(&mut self, now: Instant, header: &Header, mpdu: &Mpdu) -> Vec<Output> {
        let station = header.transmitter;
        let key = match self.members.get(&station).map(|member| &member.membership) {
            Some(Membership::Joined(key)) => *key,
            Some(Membership::Associated(_)) => None,
            Some(Membership::Authenticated) | None => return Vec::new(),
        };
        let Some(body) = mpdu.plain_text(header, key.as_ref()) else { return Vec::new() };
        let Some((kind, payload)) = ethernet::unwrap(body) else { return Vec::new() };
        if kind == eapol::ETHERTYPE {
            return self.shake_hands(station, |handshake, parties| handshake.receive(now, payload, parties));
        }
        let is_plain_by_right = key.is_none() && !self.is_protected();
        if !self.has_joined(station) || !(is_plain_by_right || header.has(flag::PROTECTED)) {
            return Vec::new();
        }
        vec![Output::Ethernet(ethernet::frame(header.third, station, kind, payload))]
    }

    fn shake_hands(
        &mut self,
        station: MacAddress,
        call: impl FnOnce(&mut Handshake, Parties<'_>) -> Step,
    ) -> Vec<Output> {
        let Security::Wpa2Psk { password } = &self.config.security else { return Vec::new() };
        let Some(member) = self.members.get_mut(&station) else { return Vec::new() };
        let Membership::Associated(handshake) = &mut member.membership else { return Vec::new() };
        let master = self.master.get_or_insert_with(|| wpa2::master_key(password, self.config.ssid.as_bytes()));
        let parties = Parties { master, group_key: &self.group_key, bssid: self.bssid, station };
        match call(handshake, parties) {
            Step::Ignored => Vec::new(),
            Step::Send(payload) => {
                let ends = [station, self.bssid];
                let frame = self.sender.data_from_network(ends, 0, (eapol::ETHERTYPE, &payload), None);
                vec![answer(frame)]
            }
            Step::WrongPassword => {
                let is_told = std::mem::replace(&mut member.told_wrong_password, true);
                (!is_told).then_some(Output::Change(station, AirChange::WrongPassword)).into_iter().collect()
            }
            Step::Done(key) => {
                member.membership = Membership::Joined(Some(key));
                vec![Output::Change(station, AirChange::Joined)]
            }
            Step::TimedOut => self.put_one_out(station, Reason::HANDSHAKE_TIMEOUT),
        }
    }

    // What comes from the network behind.

    /// An Ethernet frame for stations.
    pub(super) fn deliver(&mut self, frame: Vec<u8>) -> Vec<Output> {
        let Some((destination, ..)) = ethernet::parse(&frame) else { return Vec::new() };
        if header::is_group(destination) {
            if self.members.values().any(|member| member.dozes) {
                if self.held.len() < MOST_HELD {
                    self.held.push_back(frame);
                }
                return Vec::new();
            }
            return self.data_to_group(&frame, 0).map(at_once).into_iter().collect();
        }
        if !self.has_joined(destination) {
            return Vec::new();
        }
        match self.members.get_mut(&destination) {
            Some(member) if member.dozes => {
                member.hold(frame);
                Vec::new()
            }
            _ => self.data_to(destination, &frame, 0).map(at_once).into_iter().collect(),
        }
    }

    /// Sends what was kept for a station, up to so many frames.
    fn release(&mut self, station: MacAddress, most: usize) -> Vec<Output> {
        let mut outputs = Vec::new();
        while outputs.len() < most
            && let Some(member) = self.members.get_mut(&station)
            && let Some(frame) = member.take_held()
        {
            let more = if member.has_held() { flag::MORE_DATA } else { 0 };
            outputs.extend(self.data_to(station, &frame, more).map(at_once));
        }
        outputs
    }

    fn data_to_group(&mut self, frame: &[u8], more: u8) -> Option<Mpdu> {
        let (destination, source, kind, payload) = ethernet::parse(frame)?;
        let key = self.is_protected().then(|| {
            self.group_packet_number += 1;
            (self.group_key, self.group_packet_number, GROUP_KEY_ID)
        });
        Some(self.sender.data_from_network([destination, source], more, (kind, payload), key))
    }

    fn data_to(&mut self, station: MacAddress, frame: &[u8], more: u8) -> Option<Mpdu> {
        let (_, source, kind, payload) = ethernet::parse(frame)?;
        let member = self.members.get_mut(&station)?;
        let Membership::Joined(key) = member.membership else { return None };
        let key = key.map(|key| {
            member.packet_number += 1;
            (key, member.packet_number, 0)
        });
        Some(self.sender.data_from_network([station, source], more, (kind, payload), key))
    }

    fn management(&mut self, kind: FrameKind, receiver: MacAddress, body: &[u8]) -> Mpdu {
        self.sender.management(kind, receiver, self.bssid, body)
    }
}

pub(super) fn answer(mpdu: Mpdu) -> Output {
    Output::Frame { after: ANSWER, mpdu }
}

pub(super) fn at_once(mpdu: Mpdu) -> Output {
    Output::Frame { after: Span::ZERO, mpdu }
}

pub(super) fn random_bytes<const N: usize>(random: &mut SplitMix64) -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&random.next_u64().to_le_bytes()[..chunk.len()]);
    }
    bytes
}
