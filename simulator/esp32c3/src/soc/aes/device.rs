//! The registers.

use super::cipher::{BLOCK, Block, BlockMode, Cipher};
use crate::soc::dma::{DmaDirection, DmaEnv as _, DmaPeripheral};
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Span;

const KEY: u32 = 0x00;
const KEY_END: u32 = 0x20;
const TEXT_IN: u32 = 0x20;
const TEXT_IN_END: u32 = 0x30;
const TEXT_OUT: u32 = 0x30;
const TEXT_OUT_END: u32 = 0x40;
const MODE: u32 = 0x40;
const TRIGGER: u32 = 0x48;
const STATE: u32 = 0x4C;
const IV_MEM: u32 = 0x50;
const IV_MEM_END: u32 = 0x60;
const DMA_ENABLE: u32 = 0x90;
const BLOCK_MODE: u32 = 0x94;
const BLOCK_NUM: u32 = 0x98;
const INC_SEL: u32 = 0x9C;
const INT_CLR: u32 = 0xAC;
const INT_ENA: u32 = 0xB0;
const DATE: u32 = 0xB4;
const DMA_EXIT: u32 = 0xB8;

/// Blocks that are taken from DMA at once.
const BLOCKS_AT_ONCE: u32 = 256;

/// STATE.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
enum State {
    #[default]
    Idle,
    Busy,
    /// DMA: all blocks are done, until DMA_EXIT is written.
    Done,
}

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Aes {
    key: [u8; 32],
    text_in: Block,
    text_out: Block,
    mode: u32,
    state: State,
    iv: Block,
    dma_enable: bool,
    block_mode: u32,
    block_num: u32,
    inc_sel: bool,
    interrupt_enable: bool,
    interrupt: bool,
    /// Blocks that DMA has still to bring.
    blocks_left: u32,
    /// What DMA brought of a block.
    part: Vec<u8>,
    /// What is to appear when the calculation is done: TEXT_OUT, or the stream to DMA, and IV_MEM.
    result: Vec<u8>,
    next_iv: Block,
}

/// A word of a register of bytes, the first lowest.
fn word(bytes: &[u8], at: u32) -> u32 {
    let at = at as usize & !3;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn set_word(bytes: &mut [u8], at: u32, value: u32) {
    bytes[at as usize & !3..][..4].copy_from_slice(&value.to_le_bytes());
}

impl Aes {
    fn trigger(&mut self, env: &mut Env<'_>) {
        if self.state != State::Idle {
            return;
        }
        let Some(cipher) = self.cipher(env) else { return };
        self.state = State::Busy;
        if self.dma_enable {
            self.blocks_left = self.block_num;
            self.next_iv = self.iv;
            self.part.clear();
            self.take_blocks(env);
        } else {
            self.result = cipher.apply(self.text_in).to_vec();
            env.wake_after(Span::of_cycles(cipher.cycles(), env.hub.clocks.crypto_hz()));
        }
    }

    fn cipher(&self, env: &mut Env<'_>) -> Option<Cipher> {
        let cipher = Cipher::new(self.mode, &self.key);
        if cipher.is_none() {
            env.unsupported(format!("MODE = {}, which this chip does not have", self.mode));
        }
        cipher
    }

    /// Works on what DMA has, as far as it is whole blocks.
    fn take_blocks(&mut self, env: &mut Env<'_>) {
        let Some(cipher) = self.cipher(env) else { return };
        let Some(mode) = BlockMode::from_register(self.block_mode) else {
            env.unsupported(format!("BLOCK_MODE = {}", self.block_mode));
            return;
        };
        let wanted = self.blocks_left.min(BLOCKS_AT_ONCE);
        let mut bytes = vec![0; wanted as usize * BLOCK - self.part.len()];
        let count = env.dma_pull(DmaPeripheral::Aes, &mut bytes);
        self.part.extend_from_slice(&bytes[..count]);
        let whole = self.part.len() / BLOCK;
        if whole == 0 && self.blocks_left > 0 {
            return;
        }
        self.result.clear();
        for block in self.part.as_chunks::<BLOCK>().0 {
            self.result.extend(cipher.apply_in_mode(mode, self.inc_sel, &mut self.next_iv, *block));
        }
        self.part.drain(..whole * BLOCK);
        self.blocks_left -= whole as u32;
        let blocks_of_key = if mode == BlockMode::Cfb8 { BLOCK as u64 } else { 1 };
        let cycles = cipher.cycles() * blocks_of_key * whole as u64;
        env.wake_after(Span::of_cycles(cycles, env.hub.clocks.crypto_hz()));
    }

    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::AES, self.interrupt && self.interrupt_enable);
    }
}

