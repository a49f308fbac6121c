//! SHA: the accelerator for SHA-1, SHA-224 and SHA-256; TRM, chapter "SHA Accelerator". It hashes blocks; padding is
//! the driver's.

use super::dma::{DmaDirection, DmaEnv as _, DmaPeripheral};
use super::hub::{Env, Hub};
use super::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Span;

const MODE: u32 = 0x00;
const T_STRING: u32 = 0x04;
const T_LENGTH: u32 = 0x08;
const DMA_BLOCK_NUM: u32 = 0x0C;
const START: u32 = 0x10;
const CONTINUE: u32 = 0x14;
const BUSY: u32 = 0x18;
const DMA_START: u32 = 0x1C;
const DMA_CONTINUE: u32 = 0x20;
const CLEAR_IRQ: u32 = 0x24;
const IRQ_ENA: u32 = 0x28;
const DATE: u32 = 0x2C;
const H_MEM: u32 = 0x40;
/// H_MEM and M_MEM have room for SHA-512 in the address map; this chip has only the first part of each.
const H_MEM_END: u32 = 0x60;
const H_MEM_RESERVED_END: u32 = 0x80;
const M_MEM: u32 = 0x80;
const M_MEM_END: u32 = 0xC0;
const M_MEM_RESERVED_END: u32 = 0x100;

const SHA_1: u32 = 0;
const SHA_224: u32 = 1;
const SHA_256: u32 = 2;

const BLOCK: usize = 64;

const SHA_1_START: [u32; 8] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0, 0, 0, 0];
const SHA_224_START: [u32; 8] =
    [0xC105_9ED8, 0x367C_D507, 0x3070_DD17, 0xF70E_5939, 0xFFC0_0B31, 0x6858_1511, 0x64F9_8FA7, 0xBEFA_4FA4];
const SHA_256_START: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Sha {
    mode: u32,
    dma_block_num: u32,
    /// The words of the hash, as in the standard; the register has their bytes in reverse.
    hash: [u32; 8],
    message: [u32; BLOCK / 4],
    work: Work,
    interrupt_enable: bool,
    interrupt: bool,
}

#[derive(Clone, Default, Hash, Debug)]
enum Work {
    #[default]
    Idle,
    /// The hash will be this.
    Calculating { hash: [u32; 8], by_dma: bool },
    /// DMA has to bring these blocks; part of one is here.
    Waiting { hash: [u32; 8], blocks: u32, part: Vec<u8> },
}

impl Sha {
    fn starting_hash(&self) -> [u32; 8] {
        match self.mode {
            SHA_1 => SHA_1_START,
            SHA_224 => SHA_224_START,
            _ => SHA_256_START,
        }
    }

    fn compress(&self, hash: &mut [u32; 8], block: [u8; BLOCK]) {
        if self.mode == SHA_1 {
            let mut five: [u32; 5] = std::array::from_fn(|n| hash[n]);
            sha1::block_api::compress(&mut five, &[block]);
            hash[..5].copy_from_slice(&five);
        } else {
            sha2::block_api::compress256(hash, &[block]);
        }
    }

    /// How long a block takes: a cycle for each round and a few to load and store the hash. An estimate.
    fn block_span(&self, env: &Env<'_>) -> Span {
        let rounds = if self.mode == SHA_1 { 80 } else { 64 };
        Span::of_cycles(rounds + 8, env.hub.clocks.crypto_hz())
    }

    fn start(&mut self, env: &mut Env<'_>, mut hash: [u32; 8]) {
        if !matches!(self.work, Work::Idle) || !self.mode_is_known(env) {
            return;
        }
        let mut block = [0; BLOCK];
        for (bytes, word) in block.chunks_exact_mut(4).zip(self.message) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        self.compress(&mut hash, block);
        self.work = Work::Calculating { hash, by_dma: false };
        env.wake_after(self.block_span(env));
    }

    fn start_dma(&mut self, env: &mut Env<'_>, hash: [u32; 8]) {
        if matches!(self.work, Work::Idle) && self.mode_is_known(env) {
            self.work = Work::Waiting { hash, blocks: self.dma_block_num, part: Vec::new() };
            self.take_blocks(env);
        }
    }

    /// Hashes what DMA has.
    fn take_blocks(&mut self, env: &mut Env<'_>) {
        let Work::Waiting { mut hash, blocks, mut part } = std::mem::take(&mut self.work) else {
            unreachable!("called only while waiting")
        };
        let mut bytes = vec![0; blocks as usize * BLOCK - part.len()];
        let count = env.dma_pull(DmaPeripheral::Sha, &mut bytes);
        part.extend_from_slice(&bytes[..count]);
        let whole = (part.len() / BLOCK) as u32;
        let (complete, rest) = part.as_chunks::<BLOCK>();
        for block in complete {
            self.compress(&mut hash, *block);
        }
        if whole == blocks {
            self.work = Work::Calculating { hash, by_dma: true };
            env.wake_after(self.block_span(env).times(u64::from(self.dma_block_num)));
        } else {
            self.work = Work::Waiting { hash, blocks: blocks - whole, part: rest.to_vec() };
        }
    }

