//! A small driver: it does by registers what Espressif's does, down to the keys. No ROM is needed.

use crate::soc::rig::Rig;
use hil_sim_core::air::eapol::{self, KeyFrame, information};
use hil_sim_core::air::element::{self, id};
use hil_sim_core::air::header::{self, BROADCAST, FrameKind, Header, MacAddress, flag};
use hil_sim_core::air::management::WPA2_PSK_CCMP;
use hil_sim_core::air::wpa2::{self, PairwiseKeys};
use hil_sim_core::air::{AccessPoint, AccessPointId, Air, AirChange, Reason, Security, ethernet};
use hil_sim_core::time::{Instant, Span};

const MAC: u32 = 0x6003_3000;
const RX_CONTROL: u32 = MAC + 0x084;
const RX_BASE: u32 = MAC + 0x088;
const RX_LAST: u32 = MAC + 0x090;
const EVENTS: u32 = MAC + 0xC3C;
const EVENTS_CLEAR: u32 = MAC + 0xC40;
const DONE_CLEAR: u32 = MAC + 0xCAC;
const DONE: u32 = MAC + 0xCB0;
const QUEUE0: u32 = MAC + 0xD08;
const KEYS_VALID: u32 = MAC + 0x814;
const KEYS: u32 = 0x6003_4400;
const RESULT0: u32 = 0x6003_4320;
const POWER_EVENTS: u32 = 0x6003_5118;
const POWER_EVENTS_CLEAR: u32 = 0x6003_511C;
const FREQUENCY: u32 = 0x6000_E0C4;
const RECEIVED: u32 = 1 << 24;

/// Descriptors and buffers, in RAM.
const RING: u32 = 0x3FC9_0000;
const RING_LENGTH: u32 = 4;
const BUFFERS: u32 = 0x3FC9_1000;
const BUFFER: u32 = 1600;
const TX_DESCRIPTOR: u32 = 0x3FC9_8000;
const TX_BUFFER: u32 = 0x3FC9_8100;

const STATION: MacAddress = [0x7C, 0xDF, 0xA1, 0, 0, 1];
const NONCE: [u8; 32] = [5; 32];

/// The driver, on a chip in an air.
struct Driver {
    rig: Rig,
    /// The descriptor that is filled next.
    next: u32,
    keys: Option<PairwiseKeys>,
}

impl Driver {
    fn new(access_points: &[AccessPoint], channel: u32) -> Self {
        let mut rig = Rig::new();
        rig.soc.set_air(Air::new(access_points, 1));
        for index in 0..RING_LENGTH {
            let next = RING + (index + 1) % RING_LENGTH * 12;
            rig.write_words(RING + index * 12, &[1 << 31 | BUFFER, BUFFERS + index * BUFFER, next]);
        }
        rig.write(RX_BASE, RING & 0xF_FFFF);
        let mut driver = Self { rig, next: RING, keys: None };
        driver.tune(channel);
        driver.rig.write(RX_CONTROL, 1 << 31);
        driver
    }

    fn tune(&mut self, channel: u32) {
        let frequency = (7 + 5 * channel) << 1;
        self.rig.write(FREQUENCY, frequency | 1 << 8);
        self.rig.write(FREQUENCY, frequency);
    }

    /// Sends a frame by queue 2; gives the result of the queue.
    fn send(&mut self, frame: &[u8]) -> u32 {
        self.rig.write_bytes(TX_BUFFER, frame);
        self.rig.write_words(TX_DESCRIPTOR, &[(frame.len() as u32) << 12 | 1 << 31, TX_BUFFER]);
        self.rig.write(QUEUE0 - 16, 0xC000_0000 | TX_DESCRIPTOR & 0xF_FFFF);
        assert_eq!(self.rig.read(DONE), 0, "it takes time");
        self.rig.run(Span::from_ms(2));
        assert_eq!((self.rig.read(DONE), self.rig.read(EVENTS) & 1 << 7), (1 << 2, 1 << 7));
        assert_eq!(self.rig.read(QUEUE0 - 16) >> 30, 0, "the queue is free again");
        self.rig.write(DONE_CLEAR, 1 << 2);
        self.rig.write(EVENTS_CLEAR, 1 << 7);
        self.rig.read(RESULT0 - 2 * 76) >> 12 & 0xF
    }

