//! A station that joins the device's own network, as a phone does to set a device up.

use super::access_point::{Output, answer, at_once, random_bytes};
use super::element::{self, id};
use super::event::{AirChange, Reason};
use super::header::{self, BROADCAST, FrameKind, Header, MacAddress, flag};
use super::management::{self, PRIVACY, Request, WPA2_PSK_CCMP};
use super::mpdu::Mpdu;
use super::sender::Sender;
use super::supplicant::{Parties, Step, Supplicant};
use super::wpa2::{self, MasterKey};
use super::{eapol, ethernet};
use crate::net::SplitMix64;
use crate::time::{Instant, Span};
use std::fmt;

/// How long it listens on a channel: a little longer than the time between beacons.
const LISTENS: Span = Span::from_ms(120);
const LAST_CHANNEL: u8 = 13;
/// How long an answer may take before the request is sent again, how long the keys, and how often it asks.
const ANSWER_WITHIN: Span = Span::from_ms(200);
const KEYS_WITHIN: Span = Span::from_ms(5_000);
const MOST_ATTEMPTS: u8 = 5;
/// How long it looks for the network.
const SEARCHES: Span = Span::from_ms(60_000);
/// How long it waits after it was put out.
const PAUSE: Span = Span::from_ms(1_000);

/// What a visitor looks for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct VisitorConfig {
    /// The name of the device's network, of 1 to 32 octets.
    pub ssid: String,
    /// Its password, if it has WPA2.
    pub password: Option<String>,
}

/// How far a visitor is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum VisitState {
    /// The network is not to be heard.
    Searching,
    /// It is, and the visitor asks to become a member.
    Joining,
    /// Data passes.
    Joined,
    /// The device does not want it, or not so.
    Refused(Refusal),
}

/// Why a visitor is no member.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// No such network was heard for 60 s.
    NotFound,
    /// The network has WPA2, and no password was given.
    NeedsPassword,
    /// A password was given for an open network.
    IsOpen,
    /// The network has another password.
    WrongPassword,
    /// A status code of authentication or association; IEEE 802.11-2020, table 9-50.
    Status(u16),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there was no such network for 60 s"),
            Self::NeedsPassword => f.write_str("it has WPA2, and no password was given"),
            Self::IsOpen => f.write_str("it is open, and a password was given"),
            Self::WrongPassword => f.write_str("it has another password"),
            Self::Status(code) => write!(f, "the device refuses with status {code}"),
        }
    }
}

#[derive(Clone, Hash, Debug)]
enum Stage {
    Searching,
    Authenticating,
    Associating,
    Keys(Supplicant),
    Joined(Option<Supplicant>),
    Refused(Refusal),
}

/// The visitor.
#[derive(Clone, Hash, Debug)]
pub(super) struct Visitor {
    pub(super) config: VisitorConfig,
    sender: Sender,
    random: SplitMix64,
    master: Option<MasterKey>,
    stage: Stage,
    /// The device's access point.
    bssid: MacAddress,
    channel: u8,
    attempts: u8,
    /// Since when it has been looking.
    since: Instant,
    packet_number: u64,
    /// When it does something of its own accord.
    due: Instant,
}

impl Visitor {
    /// One that begins to look at a moment.
    pub(super) fn new(config: VisitorConfig, address: MacAddress, random: SplitMix64, now: Instant) -> Self {
        let master = config.password.as_ref().map(|password| wpa2::master_key(password, config.ssid.as_bytes()));
        Self {
            config,
            sender: Sender::new(address),
            random,
            master,
            stage: Stage::Searching,
            bssid: BROADCAST,
            channel: 0,
            attempts: 0,
            since: now,
            packet_number: 0,
            due: now,
        }
    }

    pub(super) fn state(&self) -> VisitState {
        match &self.stage {
            Stage::Searching => VisitState::Searching,
            Stage::Authenticating | Stage::Associating | Stage::Keys(_) => VisitState::Joining,
            Stage::Joined(_) => VisitState::Joined,
            Stage::Refused(refusal) => VisitState::Refused(*refusal),
        }
    }

    pub(super) const fn address(&self) -> MacAddress {
        self.sender.address
    }

    pub(super) const fn bssid(&self) -> MacAddress {
        self.bssid
    }

    /// Whether it and the device hear each other.
    pub(super) fn is_heard(&self, channel: u8) -> bool {
        self.channel == channel && !matches!(self.stage, Stage::Refused(_))
    }

    // Time.

    pub(super) const fn next_timer(&self) -> Instant {
        self.due
    }

