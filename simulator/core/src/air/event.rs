//! What happened between access points and stations.

use super::header::MacAddress;
use super::visitor::Refusal;
use crate::time::Instant;
use std::fmt;

/// A reason code; IEEE 802.11-2020, table 9-49.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Reason(pub u16);

impl Reason {
    /// The sender leaves.
    pub const LEAVING: Self = Self(3);
    /// A frame for which the station has to be authenticated.
    pub const NOT_AUTHENTICATED: Self = Self(6);
    /// A frame for which the station has to be associated.
    pub const NOT_ASSOCIATED: Self = Self(7);
    /// The four-way handshake did not come to its end.
    pub const HANDSHAKE_TIMEOUT: Self = Self(15);
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match *self {
            Self(1) => "unspecified",
            Self(2) => "previous authentication no longer valid",
            Self::LEAVING => "leaving",
            Self(4) => "inactivity",
            Self(5) => "too many stations",
            Self::NOT_AUTHENTICATED => "not authenticated",
            Self::NOT_ASSOCIATED => "not associated",
            Self(8) => "leaving",
            Self::HANDSHAKE_TIMEOUT => "4-way handshake timeout",
            Self(code) => return write!(f, "reason {code}"),
        };
        write!(f, "reason {}: {words}", self.0)
    }
}

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// The access point.
    AccessPoint,
    /// The station.
    Station,
}

/// Something that happened between an access point and a station.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AirEvent {
    /// When.
    pub at: Instant,
    /// The access point's network.
    pub ssid: String,
    /// The access point.
    pub bssid: MacAddress,
    /// The station.
    pub station: MacAddress,
    /// What.
    pub what: AirChange,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum AirChange {
    /// The station is a member, with keys if the network has security: data passes.
    Joined,
    /// The station has another password than the access point.
    WrongPassword,
    /// The station is no member any more.
    Left {
        /// Why.
        reason: Reason,
        /// Who said so.
        by: Side,
    },
    /// The access point is off.
    WentOff,
    /// The device asks for a network of this name, and there is none.
    LooksFor,
    /// A visitor is a member of the device's own network.
    VisitorJoined,
    /// The device's own network does not take the visitor.
    VisitorRefused(Refusal),
    /// The device has put the visitor out.
    VisitorLeft(Reason),
}

impl fmt::Display for AirEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let network = self.ssid.escape_debug();
        match self.what {
            AirChange::Joined => write!(f, "joined \"{network}\""),
            AirChange::WrongPassword => write!(f, "has a wrong password for \"{network}\""),
            AirChange::Left { reason, by: Side::Station } => write!(f, "left \"{network}\" ({reason})"),
            AirChange::Left { reason, by: Side::AccessPoint } => write!(f, "put out of \"{network}\" ({reason})"),
            AirChange::LooksFor => write!(f, "looks for the network \"{network}\", which is not there"),
            AirChange::VisitorJoined => write!(f, "has taken a visitor into its network \"{network}\""),
            AirChange::VisitorRefused(refusal) => {
                write!(f, "does not take a visitor into its network \"{network}\": {refusal}")
            }
            AirChange::VisitorLeft(reason) => {
                write!(f, "has put the visitor out of its network \"{network}\" ({reason})")
            }
            AirChange::WentOff => write!(f, "lost \"{network}\": the access point is off"),
        }
    }
}
