//! The table of keys, which the driver fills: `hal_crypto_set_key_entry`, `hal_crypto_is_key_valid`.

use super::mac::WifiMac;
use hil_sim_core::air::MacAddress;
use hil_sim_core::air::wpa2::TemporalKey;

/// A bit for each entry that holds a key.
const VALID: u32 = 0x814;
/// Where the table is, from the MAC's first register.
const TABLE: u32 = 0x1400;
/// Bytes of an entry: two words with the address and what the key is for, eight words of key.
const ENTRY: u32 = 40;
const ENTRIES: u32 = 25;
/// The key's number, in the upper bits of the second word.
const NUMBER: u32 = 30;

/// A key of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key {
    /// Whose frames.
    pub(super) address: MacAddress,
    /// Which of that station's keys: 0 is for one receiver, 1 to 3 are for groups.
    pub(super) number: u8,
    /// The key.
    pub(super) key: TemporalKey,
}

impl WifiMac {
    /// The keys that are there.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        let valid = self.register(VALID);
        (0..ENTRIES).filter(move |index| valid >> index & 1 == 1).map(|index| {
            let word = |number: u32| self.register(TABLE + index * ENTRY + 4 * number);
            let ([a, b, c, d], [e, f, ..]) = (word(0).to_le_bytes(), word(1).to_le_bytes());
            let mut key = TemporalKey::default();
            for (number, bytes) in key.as_chunks_mut::<4>().0.iter_mut().zip(2..) {
                *number = word(bytes).to_le_bytes();
            }
            Key { address: [a, b, c, d, e, f], number: (word(1) >> NUMBER) as u8, key }
        })
    }

    /// The key that an encrypted frame says, between this device and that station.
    pub(super) fn key_of(&self, station: MacAddress, body: &[u8]) -> Option<TemporalKey> {
        // The key's number is in the CCMP header; IEEE 802.11-2020, section 12.5.3.2.
        let number = body.get(3)? >> 6;
        self.keys().find(|key| key.address == station && key.number == number).map(|key| key.key)
    }
}
