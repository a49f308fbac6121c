//! Keys of WPA2-Personal: from the password to what protects frames; IEEE 802.11-2020, sections 12.7.1 and J.4.

use super::header::MacAddress;
use aes::cipher::KeyInit as _;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

/// Iterations from a password to a key; section J.4.1.
const ITERATIONS: u32 = 4096;
/// Octets that AES key wrap adds (RFC 3394, 2.2.1).
const WRAP: usize = 8;

/// What a password and a network's name make: the pre-shared key.
pub type MasterKey = [u8; 32];
/// What frames are encrypted with.
pub type TemporalKey = [u8; 16];

/// The key of a password.
pub fn master_key(password: &str, ssid: &[u8]) -> MasterKey {
    pbkdf2::pbkdf2_hmac_array::<Sha1, 32>(password.as_bytes(), ssid, ITERATIONS)
}

/// The keys of one association.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PairwiseKeys {
    /// Key confirmation key: for integrity codes of the handshake.
    confirmation: [u8; 16],
    /// Key encryption key: for the group key on its way.
    encryption: [u8; 16],
    /// What data is encrypted with.
    pub temporal: TemporalKey,
}

impl PairwiseKeys {
    /// What both sides derive from the master key, their addresses and their nonces; section 12.7.1.3.
    pub fn derive(master: &MasterKey, addresses: [MacAddress; 2], nonces: [&[u8; 32]; 2]) -> Self {
        let mut data = Vec::with_capacity(2 * (6 + 32));
        let ([a, b], [m, n]) = (addresses, nonces);
        data.extend(a.min(b));
        data.extend(a.max(b));
        data.extend(m.min(n));
        data.extend(m.max(n));
        let keys = expand::<48>(master, b"Pairwise key expansion", &data);
        let part = |at: usize| std::array::from_fn(|n| keys[at + n]);
        Self { confirmation: part(0), encryption: part(16), temporal: part(32) }
    }

    /// The integrity code of a message of the handshake: HMAC-SHA1, cut to 16 octets.
    pub fn integrity(&self, message: &[u8]) -> [u8; 16] {
        let code = hmac_sha1(&self.confirmation, &[message]);
        std::array::from_fn(|n| code[n])
    }

    /// Wraps key data, whose length has to be a multiple of 8 and at least 16.
    pub fn wrap(&self, data: &[u8]) -> Vec<u8> {
        let mut wrapped = vec![0; data.len() + WRAP];
        let result = aes_kw::KwAes128::new(&self.encryption.into()).wrap_key(data, &mut wrapped);
        assert!(result.is_ok(), "key data of {} octets is padded", data.len());
        wrapped
    }

    /// Takes wrapped key data apart. `None` if it was wrapped with another key, or changed.
    pub fn unwrap(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
        let mut data = vec![0; wrapped.len().checked_sub(WRAP)?];
        aes_kw::KwAes128::new(&self.encryption.into()).unwrap_key(wrapped, &mut data).ok()?;
        Some(data)
    }
}

/// The pseudo-random function with as many octets as are asked for; section 12.7.1.2.
pub fn expand<const N: usize>(key: &[u8], label: &[u8], data: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    for (counter, chunk) in (0u8..).zip(out.chunks_mut(20)) {
        let block = hmac_sha1(key, &[label, &[0], data, &[counter]]);
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
    out
}

fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_password_makes_the_key_of_the_standard() {
        // IEEE 802.11-2020, section J.4.2, test vectors 1 and 2.
        assert_eq!(
            hex(&master_key("password", b"IEEE")),
            "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
        );
        assert_eq!(
            hex(&master_key("ThisIsAPassword", b"ThisIsASSID")),
            "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"
        );
    }

    #[test]
    fn the_expansion_is_that_of_the_standard() {
        // IEEE 802.11-2020, section J.3.2, table J-2.
        let key = [0x0B; 20];
        assert_eq!(
            hex(&expand::<24>(&key, b"prefix", b"Hi There")),
            "bcd4c650b30b9684951829e0d75f9d54b862175ed9f00606"
        );
    }

    #[test]
    fn both_sides_derive_the_same_keys_and_others_do_not() {
        let (a, b) = ([[1; 6], [2; 6]], [[2; 6], [1; 6]]);
        let ours = PairwiseKeys::derive(&[7; 32], a, [&[3; 32], &[4; 32]]);
        assert_eq!(ours, PairwiseKeys::derive(&[7; 32], b, [&[4; 32], &[3; 32]]));
        let others = PairwiseKeys::derive(&[8; 32], a, [&[3; 32], &[4; 32]]);
        assert_ne!(ours.integrity(b"message"), others.integrity(b"message"));
        let wrapped = ours.wrap(&[5; 24]);
        assert_eq!(ours.unwrap(&wrapped), Some(vec![5; 24]));
        assert_eq!(others.unwrap(&wrapped), None);
        assert_eq!(ours.unwrap(&[]), None);
    }
}