    /// The next frame, within 250 ms, and how strong it was.
    fn receive(&mut self) -> Option<(Vec<u8>, i8)> {
        for _ in 0..2_500 {
            let descriptor = self.rig.read(self.next);
            if descriptor & 1 << 30 != 0 {
                assert_eq!(self.rig.read(RX_LAST) & RECEIVED, RECEIVED);
                self.rig.write(EVENTS_CLEAR, u32::MAX);
                let length = (descriptor >> 12 & 0xFFF) as usize;
                let buffer = self.rig.read(self.next + 4);
                let bytes = self.rig.read_bytes(buffer, length);
                assert_eq!(usize::from(bytes[44]) | usize::from(bytes[45] & 0xF) << 8, length - 48);
                self.rig.write(self.next, 1 << 31 | BUFFER);
                self.next = self.rig.read(self.next + 8);
                return Some((bytes[48..length - 4].to_vec(), bytes[0] as i8));
            }
            self.rig.run(Span::from_us(100));
        }
        None
    }

    /// The next frame of a kind, whatever comes before it.
    fn wait_for(&mut self, kind: FrameKind) -> Option<(Header, Vec<u8>)> {
        for _ in 0..40 {
            let (frame, _) = self.receive()?;
            let header = Header::read(&frame).expect("a header");
            if header.kind == kind {
                return Some((header, frame[header.length..].to_vec()));
            }
        }
        None
    }

    /// Scans the channel: the network's name and address.
    fn scan(&mut self) -> Option<(String, MacAddress)> {
        let mut probe = header::write(FrameKind::ProbeRequest, 0, [BROADCAST, STATION, BROADCAST], 0);
        element::push(&mut probe, id::SSID, b"");
        assert_eq!(self.send(&probe), 0);
        let (header, body) = self.wait_for(FrameKind::ProbeResponse)?;
        let ssid = element::find(&body[12..], id::SSID)?;
        Some((String::from_utf8(ssid.to_vec()).expect("text"), header.transmitter))
    }

    /// Authenticates and associates.
    fn associate(&mut self, bssid: MacAddress, ssid: &str, is_protected: bool) {
        let mut frame = header::write(FrameKind::Authentication, 0, [bssid, STATION, bssid], 1);
        frame.extend([0, 0, 1, 0, 0, 0]);
        assert_eq!(self.send(&frame), 0, "it is acknowledged");
        let (_, body) = self.wait_for(FrameKind::Authentication).expect("an answer");
        assert_eq!(body[..6], [0, 0, 2, 0, 0, 0], "open system, second frame, successful");
        let mut frame = header::write(FrameKind::AssociationRequest, 0, [bssid, STATION, bssid], 2);
        frame.extend([0x31, 0, 10, 0]);
        element::push(&mut frame, id::SSID, ssid.as_bytes());
        element::push(&mut frame, id::SUPPORTED_RATES, &[0x82, 0x84, 0x8B, 0x96]);
        if is_protected {
            element::push(&mut frame, id::RSN, &WPA2_PSK_CCMP);
        }
        assert_eq!(self.send(&frame), 0);
        let (_, body) = self.wait_for(FrameKind::AssociationResponse).expect("an answer");
        assert_eq!(body[2..4], [0, 0], "successful");
    }

    /// The four-way handshake, up to the keys in their table.
    fn shake_hands(&mut self, bssid: MacAddress, ssid: &str, password: &str) {
        let master = wpa2::master_key(password, ssid.as_bytes());
        let first = self.key_frame();
        let keys = PairwiseKeys::derive(&master, [bssid, STATION], [&first.nonce, &NONCE]);
        let mut rsn = Vec::new();
        element::push(&mut rsn, id::RSN, &WPA2_PSK_CCMP);
        self.answer(&keys, bssid, KeyFrame { nonce: NONCE, data: rsn, ..first });
        let third = self.key_frame();
        assert!(third.has(information::INSTALL | information::ENCRYPTED | information::MIC));
        let data = keys.unwrap(&third.data).expect("keys that can be unwrapped");
        // A key data encapsulation: vendor element, OUI, type 1, key identifier, key.
        let group = element::elements(&data).find(|(id, content)| *id == 0xDD && content[..4] == [0, 0x0F, 0xAC, 1]);
        let group: [u8; 16] = group.expect("a group key").1[6..22].try_into().expect("16 octets");
        self.answer(&keys, bssid, KeyFrame { nonce: [0; 32], data: Vec::new(), ..third });
        self.install(0, bssid, 0, &keys.temporal);
        self.install(1, bssid, 1, &group);
        self.keys = Some(keys);
    }

    fn key_frame(&mut self) -> KeyFrame {
        loop {
            let (_, body) = self.wait_for(FrameKind::Data).expect("a frame of the handshake");
            if let Some((eapol::ETHERTYPE, payload)) = ethernet::unwrap(&body) {
                return KeyFrame::read(payload).expect("a key frame");
            }
        }
    }