    /// Does what is due.
    pub(super) fn advance(&mut self, now: Instant) -> Vec<Output> {
        if self.due > now {
            return Vec::new();
        }
        self.attempts += 1;
        let is_over = self.attempts > MOST_ATTEMPTS;
        match &self.stage {
            Stage::Searching => self.search(now),
            Stage::Authenticating | Stage::Associating if is_over => self.search(now),
            Stage::Authenticating => self.ask(now, FrameKind::Authentication),
            Stage::Associating => self.ask(now, FrameKind::AssociationRequest),
            // The access point has heard message 2, and says nothing to its integrity code.
            Stage::Keys(keys) if keys.has_begun() => self.refuse(Refusal::WrongPassword),
            Stage::Keys(_) => self.search(now),
            Stage::Joined(_) | Stage::Refused(_) => {
                self.due = Instant::NEVER;
                Vec::new()
            }
        }
    }

    /// Looks on the next channel.
    fn search(&mut self, now: Instant) -> Vec<Output> {
        if now.since(self.since) >= SEARCHES {
            return self.refuse(Refusal::NotFound);
        }
        (self.stage, self.attempts) = (Stage::Searching, 0);
        self.channel = self.channel % LAST_CHANNEL + 1;
        self.due = now + LISTENS;
        let body = self.request().probe();
        vec![at_once(self.sender.management(FrameKind::ProbeRequest, BROADCAST, BROADCAST, &body))]
    }

    fn ask(&mut self, now: Instant, kind: FrameKind) -> Vec<Output> {
        self.due = now + ANSWER_WITHIN;
        let body = match kind {
            FrameKind::AssociationRequest => self.request().association(),
            _ => management::authentication(0, 1, 0),
        };
        vec![at_once(self.sender.management(kind, self.bssid, self.bssid, &body))]
    }