impl Device<Hub> for Aes {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            KEY..KEY_END => word(&self.key, offset - KEY),
            TEXT_IN..TEXT_IN_END => word(&self.text_in, offset - TEXT_IN),
            TEXT_OUT..TEXT_OUT_END => word(&self.text_out, offset - TEXT_OUT),
            MODE => self.mode,
            STATE => self.state as u32,
            IV_MEM..IV_MEM_END => word(&self.iv, offset - IV_MEM),
            DMA_ENABLE => u32::from(self.dma_enable),
            BLOCK_MODE => self.block_mode,
            BLOCK_NUM => self.block_num,
            INC_SEL => u32::from(self.inc_sel),
            INT_ENA => u32::from(self.interrupt_enable),
            TRIGGER | INT_CLR | DMA_EXIT => 0,
            DATE => 0x2019_1210,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            KEY..KEY_END => set_word(&mut self.key, offset - KEY, value),
            TEXT_IN..TEXT_IN_END => set_word(&mut self.text_in, offset - TEXT_IN, value),
            TEXT_OUT..TEXT_OUT_END => set_word(&mut self.text_out, offset - TEXT_OUT, value),
            MODE => self.mode = value & 7,
            TRIGGER if value & 1 == 1 => self.trigger(env),
            IV_MEM..IV_MEM_END => set_word(&mut self.iv, offset - IV_MEM, value),
            DMA_ENABLE => self.dma_enable = value & 1 == 1,
            BLOCK_MODE => self.block_mode = value & 7,
            BLOCK_NUM => self.block_num = value,
            INC_SEL => self.inc_sel = value & 1 == 1,
            INT_CLR => {
                self.interrupt &= value & 1 == 0;
                self.present_interrupt(env);
            }
            INT_ENA => {
                self.interrupt_enable = value & 1 == 1;
                self.present_interrupt(env);
            }
            DMA_EXIT if self.state == State::Done && value & 1 == 1 => self.state = State::Idle,
            TRIGGER | STATE | DMA_EXIT | DATE => {}
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        env.sleep();
        self.present_interrupt(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        let result = std::mem::take(&mut self.result);
        if !self.dma_enable {
            if let Ok(block) = Block::try_from(result) {
                self.text_out = block;
            }
            self.state = State::Idle;
            return;
        }
        let done = self.blocks_left == 0;
        env.dma_push(DmaPeripheral::Aes, &result, done);
        if done {
            self.iv = self.next_iv;
            self.state = State::Done;
            self.interrupt = true;
            self.present_interrupt(env);
        } else {
            self.take_blocks(env);
        }
    }

    fn dma_started(&mut self, env: &mut Env<'_>, direction: DmaDirection) {
        let waits = self.state == State::Busy && self.dma_enable && self.result.is_empty() && self.blocks_left > 0;
        if direction == DmaDirection::Out && waits {
            self.take_blocks(env);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::map::DeviceId;
    use crate::soc::rig::Rig;

    const AES: u32 = DeviceId::Aes.describe().1;

    #[test]
    fn a_block_by_registers() {
        let mut rig = Rig::new();
        let key: Vec<u8> = (0..16).collect();
        let plain: Vec<u8> = (0..16).map(|n| 0x11 * n).collect();
        rig.write_bytes(AES + KEY, &key);
        rig.write_bytes(AES + TEXT_IN, &plain);
        rig.write(AES + TRIGGER, 1);
        assert_eq!(rig.read(AES + STATE), 1);
        rig.run(Span::from_us(1));
        assert_eq!(rig.read(AES + STATE), 0);
        assert_eq!(rig.read_bytes(AES + TEXT_OUT, 4), [0x69, 0xC4, 0xE0, 0xD8]);
    }

    #[test]
    fn a_stream_by_dma_ends_with_eof_and_leaves_the_next_counter() {
        let mut rig = Rig::new();
        let (out, into, plain, sealed) = (0x3FC9_0000, 0x3FC9_0010, 0x3FC9_1000, 0x3FC9_2000);
        rig.write_words(out, &[1 << 31 | 1 << 30 | 32 << 12 | 32, plain, 0]);
        rig.write_words(into, &[1 << 31 | 32, sealed, 0]);
        rig.write(0x6003_F0A0, DmaPeripheral::Aes as u32);
        rig.write(0x6003_F100, DmaPeripheral::Aes as u32);
        rig.write(0x6003_F080, into & 0xF_FFFF | 1 << 22);
        rig.write(AES + DMA_ENABLE, 1);
        rig.write(AES + BLOCK_MODE, 3);
        rig.write(AES + BLOCK_NUM, 2);
        rig.write(AES + INT_ENA, 1);
        rig.write(AES + TRIGGER, 1);
        rig.write(0x6003_F0E0, out & 0xF_FFFF | 1 << 21);
        assert_eq!(rig.read(AES + STATE), 1);
        rig.run(Span::from_us(1));
        assert_eq!(rig.read(AES + STATE), 2);
        assert!(rig.is_raised(Source::AES.0));
        assert_eq!(rig.read_bytes(AES + IV_MEM, 16)[15], 2);
        assert_eq!(rig.read_bytes(sealed, 4), [0x66, 0xE9, 0x4B, 0xD4], "zeros under the key zero");
        assert_eq!(rig.read(into) >> 30, 1, "EOF, and back to the CPU");
        rig.write(AES + DMA_EXIT, 1);
        assert_eq!(rig.read(AES + STATE), 0);
    }

    #[test]
    fn a_mode_that_the_chip_lacks_is_reported() {
        let mut rig = Rig::new();
        rig.write(AES + MODE, 1);
        rig.write(AES + TRIGGER, 1);
        assert_eq!(rig.read(AES + STATE), 0);
        assert_eq!(rig.reports().len(), 1);
    }
}
