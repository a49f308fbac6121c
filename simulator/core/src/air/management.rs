//! Bodies of the management frames that an access point sends; IEEE 802.11-2020, section 9.3.3.

use super::element::{self, id};

/// A network with an access point.
const ESS: u16 = 1 << 0;
/// Data is encrypted.
pub const PRIVACY: u16 = 1 << 4;
/// Slots of 9 µs.
const SHORT_SLOT: u16 = 1 << 10;

/// 1, 2, 5.5 and 11 Mbit/s, which every member has to know, and 6, 9, 12 and 18.
const RATES: [u8; 8] = [0x82, 0x84, 0x8B, 0x96, 12, 18, 24, 36];
/// 24, 36, 48 and 54 Mbit/s.
const MORE_RATES: [u8; 4] = [48, 72, 96, 108];

/// Version 1; group cipher CCMP; one pairwise cipher, CCMP; one way to agree on keys, a pre-shared key; no capabilities.
pub const WPA2_PSK_CCMP: [u8; 20] = [1, 0, 0, 0x0F, 0xAC, 4, 1, 0, 0, 0x0F, 0xAC, 4, 1, 0, 0, 0x0F, 0xAC, 2, 0, 0];

/// Time units of 1024 µs between beacons.
pub const BEACON_INTERVAL: u16 = 100;
/// Every so many beacons frames for groups follow.
pub const DTIM_PERIOD: u8 = 3;
/// Beacons between those that a station wakes for: it never sleeps.
const LISTEN_INTERVAL: u16 = 1;
/// Every request is granted.
pub const SUCCESS: u16 = 0;
/// The authentication algorithm is not offered.
pub const ALGORITHM_NOT_SUPPORTED: u16 = 13;
/// Two bits that an association identifier has set on the air.
const AID_BITS: u16 = 0xC000;

/// What a beacon says for stations that sleep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Traffic {
    /// Beacons until the next after which frames for groups follow.
    pub dtim_count: u8,
    /// Frames for groups wait.
    pub group: bool,
    /// The identifiers of members, below 8, for whom frames wait, a bit each.
    pub members: u8,
}

/// What a network says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Network<'a> {
    /// Its name.
    pub ssid: &'a str,
    /// Its channel.
    pub channel: u8,
    /// Whether it has WPA2.
    pub is_protected: bool,
}

impl Network<'_> {
    fn capabilities(&self) -> u16 {
        ESS | SHORT_SLOT | if self.is_protected { PRIVACY } else { 0 }
    }

    /// The body of a beacon, or without traffic that of a probe response. `timestamp` in µs.
    pub fn beacon(&self, timestamp: u64, traffic: Option<Traffic>) -> Vec<u8> {
        let mut body = Vec::with_capacity(128);
        body.extend(timestamp.to_le_bytes());
        body.extend(BEACON_INTERVAL.to_le_bytes());
        body.extend(self.capabilities().to_le_bytes());
        element::push(&mut body, id::SSID, self.ssid.as_bytes());
        element::push(&mut body, id::SUPPORTED_RATES, &RATES);
        element::push(&mut body, id::DS_PARAMETER_SET, &[self.channel]);
        if let Some(Traffic { dtim_count, group, members }) = traffic {
            element::push(&mut body, id::TIM, &[dtim_count, DTIM_PERIOD, u8::from(group), members]);
        }
        element::push(&mut body, id::ERP, &[0]);
        element::push(&mut body, id::EXTENDED_RATES, &MORE_RATES);
        if self.is_protected {
            element::push(&mut body, id::RSN, &WPA2_PSK_CCMP);
        }
        body
    }

    /// The body of an association response that grants the request.
    pub fn association(&self, association_id: u16) -> Vec<u8> {
        let mut body = Vec::with_capacity(32);
        body.extend(self.capabilities().to_le_bytes());
        body.extend(SUCCESS.to_le_bytes());
        body.extend((association_id | AID_BITS).to_le_bytes());
        element::push(&mut body, id::SUPPORTED_RATES, &RATES);
        element::push(&mut body, id::EXTENDED_RATES, &MORE_RATES);
        body
    }
}

/// The body of an authentication frame.
pub fn authentication(algorithm: u16, transaction: u16, status: u16) -> Vec<u8> {
    [algorithm, transaction, status].into_iter().flat_map(u16::to_le_bytes).collect()
}

/// What a station asks an access point for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The network's name.
    pub ssid: &'a str,
    /// The RSN element's content, of a network with WPA2.
    pub rsn: Option<&'a [u8]>,
}

impl Request<'_> {
    /// The body of a probe request.
    pub fn probe(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(64);
        element::push(&mut body, id::SSID, self.ssid.as_bytes());
        element::push(&mut body, id::SUPPORTED_RATES, &RATES);
        element::push(&mut body, id::EXTENDED_RATES, &MORE_RATES);
        body
    }

    /// The body of an association request.
    pub fn association(&self) -> Vec<u8> {
        let privacy = if self.rsn.is_some() { PRIVACY } else { 0 };
        let mut body = Vec::with_capacity(96);
        body.extend((ESS | SHORT_SLOT | privacy).to_le_bytes());
        body.extend(LISTEN_INTERVAL.to_le_bytes());
        body.extend(self.probe());
        if let Some(rsn) = self.rsn {
            element::push(&mut body, id::RSN, rsn);
        }
        body
    }
}
