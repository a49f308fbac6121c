//! The header of an MPDU; IEEE 802.11-2020, section 9.2.4 and 9.3.

/// A station's or access point's address.
pub type MacAddress = [u8; 6];

/// Addresses all stations.
pub const BROADCAST: MacAddress = [0xFF; 6];
/// Octets of a header with three addresses.
pub const HEADER: usize = 24;
/// Octets of the QoS Control field, which follows the header of QoS data.
const QOS_CONTROL: usize = 2;

/// Whether a group of stations is addressed, and nobody acknowledges.
pub fn is_group(address: MacAddress) -> bool {
    address[0] & 1 == 1
}

/// What a frame is; section 9.2.4.1.3, table 9-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum FrameKind {
    /// A station asks to become a member.
    AssociationRequest,
    /// The answer to that, and to a reassociation.
    AssociationResponse,
    /// A member of another access point of the network asks.
    ReassociationRequest,
    /// The answer to it.
    ReassociationResponse,
    /// Who is there?
    ProbeRequest,
    /// An access point says that it is.
    ProbeResponse,
    /// An access point says so to all, ten times a second.
    Beacon,
    /// A member leaves, or is put out.
    Disassociation,
    /// A step of authentication.
    Authentication,
    /// A station leaves, or is put out, authentication too.
    Deauthentication,
    /// Anything else of management.
    OtherManagement,
    /// A station in power save asks for a frame that waits for it.
    PsPoll,
    /// Any other control frame.
    OtherControl,
    /// Data.
    Data,
    /// A header alone, which says whether the station sleeps.
    Null,
    /// A type that is reserved.
    Reserved,
}

impl FrameKind {
    const fn of(kind: u8, subtype: u8) -> Self {
        match (kind, subtype) {
            (0, 0) => Self::AssociationRequest,
            (0, 1) => Self::AssociationResponse,
            (0, 2) => Self::ReassociationRequest,
            (0, 3) => Self::ReassociationResponse,
            (0, 4) => Self::ProbeRequest,
            (0, 5) => Self::ProbeResponse,
            (0, 8) => Self::Beacon,
            (0, 10) => Self::Disassociation,
            (0, 11) => Self::Authentication,
            (0, 12) => Self::Deauthentication,
            (0, _) => Self::OtherManagement,
            (1, 10) => Self::PsPoll,
            (1, _) => Self::OtherControl,
            (2, 0 | 8) => Self::Data,
            (2, 4 | 12) => Self::Null,
            _ => Self::Reserved,
        }
    }

    /// The first octet of Frame Control.
    const fn octet(self) -> u8 {
        let (kind, subtype) = match self {
            Self::AssociationRequest => (0, 0),
            Self::AssociationResponse => (0, 1),
            Self::ReassociationRequest => (0, 2),
            Self::ReassociationResponse => (0, 3),
            Self::ProbeRequest => (0, 4),
            Self::ProbeResponse => (0, 5),
            Self::Beacon => (0, 8),
            Self::Disassociation => (0, 10),
            Self::Authentication => (0, 11),
            Self::Deauthentication => (0, 12),
            Self::OtherManagement => (0, 13),
            Self::PsPoll => (1, 10),
            Self::OtherControl => (1, 13),
            Self::Data => (2, 0),
            Self::Null => (2, 4),
            Self::Reserved => (3, 15),
        };
        kind << 2 | subtype << 4
    }
}

/// Flags in the second octet of Frame Control; section 9.2.4.1.
pub mod flag {
    /// To the distribution system: from a station.
    pub const TO_DS: u8 = 1 << 0;
    /// From the distribution system: to a station.
    pub const FROM_DS: u8 = 1 << 1;
    /// The station will sleep after this frame.
    pub const POWER_MANAGEMENT: u8 = 1 << 4;
    /// More frames wait for the station.
    pub const MORE_DATA: u8 = 1 << 5;
    /// The body is encrypted.
    pub const PROTECTED: u8 = 1 << 6;
}

/// A header that was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// What the frame is.
    pub kind: FrameKind,
    /// See [`flag`].
    pub flags: u8,
    /// Address 1: the receiver.
    pub receiver: MacAddress,
    /// Address 2: the transmitter.
    pub transmitter: MacAddress,
    /// Address 3: of management the BSSID, of data the destination or source.
    pub third: MacAddress,
    /// Where the body begins, after a QoS Control field if there is one.
    pub length: usize,
}

impl Header {
    /// Reads the header of a frame with three addresses, or of a PS-Poll, which has two. `None` if the frame is too short for it.
    pub fn read(frame: &[u8]) -> Option<Self> {
        let address = |at: usize| frame.get(at..at + 6).and_then(|bytes| MacAddress::try_from(bytes).ok());
        let (&[first, flags], _) = frame.split_first_chunk()?;
        let kind = FrameKind::of(first >> 2 & 3, first >> 4);
        let (receiver, transmitter) = (address(4)?, address(10)?);
        if kind == FrameKind::PsPoll {
            return Some(Self { kind, flags, receiver, transmitter, third: receiver, length: 16 });
        }
        let is_qos = first >> 2 & 3 == 2 && first & 0x80 != 0;
        let length = HEADER + if is_qos { QOS_CONTROL } else { 0 };
        Some(Self { kind, flags, receiver, transmitter, third: address(16)?, length }).filter(|_| frame.len() >= length)
    }

    /// Whether a flag is set.
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A header with three addresses; the body is to follow.
pub fn write(kind: FrameKind, flags: u8, [receiver, transmitter, third]: [MacAddress; 3], sequence: u16) -> Vec<u8> {
    let mut frame = Vec::with_capacity(128);
    frame.extend([kind.octet(), flags, 0, 0]);
    frame.extend(receiver);
    frame.extend(transmitter);
    frame.extend(third);
    frame.extend((sequence << 4).to_le_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_was_written_is_read() {
        let kinds = [FrameKind::Beacon, FrameKind::Data, FrameKind::Null, FrameKind::AssociationRequest];
        for kind in kinds {
            let frame = write(kind, flag::TO_DS | flag::PROTECTED, [[1; 6], [2; 6], [3; 6]], 7);
            let header = Header::read(&frame).expect("a whole header");
            assert_eq!((header.kind, header.length), (kind, HEADER));
            assert_eq!([header.receiver, header.transmitter, header.third], [[1; 6], [2; 6], [3; 6]]);
            assert!(header.has(flag::PROTECTED) && !header.has(flag::FROM_DS));
        }
    }

    #[test]
    fn what_is_too_short_has_no_header() {
        let frame = write(FrameKind::Data, 0, [[1; 6]; 3], 0);
        assert!((0..HEADER).all(|length| Header::read(&frame[..length]).is_none()));
        let mut qos = frame;
        qos[0] |= 0x80;
        assert_eq!(Header::read(&qos), None);
        qos.extend([0, 0]);
        assert_eq!(Header::read(&qos).map(|header| header.length), Some(HEADER + 2));
    }
}
