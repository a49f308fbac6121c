//! What a device sends on the air, and the access points that a user describes.

use hil_hostile::{Parser, drive};
use simulator::air::eapol::{self, KeyFrame};
use simulator::air::header::{self, BROADCAST, FrameKind, Header, flag};
use simulator::air::management::WPA2_PSK_CCMP;
use simulator::air::{AccessPoint, Air, MacAddress, Mpdu, element, ethernet};
use simulator::time::{Instant, Span};

const CHANNEL: u8 = 6;
const STATION: MacAddress = [2, 0, 0, 0, 0, 1];
/// The first two of an air.
const OPEN: MacAddress = [2, b'h', b'i', b'l', 0, 1];
const PROTECTED: MacAddress = [2, b'h', b'i', b'l', 0, 2];

fn at(ms: u64) -> Instant {
    Instant::ZERO + Span::from_ms(ms)
}

fn frame(kind: FrameKind, flags: u8, to: MacAddress, body: &[u8]) -> Vec<u8> {
    [header::write(kind, flags, [to, STATION, to], 1), body.to_vec()].concat()
}

/// A request to associate with a network of this name, with security or without.
fn association(to: MacAddress, ssid: &str, is_protected: bool) -> Vec<u8> {
    let mut body = vec![0x31, 0, 10, 0];
    element::push(&mut body, element::id::SSID, ssid.as_bytes());
    element::push(&mut body, element::id::SUPPORTED_RATES, &[0x82, 0x84, 0x8B, 0x96]);
    if is_protected {
        element::push(&mut body, element::id::RSN, &WPA2_PSK_CCMP);
    }
    frame(FrameKind::AssociationRequest, 0, to, &body)
}

fn authentication(to: MacAddress) -> Vec<u8> {
    frame(FrameKind::Authentication, 0, to, &[0, 0, 1, 0, 0, 0])
}

/// An air with a station that is a member of the open network, and in the middle of the handshake with the other one.
fn air() -> Air {
    let mut air = Air::new(&[AccessPoint::open("open"), AccessPoint::wpa2("lab", "secret123")], 1);
    for frame in [
        authentication(OPEN),
        association(OPEN, "open", false),
        authentication(PROTECTED),
        association(PROTECTED, "lab", true),
    ] {
        assert!(air.transmit(at(50), CHANNEL, &Mpdu::plain(frame)), "it is acknowledged");
    }
    // The first message of the handshake is on its way.
    air.advance(at(60));
    assert_eq!(air.access_points().map(|(_, state)| state.members).sum::<usize>(), 1);
    air
}

#[test]
fn wifi_frames() {
    let mut probe = Vec::new();
    element::push(&mut probe, element::id::SSID, b"open");
    let key_frame = KeyFrame { nonce: [7; 32], ..first_key_frame() };
    let answer = ethernet::wrap(eapol::ETHERTYPE, &key_frame.write([0; 16]));
    let seeds = vec![
        frame(FrameKind::ProbeRequest, 0, BROADCAST, &probe),
        authentication(OPEN),
        association(OPEN, "open", false),
        association(PROTECTED, "lab", true),
        frame(FrameKind::Deauthentication, 0, OPEN, &[3, 0]),
        frame(FrameKind::Null, flag::TO_DS | flag::POWER_MANAGEMENT, OPEN, &[]),
        frame(FrameKind::Data, flag::TO_DS, OPEN, &ethernet::wrap(0x0806, &[7; 28])),
        frame(FrameKind::Data, flag::TO_DS | flag::PROTECTED, PROTECTED, &[&[1, 0, 0, 0x20][..], &[0; 40]].concat()),
        frame(FrameKind::Data, flag::TO_DS, PROTECTED, &answer),
    ];
    let start = air();
    drive(Parser { name: "wifi", seeds, words: &["\u{88}\u{8e}", "hil\0\u{1}"] }, move |input| {
        let mut air = start.clone();
        for (n, key) in [None, Some([0; 16])].into_iter().enumerate() {
            let now = at(61 + n as u64);
            air.transmit(now, CHANNEL, &Mpdu { bytes: input.to_vec(), key });
            air.deliver(now, input);
            air.advance(at(1_000));
            while air.receive(at(1_000), CHANNEL).is_some() {}
            while air.take_sent().is_some() {}
            air.take_events().for_each(drop);
        }
        element::elements(input).for_each(drop);
        if let Some(frame) = KeyFrame::read(input) {
            drop((frame.write([0; 16]), eapol::without_mic(input)));
        }
        std::hint::black_box((Header::read(input), ethernet::unwrap(input), ethernet::parse(input)));
    });
}

/// The first message of the handshake, as the access point sends it.
fn first_key_frame() -> KeyFrame {
    let mut air = air();
    loop {
        let reception =
            (0..200).find_map(|n| air.receive(at(60) + Span::from_us(100).times(n), CHANNEL)).expect("a frame");
        let bytes = reception.mpdu.bytes;
        let header = Header::read(&bytes).expect("a header");
        let payload = ethernet::unwrap(&bytes[header.length..]).filter(|(kind, _)| *kind == eapol::ETHERTYPE);
        if let Some((_, payload)) = payload.filter(|_| header.kind == FrameKind::Data) {
            return KeyFrame::read(payload).expect("a key frame");
        }
    }
}

#[test]
fn wifi_argument() {
    let words = &["ssid=", ",password=", "channel=", "rssi=-", "bssid=", "\\,", "02:00:00:12:34:56", "\u{0}"];
    let seeds = vec![
        b"ssid=lab,password=secret123,channel=11,rssi=-60,bssid=02:00:00:12:34:56".to_vec(),
        br"ssid=a\,b,password=p=q\\r\,s9".to_vec(),
    ];
    drive(Parser { name: "wifi-argument", seeds, words }, |input| match String::from_utf8_lossy(input).parse() {
        Ok(access_point) => drop(Air::new(&[access_point], 1)),
        Err::<AccessPoint, _>(error) => drop(error.to_string()),
    });
}
