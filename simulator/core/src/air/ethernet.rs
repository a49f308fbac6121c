//! Data on the air and the same in the network behind: the header of Ethernet II against LLC and SNAP (RFC 1042, IEEE 802.1H).

use super::header::MacAddress;

/// LLC with an unnumbered information frame to SNAP, and the organisation of the Ethernet types.
const SNAP: [u8; 6] = [0xAA, 0xAA, 3, 0, 0, 0];
/// The organisation of the types that bridges tunnel (IEEE 802.1H).
const BRIDGE_TUNNEL: [u8; 6] = [0xAA, 0xAA, 3, 0, 0, 0xF8];
/// Destination, source and type.
const ETHERNET_HEADER: usize = 14;

/// The Ethernet type and the payload of a data frame's body. `None` if it is not in this format.
pub fn unwrap(body: &[u8]) -> Option<(u16, &[u8])> {
    let (snap, rest) = body.split_first_chunk::<6>()?;
    let (kind, payload) = rest.split_first_chunk::<2>()?;
    matches!(*snap, SNAP | BRIDGE_TUNNEL).then(|| (u16::from_be_bytes(*kind), payload))
}

/// The body of a data frame.
pub fn wrap(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(SNAP.len() + 2 + payload.len());
    body.extend(SNAP);
    body.extend(kind.to_be_bytes());
    body.extend(payload);
    body
}

/// An Ethernet frame without its check sequence.
pub fn frame(destination: MacAddress, source: MacAddress, kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(ETHERNET_HEADER + payload.len());
    frame.extend(destination);
    frame.extend(source);
    frame.extend(kind.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Destination, source, type and payload of an Ethernet frame. `None` if it is too short for its header.
pub fn parse(frame: &[u8]) -> Option<(MacAddress, MacAddress, u16, &[u8])> {
    let (destination, rest) = frame.split_first_chunk::<6>()?;
    let (source, rest) = rest.split_first_chunk::<6>()?;
    let (kind, payload) = rest.split_first_chunk::<2>()?;
    Some((*destination, *source, u16::from_be_bytes(*kind), payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_goes_to_the_air_and_back() {
        let ethernet = frame([1; 6], [2; 6], 0x0800, b"payload");
        let (destination, source, kind, payload) = parse(&ethernet).expect("a whole frame");
        let body = wrap(kind, payload);
        let (kind, payload) = unwrap(&body).expect("a body with SNAP");
        assert_eq!(frame(destination, source, kind, payload), ethernet);
        assert_eq!(unwrap(b"\x42\x42\x03\0\0\0\x08\0"), None);
    }
}
