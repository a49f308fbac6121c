//! The access point's side of the four-way handshake; IEEE 802.11-2020, section 12.7.6.

use super::eapol::{self, KeyFrame, information as bit};
use super::element::{self, id};
use super::header::MacAddress;
use super::management::WPA2_PSK_CCMP;
use super::wpa2::{MasterKey, PairwiseKeys, TemporalKey};
use crate::time::{Instant, Span};

/// How often a message is sent before the station is put out.
const MOST_ATTEMPTS: u8 = 4;
/// How long the first answer may take; a station derives its keys first.
const FIRST_WAIT: Span = Span::from_ms(500);
/// How long others may take.
const WAIT: Span = Span::from_ms(1000);
/// The group key's place among the station's keys.
pub const GROUP_KEY_ID: u8 = 1;
/// Vendor-specific element: a key data encapsulation.
const KDE: u8 = 0xDD;

/// What the access point waits for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Stage {
    /// The station's nonce.
    Message2,
    /// That the keys are installed.
    Message4(PairwiseKeys),
}

/// A handshake that is under way.
#[derive(Clone, Hash, Debug)]
pub struct Handshake {
    stage: Stage,
    nonce: [u8; 32],
    replay: u64,
    attempts: u8,
    due: Instant,
}

/// What comes of a message of the station, or of its absence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Nothing.
    Ignored,
    /// The payload of the next message.
    Send(Vec<u8>),
    /// The integrity code is that of another password.
    WrongPassword,
    /// Both sides have the keys.
    Done(TemporalKey),
    /// The station did not answer often enough.
    TimedOut,
}

/// Who shakes hands, and what the access point has for it.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// Of the password.
    pub master: &'a MasterKey,
    /// Of the network.
    pub group_key: &'a TemporalKey,
    /// The access point.
    pub bssid: MacAddress,
    /// The station.
    pub station: MacAddress,
}

impl Handshake {
    /// Begins one with a nonce; the first message is to be asked for with [`time_out`](Self::time_out) at `due`.
    pub fn new(nonce: [u8; 32], due: Instant) -> Self {
        Self { stage: Stage::Message2, nonce, replay: 0, attempts: 0, due }
    }

    /// When [`time_out`](Self::time_out) is to be called.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// The time for an answer is over: the message is sent, or sent again.
    pub fn time_out(&mut self, now: Instant, parties: Parties<'_>) -> Step {
        if self.attempts >= MOST_ATTEMPTS {
            return Step::TimedOut;
        }
        self.due = now + if self.attempts == 0 { FIRST_WAIT } else { WAIT };
        self.attempts += 1;
        self.replay += 1;
        Step::Send(self.message(parties))
    }

    /// The message that is under way.
    fn message(&self, parties: Parties<'_>) -> Vec<u8> {
        let (more, data, keys) = match &self.stage {
            Stage::Message2 => (0, Vec::new(), None),
            Stage::Message4(keys) => {
                let more = bit::INSTALL | bit::MIC | bit::SECURE | bit::ENCRYPTED;
                (more, keys.wrap(&key_data(parties.group_key)), Some(keys))
            }
        };
        let information = bit::VERSION_HMAC_SHA1_AES | bit::PAIRWISE | bit::ACK | more;
        let frame = KeyFrame { information, replay: self.replay, nonce: self.nonce, mic: [0; 16], data };
        let message = frame.write(frame.mic);
        keys.map_or(message.clone(), |keys| frame.write(keys.integrity(&message)))
    }

    /// A message of the station.
    pub fn receive(&mut self, now: Instant, payload: &[u8], parties: Parties<'_>) -> Step {
        let (Some(frame), Some(message)) = (KeyFrame::read(payload), eapol::without_mic(payload)) else {
            return Step::Ignored;
        };
        let is_answer = frame.has(bit::MIC | bit::PAIRWISE) && frame.information & bit::ACK == 0;
        if !is_answer || frame.replay != self.replay {
            return Step::Ignored;
        }
        match &self.stage {
            Stage::Message2 => {
                let addresses = [parties.bssid, parties.station];
                let keys = PairwiseKeys::derive(parties.master, addresses, [&self.nonce, &frame.nonce]);
                if keys.integrity(&message) != frame.mic {
                    return Step::WrongPassword;
                }
                (self.stage, self.attempts) = (Stage::Message4(keys), 0);
                self.time_out(now, parties)
            }
            Stage::Message4(keys) if keys.integrity(&message) == frame.mic => Step::Done(keys.temporal),
            Stage::Message4(_) => Step::Ignored,
        }
    }
}

/// What message 3 carries: the network's RSN element, and the group key; section 12.7.2, figure 12-37.
fn key_data(group_key: &TemporalKey) -> Vec<u8> {
    let mut data = Vec::new();
    element::push(&mut data, id::RSN, &WPA2_PSK_CCMP);
    let mut encapsulation = vec![0, 0x0F, 0xAC, 1, GROUP_KEY_ID, 0];
    encapsulation.extend(group_key);
    element::push(&mut data, KDE, &encapsulation);
    if !data.len().is_multiple_of(8) {
        data.push(KDE);
        data.resize(data.len().next_multiple_of(8), 0);
    }
    data
}