    fn answer(&mut self, keys: &PairwiseKeys, bssid: MacAddress, frame: KeyFrame) {
        let secure = frame.information & information::SECURE;
        let information = information::VERSION_HMAC_SHA1_AES | information::PAIRWISE | information::MIC | secure;
        let frame = KeyFrame { information, ..frame };
        let payload = frame.write(keys.integrity(&frame.write([0; 16])));
        let mut bytes = header::write(FrameKind::Data, flag::TO_DS, [bssid, STATION, bssid], 3);
        bytes.extend(ethernet::wrap(eapol::ETHERTYPE, &payload));
        assert_eq!(self.send(&bytes), 0);
    }

    fn install(&mut self, entry: u32, address: MacAddress, number: u32, key: &[u8; 16]) {
        let [a, b, c, d, e, f] = address;
        let at = KEYS + entry * 40;
        self.rig.write(at, u32::from_le_bytes([a, b, c, d]));
        self.rig.write(at + 4, u32::from_le_bytes([e, f, 0, 0]) | number << 30);
        self.rig.write_bytes(at + 8, key);
        let valid = self.rig.read(KEYS_VALID);
        self.rig.write(KEYS_VALID, valid | 1 << entry);
    }

    /// Data to the network behind the access point.
    fn send_data(&mut self, bssid: MacAddress, payload: &[u8]) -> u32 {
        let protected = if self.keys.is_some() { flag::PROTECTED } else { 0 };
        let mut bytes = header::write(FrameKind::Data, flag::TO_DS | protected, [bssid, STATION, BROADCAST], 4);
        if self.keys.is_some() {
            bytes.extend([1, 0, 0, 1 << 5, 0, 0, 0, 0]);
        }
        bytes.extend(ethernet::wrap(0x0806, payload));
        if self.keys.is_some() {
            bytes.extend([0; 8]);
        }
        self.send(&bytes)
    }

    fn changes(&mut self) -> Vec<AirChange> {
        self.rig.soc.air_mut().take_events().map(|event| event.what).collect()
    }
}

fn lab() -> AccessPoint {
    AccessPoint { channel: 11, rssi: -60, ..AccessPoint::wpa2("lab", "secret123") }
}

/// A driver that is a member of the network "lab".
fn member() -> (Driver, MacAddress) {
    let mut driver = Driver::new(&[lab()], 11);
    let (ssid, bssid) = driver.scan().expect("an access point");
    driver.associate(bssid, &ssid, true);
    driver.shake_hands(bssid, &ssid, "secret123");
    assert_eq!(driver.changes(), [AirChange::Joined]);
    (driver, bssid)
}

#[test]
fn beacons_are_heard_on_their_channel_only() {
    let mut driver = Driver::new(&[lab(), AccessPoint::open("other")], 11);
    let (frame, rssi) = driver.receive().expect("a beacon");
    assert_eq!((Header::read(&frame).map(|header| header.kind), rssi), (Some(FrameKind::Beacon), -60));
    assert_eq!(driver.scan().expect("an access point").0, "lab");
    driver.tune(6);
    assert_eq!(driver.scan().expect("an access point").0, "other");
    driver.tune(1);
    assert_eq!(driver.scan(), None);
}

#[test]
fn data_passes_both_ways_once_both_sides_have_the_keys() {
    let (mut driver, bssid) = member();
    assert_eq!(driver.send_data(bssid, &[7; 28]), 0);
    let (_, sent) = driver.rig.soc.air_mut().take_sent().expect("a frame in the network");
    assert_eq!(ethernet::parse(&sent), Some((BROADCAST, STATION, 0x0806, &[7; 28][..])));
    let frame = ethernet::frame(STATION, [2; 6], 0x0800, &[9; 40]);
    let now = driver.rig.now();
    driver.rig.soc.air_mut().deliver(now, &frame);
    driver.rig.soc.air_changed(&mut driver.rig.memory, now);
    let (header, body) = driver.wait_for(FrameKind::Data).expect("data");
    assert!(header.has(flag::PROTECTED) && header.has(flag::FROM_DS));
    assert_eq!(ethernet::unwrap(&body[8..body.len() - 8]), Some((0x0800, &[9; 40][..])));
}

#[test]
fn without_its_key_data_does_not_pass() {
    let (mut driver, bssid) = member();
    driver.rig.write(KEYS_VALID, 0);
    driver.send_data(bssid, &[7; 28]);
    assert_eq!(driver.rig.soc.air_mut().take_sent(), None);
    let now = driver.rig.now();
    driver.rig.soc.air_mut().deliver(now, &ethernet::frame(STATION, [2; 6], 0x0800, &[9; 40]));
    driver.rig.soc.air_changed(&mut driver.rig.memory, now);
    assert_eq!(driver.wait_for(FrameKind::Data), None);
}

