//! EAPOL-Key frames, of which the four-way handshake consists; IEEE 802.11-2020, section 12.7.2, and IEEE 802.1X-2010, 11.3.

/// The Ethernet type of EAPOL.
pub const ETHERTYPE: u16 = 0x888E;

/// Octets before the key data: the EAPOL header of 4, and the fixed fields of the key descriptor.
const FIXED: usize = 99;
/// Octets of the EAPOL header.
const EAPOL_HEADER: usize = 4;
/// Where the integrity code is.
const MIC: usize = 81;
/// Packet type: a key.
const KEY: u8 = 3;
/// Descriptor type: RSN.
const RSN: u8 = 2;
/// Octets of a key for CCMP.
const CCMP_KEY: u16 = 16;

/// Bits of Key Information; figure 12-33.
pub mod information {
    /// HMAC-SHA1 for the integrity code, AES key wrap for the data.
    pub const VERSION_HMAC_SHA1_AES: u16 = 2;
    /// A pairwise key, not a group key.
    pub const PAIRWISE: u16 = 1 << 3;
    /// The station is to install the key.
    pub const INSTALL: u16 = 1 << 6;
    /// The access point wants an answer.
    pub const ACK: u16 = 1 << 7;
    /// There is an integrity code.
    pub const MIC: u16 = 1 << 8;
    /// The pairwise key is agreed on.
    pub const SECURE: u16 = 1 << 9;
    /// The key data is encrypted.
    pub const ENCRYPTED: u16 = 1 << 12;
}

/// An EAPOL-Key frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyFrame {
    /// See [`information`].
    pub information: u16,
    /// Counts the access point's messages; an answer has that of the message that it answers.
    pub replay: u64,
    /// The sender's random number.
    pub nonce: [u8; 32],
    /// The integrity code over the frame, with zeros in its place; zeros if there is none.
    pub mic: [u8; 16],
    /// Information elements, or keys that are wrapped.
    pub data: Vec<u8>,
}

impl KeyFrame {
    /// Reads one from the payload behind the Ethernet type; what follows its length is ignored.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let length = usize::from(u16::from_be_bytes(*payload.get(2..4)?.first_chunk()?));
        let frame = payload.get(..EAPOL_HEADER + length)?;
        let data_length = usize::from(u16::from_be_bytes(*frame.get(97..FIXED)?.first_chunk()?));
        if frame[1] != KEY || frame[4] != RSN {
            return None;
        }
        Some(Self {
            information: u16::from_be_bytes(*frame[5..].first_chunk()?),
            replay: u64::from_be_bytes(*frame[9..].first_chunk()?),
            nonce: *frame[17..].first_chunk()?,
            mic: *frame[MIC..].first_chunk()?,
            data: frame.get(FIXED..FIXED + data_length)?.to_vec(),
        })
    }

    /// Whether all of these bits of Key Information are set.
    pub const fn has(&self, bits: u16) -> bool {
        self.information & bits == bits
    }

    /// The frame as it is sent, with this integrity code in it.
    pub fn write(&self, mic: [u8; 16]) -> Vec<u8> {
        let mut frame = Vec::with_capacity(FIXED + self.data.len());
        // Protocol version 2 (IEEE 802.1X-2004).
        frame.extend([2, KEY]);
        frame.extend(((FIXED - EAPOL_HEADER + self.data.len()) as u16).to_be_bytes());
        frame.push(RSN);
        frame.extend(self.information.to_be_bytes());
        frame.extend(CCMP_KEY.to_be_bytes());
        frame.extend(self.replay.to_be_bytes());
        frame.extend(self.nonce);
        // Key IV, receive sequence counter and identifier, all 0.
        frame.extend([0; 16 + 8 + 8]);
        frame.extend(mic);
        frame.extend((self.data.len() as u16).to_be_bytes());
        frame.extend(&self.data);
        frame
    }
}

/// A frame as it was received, with zeros in the place of its integrity code, which is what the code is over. `None` if it is no
/// EAPOL-Key frame.
pub fn without_mic(payload: &[u8]) -> Option<Vec<u8>> {
    let length = usize::from(u16::from_be_bytes(*payload.get(2..4)?.first_chunk()?));
    let mut frame = payload.get(..EAPOL_HEADER + length)?.to_vec();
    frame.get_mut(MIC..MIC + 16)?.fill(0);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_frame_that_was_written_is_read() {
        let frame = KeyFrame {
            information: information::PAIRWISE | information::MIC,
            replay: 3,
            nonce: [7; 32],
            mic: [9; 16],
            data: vec![1, 2, 3],
        };
        let mut bytes = frame.write(frame.mic);
        assert_eq!(KeyFrame::read(&bytes).as_ref(), Some(&frame));
        assert_eq!(without_mic(&bytes), Some(frame.write([0; 16])));
        // Padding of the frame that carries it.
        bytes.push(0);
        assert_eq!(KeyFrame::read(&bytes), Some(frame));
        assert!((0..102).all(|length| KeyFrame::read(&bytes[..length]).is_none()));
    }
}
