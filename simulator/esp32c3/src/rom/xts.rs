//! XTS-AES-128 as the chip's flash encryption has it (TRM chapter 23, "External Memory Encryption and Decryption"): data
//! units of 128 bytes, whose tweak is their address, with the order of their bytes reversed.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

const UNIT: usize = 128;
const BLOCK: usize = 16;

/// Encrypts in place; `address` and the length are multiples of 16. The key is that of an eFuse without one: zeros.
pub(super) fn encrypt(address: u32, bytes: &mut [u8]) {
    let cipher = Aes128::new(&[0; 16].into());
    let mut at = address;
    let mut rest = bytes;
    while !rest.is_empty() {
        let within = at as usize % UNIT;
        let (part, later) = rest.split_at_mut(rest.len().min(UNIT - within));
        let mut unit = [0; UNIT];
        unit[within..within + part.len()].copy_from_slice(part);
        encrypt_unit(&cipher, at - within as u32, &mut unit);
        part.copy_from_slice(&unit[within..within + part.len()]);
        at = at.wrapping_add(part.len() as u32);
        rest = later;
    }
}

/// IEEE 1619, section 5.3. Both keys are the same, because both are zero.
fn encrypt_unit(cipher: &Aes128, address: u32, unit: &mut [u8; UNIT]) {
    let mut tweak = [0; BLOCK];
    tweak[..4].copy_from_slice(&address.to_le_bytes());
    let mut tweak = tweak.into();
    cipher.encrypt_block(&mut tweak);
    let mut tweak = u128::from_le_bytes(tweak.into());
    unit.reverse();
    for block in unit.as_chunks_mut::<BLOCK>().0 {
        let mut masked = (u128::from_le_bytes(*block) ^ tweak).to_le_bytes().into();
        cipher.encrypt_block(&mut masked);
        *block = (u128::from_le_bytes(masked.into()) ^ tweak).to_le_bytes();
        // Times x in GF(2^128).
        tweak = tweak << 1 ^ if tweak >> 127 == 1 { 0x87 } else { 0 };
    }
    unit.reverse();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_vector_1_of_ieee_1619_with_its_bytes_reversed() {
        // Keys, data unit number and plain text are zero there; the first 32 bytes of cipher text follow.
        let expected = [
            0x91, 0x7C, 0xF6, 0x9E, 0xBD, 0x68, 0xB2, 0xEC, 0x9B, 0x9F, 0xE9, 0xA3, 0xEA, 0xDD, 0xA6, 0x92, 0xCD, 0x43,
            0xD2, 0xF5, 0x95, 0x98, 0xED, 0x85, 0x8C, 0x02, 0xC2, 0x65, 0x2F, 0xBF, 0x92, 0x2E,
        ];
        let mut unit = [0; UNIT];
        encrypt(0, &mut unit);
        unit.reverse();
        assert_eq!(unit[..32], expected);
    }

    #[test]
    fn a_unit_in_parts_is_the_unit_as_a_whole() {
        let plain: [u8; 256] = std::array::from_fn(|index| index as u8);
        let mut whole = plain;
        encrypt(0x9000, &mut whole);
        let mut part = plain[..128].to_vec();
        encrypt(0x9000, &mut part);
        assert_eq!(part, whole[..128]);
    }
}
