//! Frames of one sender: with its addresses and its sequence numbers.

use super::ethernet;
use super::header::{self, FrameKind, MacAddress, flag};
use super::mpdu::{CCMP_MIC, Mpdu, ccmp_header};
use super::wpa2::TemporalKey;

/// A key, the number of the packet that is encrypted with it, and the key's own number.
pub(super) type Protection = (TemporalKey, u64, u8);

/// Who sends.
#[derive(Clone, Hash, Debug)]
pub(super) struct Sender {
    /// Its address.
    pub(super) address: MacAddress,
    sequence: u16,
}

/// Ethernet type and payload.
pub(super) type Payload<'a> = (u16, &'a [u8]);

impl Sender {
    pub(super) const fn new(address: MacAddress) -> Self {
        Self { address, sequence: 0 }
    }

    /// A frame of management within the network of this access point.
    pub(super) fn management(&mut self, kind: FrameKind, receiver: MacAddress, bssid: MacAddress, body: &[u8]) -> Mpdu {
        let mut bytes = header::write(kind, 0, [receiver, self.address, bssid], self.next_sequence());
        bytes.extend(body);
        Mpdu::plain(bytes)
    }

    /// Data of an access point, to a station or to a group.
    pub(super) fn data_from_network(
        &mut self,
        [receiver, source]: [MacAddress; 2],
        flags: u8,
        payload: Payload<'_>,
        protection: Option<Protection>,
    ) -> Mpdu {
        self.data(flag::FROM_DS | flags, [receiver, self.address, source], payload, protection)
    }

    /// Data of a station, to its access point and from there to a destination.
    pub(super) fn data_to_network(
        &mut self,
        [bssid, destination]: [MacAddress; 2],
        payload: Payload<'_>,
        protection: Option<Protection>,
    ) -> Mpdu {
        self.data(flag::TO_DS, [bssid, self.address, destination], payload, protection)
    }

    fn data(
        &mut self,
        flags: u8,
        addresses: [MacAddress; 3],
        (kind, payload): Payload<'_>,
        protection: Option<Protection>,
    ) -> Mpdu {
        let protected = if protection.is_some() { flag::PROTECTED } else { 0 };
        let mut bytes = header::write(FrameKind::Data, flags | protected, addresses, self.next_sequence());
        if let Some((_, packet_number, key_id)) = protection {
            bytes.extend(ccmp_header(packet_number, key_id));
        }
        bytes.extend(ethernet::wrap(kind, payload));
        if protection.is_some() {
            bytes.extend([0; CCMP_MIC]);
        }
        Mpdu { bytes, key: protection.map(|(key, ..)| key) }
    }

    fn next_sequence(&mut self) -> u16 {
        self.sequence = self.sequence.wrapping_add(1) & 0xFFF;
        self.sequence
    }
}