    fn mode_is_known(&self, env: &mut Env<'_>) -> bool {
        let known = self.mode <= SHA_256;
        if !known {
            env.unsupported(format!("MODE = {}, which this chip does not have", self.mode));
        }
        known
    }

    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::SHA, self.interrupt && self.interrupt_enable);
    }
}

impl Device<Hub> for Sha {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            MODE => self.mode,
            DMA_BLOCK_NUM => self.dma_block_num,
            BUSY => u32::from(!matches!(self.work, Work::Idle)),
            START | CONTINUE | DMA_START | DMA_CONTINUE | CLEAR_IRQ => 0,
            IRQ_ENA => u32::from(self.interrupt_enable),
            T_STRING | T_LENGTH => env.inert_read(offset),
            DATE => 0x2019_0402,
            H_MEM..H_MEM_END => self.hash[((offset - H_MEM) / 4) as usize].swap_bytes(),
            M_MEM..M_MEM_END => self.message[((offset - M_MEM) / 4) as usize],
            H_MEM_END..H_MEM_RESERVED_END | M_MEM_END..M_MEM_RESERVED_END => 0,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            MODE => self.mode = value & 7,
            DMA_BLOCK_NUM => self.dma_block_num = value & 0x3F,
            START if value & 1 == 1 => self.start(env, self.starting_hash()),
            CONTINUE if value & 1 == 1 => self.start(env, self.hash),
            DMA_START if value & 1 == 1 => self.start_dma(env, self.starting_hash()),
            DMA_CONTINUE if value & 1 == 1 => self.start_dma(env, self.hash),
            CLEAR_IRQ => {
                self.interrupt &= value & 1 == 0;
                self.present_interrupt(env);
            }
            IRQ_ENA => {
                self.interrupt_enable = value & 1 == 1;
                self.present_interrupt(env);
            }
            H_MEM..H_MEM_END => self.hash[((offset - H_MEM) / 4) as usize] = value.swap_bytes(),
            M_MEM..M_MEM_END => self.message[((offset - M_MEM) / 4) as usize] = value,
            START | CONTINUE | BUSY | DMA_START | DMA_CONTINUE | DATE => {}
            H_MEM_END..H_MEM_RESERVED_END | M_MEM_END..M_MEM_RESERVED_END => {}
            T_STRING | T_LENGTH => env.inert_write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        env.sleep();
        self.present_interrupt(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        if let Work::Calculating { hash, by_dma } = std::mem::take(&mut self.work) {
            self.hash = hash;
            self.interrupt |= by_dma;
            self.present_interrupt(env);
        }
    }

    fn dma_started(&mut self, env: &mut Env<'_>, direction: DmaDirection) {
        if direction == DmaDirection::Out && matches!(self.work, Work::Waiting { .. }) {
            self.take_blocks(env);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::map::DeviceId;
    use crate::soc::rig::Rig;

    const SHA: u32 = DeviceId::Sha.describe().1;
    const ABC: [u8; 64] = {
        let mut block = [0; 64];
        [block[0], block[1], block[2], block[3]] = *b"abc\x80";
        block[63] = 24;
        block
    };

    fn hash_of_abc(mode: u32) -> Vec<u8> {
        let mut rig = Rig::new();
        rig.write(SHA + MODE, mode);
        rig.write_bytes(SHA + M_MEM, &ABC);
        rig.write(SHA + START, 1);
        assert_eq!(rig.read(SHA + BUSY), 1);
        rig.run(Span::from_us(1));
        assert_eq!(rig.read(SHA + BUSY), 0);
        rig.read_bytes(SHA + H_MEM, 32)
    }

    #[test]
    fn hashes_of_abc_are_those_of_fips_180() {
        assert_eq!(hash_of_abc(SHA_1)[..4], [0xA9, 0x99, 0x3E, 0x36]);
        assert_eq!(hash_of_abc(SHA_224)[..4], [0x23, 0x09, 0x7D, 0x22]);
        assert_eq!(hash_of_abc(SHA_256)[..4], [0xBA, 0x78, 0x16, 0xBF]);
        assert_eq!(hash_of_abc(SHA_256)[28..], [0xF2, 0x00, 0x15, 0xAD]);
    }

    #[test]
    fn dma_may_start_after_the_accelerator() {
        let mut rig = Rig::new();
        let (descriptor, buffer) = (0x3FC9_0000, 0x3FC9_1000);
        rig.write_bytes(buffer, &ABC);
        rig.write_words(descriptor, &[1 << 31 | 1 << 30 | 64 << 12 | 64, buffer, 0]);
        rig.write(SHA + MODE, SHA_256);
        rig.write(SHA + DMA_BLOCK_NUM, 1);
        rig.write(SHA + IRQ_ENA, 1);
        rig.write(SHA + DMA_START, 1);
        rig.run(Span::from_us(10));
        assert_eq!(rig.read(SHA + BUSY), 1);
        rig.write(0x6003_F100, DmaPeripheral::Sha as u32);
        rig.write(0x6003_F0E0, descriptor & 0xF_FFFF | 1 << 21);
        rig.run(Span::from_us(10));
        assert_eq!(rig.read_bytes(SHA + H_MEM, 4), [0xBA, 0x78, 0x16, 0xBF]);
        assert!(rig.is_raised(Source::SHA.0));
        rig.write(SHA + CLEAR_IRQ, 1);
        assert!(!rig.is_raised(Source::SHA.0));
    }
}