    fn request(&self) -> Request<'_> {
        Request { ssid: &self.config.ssid, rsn: self.master.is_some().then_some(&WPA2_PSK_CCMP) }
    }

    fn enter(&mut self, now: Instant, stage: Stage) {
        (self.stage, self.attempts, self.due) = (stage, 0, now);
    }

    fn refuse(&mut self, refusal: Refusal) -> Vec<Output> {
        self.stage = Stage::Refused(refusal);
        self.due = Instant::NEVER;
        vec![self.tell(AirChange::VisitorRefused(refusal))]
    }

    const fn tell(&self, change: AirChange) -> Output {
        Output::Change(self.address(), change)
    }

    // What the device sends.

    /// A frame that it hears.
    pub(super) fn receive(&mut self, now: Instant, header: &Header, mpdu: &Mpdu) -> Vec<Output> {
        let body = &mpdu.bytes[header.length..];
        if matches!(header.kind, FrameKind::Beacon | FrameKind::ProbeResponse) {
            return self.found(now, header, body);
        }
        let is_meant = header.receiver == self.address() || header::is_group(header.receiver);
        if !is_meant || header.transmitter != self.bssid {
            return Vec::new();
        }
        match header.kind {
            FrameKind::Authentication => self.authenticated(now, body),
            FrameKind::AssociationResponse => self.associated(now, body),
            FrameKind::Deauthentication | FrameKind::Disassociation => self.put_out(now, body),
            FrameKind::Data => self.data(header, mpdu),
            _ => Vec::new(),
        }
    }

    fn found(&mut self, now: Instant, header: &Header, body: &[u8]) -> Vec<Output> {
        // Timestamp, interval, capabilities, and then the elements.
        let (Some(fixed), Stage::Searching) = (body.first_chunk::<12>(), &self.stage) else { return Vec::new() };
        if element::find(&body[fixed.len()..], id::SSID) != Some(self.config.ssid.as_bytes()) {
            return Vec::new();
        }
        let is_protected = u16::from_le_bytes([fixed[10], fixed[11]]) & PRIVACY != 0;
        self.bssid = header.transmitter;
        match (is_protected, self.master.is_some()) {
            (true, false) => return self.refuse(Refusal::NeedsPassword),
            (false, true) => return self.refuse(Refusal::IsOpen),
            _ => {}
        }
        self.enter(now, Stage::Authenticating);
        self.advance(now)
    }

    fn authenticated(&mut self, now: Instant, body: &[u8]) -> Vec<Output> {
        let (Stage::Authenticating, Some([_, _, 2, 0, low, high])) = (&self.stage, body.first_chunk()) else {
            return Vec::new();
        };
        match u16::from_le_bytes([*low, *high]) {
            management::SUCCESS => {
                self.enter(now, Stage::Associating);
                self.advance(now)
            }
            status => self.refuse(Refusal::Status(status)),
        }
    }

    fn associated(&mut self, now: Instant, body: &[u8]) -> Vec<Output> {
        let (Stage::Associating, Some([_, _, low, high])) = (&self.stage, body.first_chunk()) else {
            return Vec::new();
        };
        match u16::from_le_bytes([*low, *high]) {
            management::SUCCESS if self.master.is_some() => {
                self.stage = Stage::Keys(Supplicant::new(random_bytes(&mut self.random)));
                self.due = now + KEYS_WITHIN;
                Vec::new()
            }
            management::SUCCESS => self.join(None),
            status => self.refuse(Refusal::Status(status)),
        }
    }

    fn join(&mut self, keys: Option<Supplicant>) -> Vec<Output> {
        self.stage = Stage::Joined(keys);
        self.due = Instant::NEVER;
        vec![self.tell(AirChange::VisitorJoined)]
    }

    fn put_out(&mut self, now: Instant, body: &[u8]) -> Vec<Output> {
        let reason = Reason(body.first_chunk().map_or(0, |code| u16::from_le_bytes(*code)));
        match &self.stage {
            Stage::Keys(keys) if keys.has_begun() => self.refuse(Refusal::WrongPassword),
            Stage::Searching | Stage::Refused(_) => Vec::new(),
            stage => {
                let was_member = matches!(stage, Stage::Joined(_));
                (self.stage, self.since, self.due) = (Stage::Searching, now, now + PAUSE);
                was_member.then(|| self.tell(AirChange::VisitorLeft(reason))).into_iter().collect()
            }
        }
    }

    fn data(&mut self, header: &Header, mpdu: &Mpdu) -> Vec<Output> {
        let keys = match &self.stage {
            Stage::Keys(keys) => Some(keys),
            Stage::Joined(keys) => keys.as_ref(),
            _ => return Vec::new(),
        };
        let is_group = header::is_group(header.receiver);
        let key = keys.and_then(|keys| if is_group { keys.group() } else { keys.pairwise() });
        let payload = mpdu.plain_text(header, key.as_ref()).and_then(ethernet::unwrap);
        let Some((kind, payload)) = payload.filter(|_| header.third != self.address()) else { return Vec::new() };
        if kind == eapol::ETHERTYPE {
            return self.shake_hands(payload);
        }
        let is_joined = matches!(self.stage, Stage::Joined(_));
        if !is_joined || (self.master.is_some() && !header.has(flag::PROTECTED)) {
            return Vec::new();
        }
        vec![Output::Ethernet(ethernet::frame(header.receiver, header.third, kind, payload))]
    }

    fn shake_hands(&mut self, payload: &[u8]) -> Vec<Output> {
        let addresses = [self.bssid, self.address()];
        let (Some(master), Stage::Keys(keys) | Stage::Joined(Some(keys))) = (&self.master, &mut self.stage) else {
            return Vec::new();
        };
        let was_installed = keys.group().is_some();
        let step = keys.receive(payload, Parties { master, addresses, rsn: &WPA2_PSK_CCMP });
        let (Step::Answer(reply) | Step::Installed(reply)) = &step else { return Vec::new() };
        let keys = keys.clone();
        let ends = [self.bssid, self.bssid];
        // Once the keys are installed, these messages are data like any other.
        let protection = keys.pairwise().filter(|_| was_installed).map(|key| self.protection(key));
        let mut outputs = vec![answer(self.sender.data_to_network(ends, (eapol::ETHERTYPE, reply), protection))];
        if matches!(step, Step::Installed(_)) && matches!(self.stage, Stage::Keys(_)) {
            outputs.extend(self.join(Some(keys)));
        }
        outputs
    }

    fn protection(&mut self, key: wpa2::TemporalKey) -> super::sender::Protection {
        self.packet_number += 1;
        (key, self.packet_number, 0)
    }

    // What the visitor's computer sends.

    /// An Ethernet frame for the device, or for all of its network.
    pub(super) fn deliver(&mut self, frame: &[u8]) -> Vec<Output> {
        let Stage::Joined(keys) = &self.stage else { return Vec::new() };
        let key = keys.as_ref().and_then(Supplicant::pairwise);
        let Some((destination, _, kind, payload)) = ethernet::parse(frame) else { return Vec::new() };
        let protection = key.map(|key| self.protection(key));
        vec![at_once(self.sender.data_to_network([self.bssid, destination], (kind, payload), protection))]
    }
}

#[cfg(test)]
mod tests {
    use super::super::access_point::Running;
    use super::super::config::AccessPoint;
    use super::*;

    const DEVICE: MacAddress = [2; 6];
    const VISITOR: MacAddress = [4; 6];

    /// A device that has put up an access point of our own, and a visitor of it.
    struct Visit {
        device: Running,
        visitor: Visitor,
        now: Instant,
        changes: Vec<AirChange>,
        /// Ethernet frames that have come to the device's network, and to the visitor's computer.
        arrived: [Vec<Vec<u8>>; 2],
    }