#[test]
fn a_wrong_password_is_noticed() {
    let mut driver = Driver::new(&[lab()], 11);
    let (ssid, bssid) = driver.scan().expect("an access point");
    driver.associate(bssid, &ssid, true);
    let master = wpa2::master_key("another one", b"lab");
    let first = driver.key_frame();
    let keys = PairwiseKeys::derive(&master, [bssid, STATION], [&first.nonce, &NONCE]);
    driver.answer(&keys, bssid, KeyFrame { nonce: NONCE, ..first });
    driver.rig.run(Span::from_ms(5_000));
    let changes = driver.changes();
    assert!(changes.contains(&AirChange::WrongPassword) && !changes.contains(&AirChange::Joined), "{changes:?}");
}

#[test]
fn the_access_point_puts_a_station_out_with_a_reason() {
    let (mut driver, _) = member();
    let (now, ids) = (driver.rig.now(), driver.rig.soc.air().find("lab"));
    assert_eq!(driver.rig.soc.air_mut().deauthenticate(now, ids[0], Reason(3)), 1);
    driver.rig.soc.air_changed(&mut driver.rig.memory, now);
    let (header, body) = driver.wait_for(FrameKind::Deauthentication).expect("it is told");
    assert_eq!((header.receiver, &body[..2]), (STATION, &[3, 0][..]));
}

#[test]
fn nobody_is_deauthenticated_who_is_no_member_or_out_of_reach() {
    let mut stranger = Driver::new(&[lab()], 11);
    let put_out = |driver: &mut Driver| {
        let (now, ids) = (driver.rig.now(), driver.rig.soc.air().find("lab"));
        driver.rig.soc.air_mut().deauthenticate(now, ids[0], Reason(3))
    };
    let (_, bssid) = stranger.scan().expect("an access point");
    assert_eq!((put_out(&mut stranger), stranger.rig.soc.air().was_asked()), (0, false), "a scan is no question");
    stranger.associate(bssid, "lab", true);
    assert_eq!((put_out(&mut stranger), stranger.rig.soc.air().was_asked()), (0, true), "it has no keys yet");
    type Change = fn(&mut Air, AccessPointId);
    let changes: [(&str, Change); 3] = [
        ("another channel", |air, id| air.set_channel(id, 1)),
        ("too weak", |air, id| air.set_rssi(id, -100)),
        ("off", |air, id| air.set_on(Instant::ZERO, id, false)),
    ];
    for (what, change) in changes {
        let (mut driver, _) = member();
        driver.rig.soc.air_mut().each(change);
        assert_eq!(put_out(&mut driver), 0, "{what}");
        assert_eq!(put_out(&mut driver), 0, "{what}, once more");
    }
}

#[test]
fn an_access_point_without_power_acknowledges_nothing() {
    const ACK_TIMEOUT: u32 = 5;
    let (mut driver, bssid) = member();
    let (now, ids) = (driver.rig.now(), driver.rig.soc.air().find("lab"));
    driver.rig.soc.air_mut().set_on(now, ids[0], false);
    driver.rig.soc.air_changed(&mut driver.rig.memory, now);
    assert_eq!(driver.send_data(bssid, &[7; 28]), ACK_TIMEOUT);
    while driver.receive().is_some() {}
    driver.rig.soc.air_mut().set_security(ids[0], Security::Open);
    driver.rig.soc.air_mut().set_on(now, ids[0], true);
    driver.rig.soc.air_changed(&mut driver.rig.memory, now);
    driver.associate(bssid, "lab", false);
    assert_eq!(driver.changes().last(), Some(&AirChange::Joined));
}

#[test]
fn the_beacon_timer_wakes_the_driver_for_each_beacon() {
    let mut driver = Driver::new(&[lab()], 11);
    // From 50 ms on, every 100 units of 1024 µs, 2 ms ahead.
    driver.rig.write(0x6003_5020, 50_000);
    driver.rig.write(0x6003_5030, 100 | 2_000 << 16);
    driver.rig.write(POWER_EVENTS_CLEAR, 1 << 4);
    driver.rig.write(0x6003_5110, 1 << 4);
    driver.rig.write(0x6003_5028, 1 << 26);
    let mut at = Vec::new();
    while at.len() < 3 {
        driver.rig.run(Span::from_us(100));
        if driver.rig.read(POWER_EVENTS) & 1 << 4 != 0 {
            driver.rig.write(POWER_EVENTS_CLEAR, 1 << 4);
            at.push(driver.rig.now().ns() / 100_000 * 100);
        }
    }
    assert_eq!(at, [48_000, 150_400, 252_800]);
}
