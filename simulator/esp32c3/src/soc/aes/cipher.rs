//! AES-128 and AES-256 in the modes of operation that the accelerator has.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};

pub(super) const BLOCK: usize = 16;
pub(super) type Block = [u8; BLOCK];

/// BLOCK_MODE.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum BlockMode {
    Ecb,
    Cbc,
    Ofb,
    Ctr,
    Cfb8,
    Cfb128,
}

impl BlockMode {
    pub(super) fn from_register(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::Ecb,
            1 => Self::Cbc,
            2 => Self::Ofb,
            3 => Self::Ctr,
            4 => Self::Cfb8,
            5 => Self::Cfb128,
            _ => return None,
        })
    }
}

/// A key, and what is to be done with it.
pub(super) struct Cipher {
    key: Key,
    /// False: to decrypt.
    encrypts: bool,
}

enum Key {
    Aes128(Aes128),
    Aes256(Aes256),
}

impl Cipher {
    /// For the values of MODE. `None` for AES-192, which this chip does not have.
    pub(super) fn new(mode: u32, key: &[u8; 32]) -> Option<Self> {
        let key = match mode & 3 {
            0 => Key::Aes128(Aes128::new_from_slice(&key[..16]).ok()?),
            2 => Key::Aes256(Aes256::new_from_slice(key).ok()?),
            _ => return None,
        };
        Some(Self { key, encrypts: mode & 4 == 0 })
    }

    /// Cycles for a block: one per round and one for the first key. An estimate.
    pub(super) fn cycles(&self) -> u64 {
        match self.key {
            Key::Aes128(_) => 11,
            Key::Aes256(_) => 15,
        }
    }

    /// What the block cipher makes of a block.
    pub(super) fn apply(&self, block: Block) -> Block {
        if self.encrypts { self.encrypt(block) } else { self.decrypt(block) }
    }

    fn encrypt(&self, block: Block) -> Block {
        let mut block = block.into();
        match &self.key {
            Key::Aes128(key) => key.encrypt_block(&mut block),
            Key::Aes256(key) => key.encrypt_block(&mut block),
        }
        block.into()
    }

    fn decrypt(&self, block: Block) -> Block {
        let mut block = block.into();
        match &self.key {
            Key::Aes128(key) => key.decrypt_block(&mut block),
            Key::Aes256(key) => key.decrypt_block(&mut block),
        }
        block.into()
    }

    /// A block in a mode of operation; `iv` is left as the next block needs it. `inc128`: CTR counts in all 128 bits, not
    /// only in the last 32.
    pub(super) fn apply_in_mode(&self, mode: BlockMode, inc128: bool, iv: &mut Block, block: Block) -> Block {
        match mode {
            BlockMode::Ecb => self.apply(block),
            BlockMode::Cbc if self.encrypts => {
                *iv = self.encrypt(xor(block, *iv));
                *iv
            }
            BlockMode::Cbc => xor(self.decrypt(block), std::mem::replace(iv, block)),
            BlockMode::Ofb => {
                *iv = self.encrypt(*iv);
                xor(block, *iv)
            }
            BlockMode::Ctr => {
                let result = xor(block, self.encrypt(*iv));
                *iv = incremented(*iv, inc128);
                result
            }
            BlockMode::Cfb8 => block.map(|byte| {
                let result = byte ^ self.encrypt(*iv)[0];
                iv.rotate_left(1);
                iv[BLOCK - 1] = if self.encrypts { result } else { byte };
                result
            }),
            BlockMode::Cfb128 => {
                let result = xor(block, self.encrypt(*iv));
                *iv = if self.encrypts { result } else { block };
                result
            }
        }
    }
}

fn xor(a: Block, b: Block) -> Block {
    std::array::from_fn(|n| a[n] ^ b[n])
}

fn incremented(counter: Block, inc128: bool) -> Block {
    let number = u128::from_be_bytes(counter);
    let mask = if inc128 { u128::MAX } else { u128::from(u32::MAX) };
    (number & !mask | number.wrapping_add(1) & mask).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(mode: u32) -> Cipher {
        Cipher::new(mode, &std::array::from_fn(|n| n as u8)).expect("a mode of this chip")
    }

    #[test]
    fn blocks_are_those_of_fips_197() {
        let plain = std::array::from_fn(|n| 0x11 * n as u8);
        assert_eq!(cipher(0).apply(plain)[..4], [0x69, 0xC4, 0xE0, 0xD8]);
        assert_eq!(cipher(2).apply(plain)[..4], [0x8E, 0xA2, 0xB7, 0xCA]);
        assert_eq!(cipher(4).apply(cipher(0).apply(plain)), plain);
    }

    #[test]
    fn every_mode_decrypts_what_it_encrypted() {
        let plain: [Block; 3] = std::array::from_fn(|n| std::array::from_fn(|m| (16 * n + m) as u8));
        for mode in (0..6).filter_map(BlockMode::from_register) {
            let (mut to, mut from) = ([0xFF; 16], [0xFF; 16]);
            for block in plain {
                let sealed = cipher(2).apply_in_mode(mode, false, &mut to, block);
                assert_ne!(sealed, block);
                assert_eq!(cipher(6).apply_in_mode(mode, false, &mut from, sealed), block, "{mode:?}");
            }
            assert_eq!(to, from);
        }
    }

    #[test]
    fn counters_of_32_bits_do_not_carry() {
        assert_eq!(incremented([0xFF; 16], false)[11..], [0xFF, 0, 0, 0, 0]);
        assert_eq!(incremented([0xFF; 16], true), [0; 16]);
    }
}
