//! [`Mpdu`]: a frame on the air.

use super::header::{Header, flag};
use super::wpa2::TemporalKey;
use crate::time::Span;

/// Octets of a CCMP header; IEEE 802.11-2020, section 12.5.3.2.
pub const CCMP_HEADER: usize = 8;
/// Octets of the integrity code behind the data.
pub const CCMP_MIC: usize = 8;
/// Octets of the frame check sequence, which is not part of [`Mpdu::bytes`].
const FCS: usize = 4;
/// The ExtIV bit, with which a CCMP header says what it is.
const EXTENDED_IV: u8 = 1 << 5;

/// A frame on the air, without its check sequence.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Mpdu {
    /// Header and body. Of an encrypted frame the body is CCMP header, plain text, and 8 octets for the integrity code.
    pub bytes: Vec<u8>,
    /// What it is encrypted with.
    pub key: Option<TemporalKey>,
}

impl Mpdu {
    /// A frame that everybody can read.
    pub const fn plain(bytes: Vec<u8>) -> Self {
        Self { bytes, key: None }
    }

    /// The body for a receiver with this key, or with none. `None` if it is encrypted with another one, or is no encrypted frame.
    pub(super) fn plain_text(&self, header: &Header, key: Option<&TemporalKey>) -> Option<&[u8]> {
        let body = self.bytes.get(header.length..)?;
        if !header.has(flag::PROTECTED) {
            return Some(body);
        }
        let is_readable = key.is_some() && self.key.as_ref() == key;
        body.get(CCMP_HEADER..body.len().saturating_sub(CCMP_MIC)).filter(|_| is_readable)
    }

    /// How long it takes on the air: preamble and signal field, then 4 µs for each symbol of 96 bits (24 Mbit/s, the rate of
    /// IEEE 802.11-2020, section 17.3, that all stations know).
    pub fn air_time(&self) -> Span {
        let bits = 16 + 8 * (self.bytes.len() + FCS) + 6;
        Span::from_us(20 + 4 * bits.div_ceil(96) as u64)
    }
}

/// A CCMP header; figure 12-16.
pub fn ccmp_header(packet_number: u64, key_id: u8) -> [u8; CCMP_HEADER] {
    let [a, b, c, d, e, f, ..] = packet_number.to_le_bytes();
    [a, b, 0, EXTENDED_IV | key_id << 6, c, d, e, f]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_takes_its_time() {
        // The example of 100 octets with check sequence: 16 + 800 + 6 bits are 9 symbols.
        assert_eq!(Mpdu::plain(vec![0; 96]).air_time(), Span::from_us(20 + 36));
    }
}
