//! What an access point knows of one station.

use super::handshake::Handshake;
use super::wpa2::TemporalKey;
use std::collections::VecDeque;

/// Frames that are kept for a station that sleeps; the oldest goes first.
const MOST_HELD: usize = 64;

/// How far a station has come.
#[derive(Clone, Hash, Debug)]
pub enum Membership {
    /// It may ask for association.
    Authenticated,
    /// It has to agree on keys first.
    Associated(Box<Handshake>),
    /// Data passes, with this key if the network has security.
    Joined(Option<TemporalKey>),
}

/// A station.
#[derive(Clone, Hash, Debug)]
pub struct Member {
    /// Its association identifier, from 1.
    pub id: u16,
    /// How far it has come.
    pub membership: Membership,
    /// It sleeps, and its frames are kept.
    pub dozes: bool,
    /// It was said that it has a wrong password.
    pub told_wrong_password: bool,
    /// Counts frames that are encrypted for it.
    pub packet_number: u64,
    held: VecDeque<Vec<u8>>,
}

impl Member {
    /// One that is authenticated.
    pub fn new(id: u16) -> Self {
        Self {
            id,
            membership: Membership::Authenticated,
            dozes: false,
            told_wrong_password: false,
            packet_number: 0,
            held: VecDeque::new(),
        }
    }

    /// Keeps an Ethernet frame until the station wakes.
    pub fn hold(&mut self, frame: Vec<u8>) {
        if self.held.len() >= MOST_HELD {
            self.held.pop_front();
        }
        self.held.push_back(frame);
    }

    /// The next frame that was kept.
    pub fn take_held(&mut self) -> Option<Vec<u8>> {
        self.held.pop_front()
    }

    /// Whether frames are kept.
    pub fn has_held(&self) -> bool {
        !self.held.is_empty()
    }
}
