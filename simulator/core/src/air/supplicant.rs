//! The station's side of the four-way handshake, and of new group keys; IEEE 802.11-2020, sections 12.7.6 and 12.7.7.

use super::eapol::{self, KeyFrame, information as bit};
use super::element;
use super::header::MacAddress;
use super::wpa2::{MasterKey, PairwiseKeys, TemporalKey};

/// Vendor-specific element: a key data encapsulation; and the one that holds a group key (table 12-8).
const KDE: u8 = 0xDD;
const GROUP_KEY: [u8; 4] = [0, 0x0F, 0xAC, 1];
/// Octets in front of the key in it: organisation and type, the key's number, and a reserved one.
const BEFORE_KEY: usize = 6;

/// What is known of the keys.
#[derive(Clone, Hash, Debug)]
pub(super) struct Supplicant {
    nonce: [u8; 32],
    /// What was derived from the access point's first message.
    keys: Option<PairwiseKeys>,
    group: Option<TemporalKey>,
}

/// Who shakes hands, and what for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties<'a> {
    /// Of the password.
    pub(super) master: &'a MasterKey,
    /// Access point and station.
    pub(super) addresses: [MacAddress; 2],
    /// The RSN element's content of the association request, which message 2 repeats.
    pub(super) rsn: &'a [u8],
}

/// What comes of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Nothing: it is none, or its integrity code is of other keys.
    Ignored,
    /// The payload of the answer.
    Answer(Vec<u8>),
    /// The same, after which the keys are installed.
    Installed(Vec<u8>),
}

impl Supplicant {
    pub(super) const fn new(nonce: [u8; 32]) -> Self {
        Self { nonce, keys: None, group: None }
    }

    /// Whether the access point has sent its first message.
    pub(super) const fn has_begun(&self) -> bool {
        self.keys.is_some()
    }

    /// What data to and from the access point is encrypted with.
    pub(super) fn pairwise(&self) -> Option<TemporalKey> {
        self.keys.as_ref().map(|keys| keys.temporal)
    }

    /// What data to all is encrypted with.
    pub(super) const fn group(&self) -> Option<TemporalKey> {
        self.group
    }

    /// A message of the access point.
    pub(super) fn receive(&mut self, payload: &[u8], parties: Parties<'_>) -> Step {
        let (Some(frame), Some(message)) = (KeyFrame::read(payload), eapol::without_mic(payload)) else {
            return Step::Ignored;
        };
        if !frame.has(bit::ACK) {
            return Step::Ignored;
        }
        if !frame.has(bit::MIC) {
            let keys = PairwiseKeys::derive(parties.master, parties.addresses, [&self.nonce, &frame.nonce]);
            let mut data = Vec::new();
            element::push(&mut data, element::id::RSN, parties.rsn);
            let answer = reply(&keys, bit::PAIRWISE, frame.replay, self.nonce, data);
            self.keys = Some(keys);
            return Step::Answer(answer);
        }
        let Some(keys) = self.keys.as_ref().filter(|keys| keys.integrity(&message) == frame.mic) else {
            return Step::Ignored;
        };
        let data = if frame.has(bit::ENCRYPTED) { keys.unwrap(&frame.data) } else { Some(frame.data.clone()) };
        let Some(data) = data else { return Step::Ignored };
        self.group = group_key(&data).or(self.group);
        let information = frame.information & bit::PAIRWISE | bit::SECURE;
        let answer = reply(keys, information, frame.replay, [0; 32], Vec::new());
        if frame.has(bit::PAIRWISE | bit::INSTALL) { Step::Installed(answer) } else { Step::Answer(answer) }
    }
}

fn reply(keys: &PairwiseKeys, information: u16, replay: u64, nonce: [u8; 32], data: Vec<u8>) -> Vec<u8> {
    let information = bit::VERSION_HMAC_SHA1_AES | bit::MIC | information;
    let frame = KeyFrame { information, replay, nonce, mic: [0; 16], data };
    frame.write(keys.integrity(&frame.write(frame.mic)))
}

/// The group key of message 3, or of a message with a new one.
fn group_key(data: &[u8]) -> Option<TemporalKey> {
    let content = element::elements(data).find(|(id, content)| *id == KDE && content.starts_with(&GROUP_KEY))?.1;
    content.get(BEFORE_KEY..)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::super::handshake;
    use super::super::management::WPA2_PSK_CCMP;
    use super::super::wpa2::master_key;
    use super::*;
    use crate::time::Instant;

    const ADDRESSES: [MacAddress; 2] = [[2; 6], [4; 6]];

    fn shake_hands(theirs: &str, ours: &str) -> (Supplicant, Option<TemporalKey>) {
        let (theirs, ours) = (master_key(theirs, b"lab"), master_key(ours, b"lab"));
        let at = Instant::ZERO;
        let of_access_point =
            handshake::Parties { master: &theirs, group_key: &[7; 16], bssid: ADDRESSES[0], station: ADDRESSES[1] };
        let of_station = Parties { master: &ours, addresses: ADDRESSES, rsn: &WPA2_PSK_CCMP };
        let mut access_point = handshake::Handshake::new([5; 32], at);
        let mut station = Supplicant::new([6; 32]);
        let mut step = access_point.time_out(at, of_access_point);
        while let handshake::Step::Send(message) = &step {
            let (Step::Answer(answer) | Step::Installed(answer)) = station.receive(message, of_station) else { break };
            step = access_point.receive(at, &answer, of_access_point);
        }
        (station, if let handshake::Step::Done(key) = step { Some(key) } else { None })
    }

    #[test]
    fn both_sides_have_the_keys_in_the_end() {
        let (station, key) = shake_hands("secret123", "secret123");
        assert_eq!((station.pairwise(), station.group()), (key, Some([7; 16])));
        assert!(key.is_some());
    }

    #[test]
    fn with_another_password_there_are_none() {
        let (station, key) = shake_hands("secret123", "secret124");
        assert_eq!((station.has_begun(), station.group(), key), (true, None, None));
    }
}