    impl Visit {
        fn new(network: AccessPoint, wanted: &str) -> Self {
            let config = wanted.parse().expect("a network");
            let visitor = Visitor::new(config, VISITOR, SplitMix64::new(2), Instant::ZERO);
            let device = Running::new(network, DEVICE, SplitMix64::new(1));
            Self { device, visitor, now: Instant::ZERO, changes: Vec::new(), arrived: [Vec::new(), Vec::new()] }
        }

        fn give_device(&mut self, outputs: Vec<Output>) {
            for output in outputs {
                match output {
                    Output::Frame { mpdu, .. } if self.visitor.is_heard(self.device.config.channel) => {
                        let header = Header::read(&mpdu.bytes).expect("a header");
                        let answers = self.device.receive(self.now, &header, &mpdu);
                        self.give_visitor(answers);
                    }
                    Output::Frame { .. } => {}
                    Output::Ethernet(frame) => self.arrived[1].push(frame),
                    Output::Change(_, change) => self.changes.push(change),
                }
            }
        }

        fn give_visitor(&mut self, outputs: Vec<Output>) {
            for output in outputs {
                match output {
                    Output::Frame { mpdu, .. } => {
                        let header = Header::read(&mpdu.bytes).expect("a header");
                        if self.visitor.is_heard(self.device.config.channel) {
                            let answers = self.visitor.receive(self.now, &header, &mpdu);
                            self.give_device(answers);
                        }
                    }
                    Output::Ethernet(frame) => self.arrived[0].push(frame),
                    // What the access point says of the station is its own affair.
                    Output::Change(..) => {}
                }
            }
        }

        /// Lets so many steps of 10 ms pass.
        fn pass(&mut self, steps: usize) -> VisitState {
            for _ in 0..steps {
                self.now += Span::from_ms(10);
                let outputs = self.visitor.advance(self.now);
                self.give_device(outputs);
                let outputs = self.device.advance(self.now);
                self.give_visitor(outputs);
            }
            self.visitor.state()
        }
    }

    #[test]
    fn an_open_network_is_found_on_its_channel_and_joined() {
        let network = AccessPoint { channel: 9, ..AccessPoint::open("Setup") };
        let mut visit = Visit::new(network, "ssid=Setup");
        assert_eq!(visit.pass(200), VisitState::Joined);
        assert_eq!((&visit.changes[..], visit.visitor.channel), (&[AirChange::VisitorJoined][..], 9));
    }

    #[test]
    fn data_passes_both_ways_under_keys() {
        let mut visit = Visit::new(AccessPoint::wpa2("Setup", "secret123"), "ssid=Setup,password=secret123");
        assert_eq!(visit.pass(200), VisitState::Joined);
        let up = ethernet::frame(DEVICE, VISITOR, 0x0800, b"up");
        let outputs = visit.visitor.deliver(&up);
        assert!(outputs.iter().all(|it| matches!(it, Output::Frame { mpdu, .. } if mpdu.key.is_some())));
        visit.give_device(outputs);
        let (down, to_all) =
            (ethernet::frame(VISITOR, DEVICE, 0x0800, b"down"), ethernet::frame(BROADCAST, DEVICE, 0x0806, b"all"));
        for frame in [&down, &to_all] {
            let outputs = visit.device.deliver(frame.clone());
            visit.give_visitor(outputs);
        }
        assert_eq!(visit.arrived, [vec![up], vec![down, to_all]]);
    }

    #[test]
    fn what_keeps_a_visitor_out_is_told_apart() {
        let cases = [
            (AccessPoint::wpa2("Setup", "secret123"), "ssid=Setup,password=secret124", Refusal::WrongPassword),
            (AccessPoint::wpa2("Setup", "secret123"), "ssid=Setup", Refusal::NeedsPassword),
            (AccessPoint::open("Setup"), "ssid=Setup,password=secret123", Refusal::IsOpen),
            (AccessPoint::open("Setup"), "ssid=Other", Refusal::NotFound),
        ];
        for (network, wanted, refusal) in cases {
            let mut visit = Visit::new(network, wanted);
            assert_eq!(visit.pass(7_000), VisitState::Refused(refusal), "{wanted}");
            assert_eq!(visit.changes, [AirChange::VisitorRefused(refusal)]);
        }
    }

    #[test]
    fn a_visitor_that_is_put_out_comes_back() {
        let mut visit = Visit::new(AccessPoint::open("Setup"), "ssid=Setup");
        visit.pass(200);
        let outputs = visit.device.put_out(Reason(5));
        visit.give_visitor(outputs);
        assert_eq!(visit.pass(1), VisitState::Searching);
        assert_eq!(visit.pass(300), VisitState::Joined);
        assert_eq!(
            visit.changes,
            [AirChange::VisitorJoined, AirChange::VisitorLeft(Reason(5)), AirChange::VisitorJoined]
        );
    }
}
