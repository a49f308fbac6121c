//! SPI1, the controller through which software reaches the flash chip, and SPI0, through which the cache does; TRM
//! chapter 27 describes their sibling SPI2, ESP-IDF's `spi_mem_reg.h` these. Commands are done at once; how long the
//! chip is busy with them shows in its status. The chip is a [`FlashChip`](hil_sim_core::chip::FlashChip).

use super::hub::{Env, Hub};
use super::map::DeviceId;
use hil_sim_core::chip::FlashFault;
use hil_sim_core::chip::soc::Device;

const CMD: u32 = 0x00;
const ADDR: u32 = 0x04;
const CTRL: u32 = 0x08;
const USER: u32 = 0x18;
const USER1: u32 = 0x1C;
const USER2: u32 = 0x20;
const MOSI_DLEN: u32 = 0x24;
const MISO_DLEN: u32 = 0x28;
const RD_STATUS: u32 = 0x2C;
const W0: u32 = 0x58;
const W15: u32 = W0 + 4 * 15;

const USER_COMMAND: u32 = 1 << 31;
const USER_ADDR: u32 = 1 << 30;
const USER_MISO: u32 = 1 << 28;
const USER_MOSI: u32 = 1 << 27;
const USER_MOSI_HIGHPART: u32 = 1 << 25;
const USER_MISO_HIGHPART: u32 = 1 << 24;

/// Bits of CMD, each with the flash command that it sends.
const CMD_READ: u32 = 1 << 31;
const CMD_WREN: u32 = 1 << 30;
const CMD_WRDI: u32 = 1 << 29;
const CMD_RDID: u32 = 1 << 28;
const CMD_RDSR: u32 = 1 << 27;
const CMD_WRSR: u32 = 1 << 26;
const CMD_PP: u32 = 1 << 25;
const CMD_SE: u32 = 1 << 24;
const CMD_BE: u32 = 1 << 23;
const CMD_CE: u32 = 1 << 22;
const CMD_DP: u32 = 1 << 21;
const CMD_RES: u32 = 1 << 20;
/// High performance mode, which sends what a chip of another maker needs for it.
const CMD_HPM: u32 = 1 << 19;
const CMD_USR: u32 = 1 << 18;

/// Registers that configure timing, the cache's path and encryption: kept, without an effect on contents.
fn is_inert(offset: u32) -> bool {
    matches!(offset, 0x0C..=0x14 | 0x34..=0x54 | 0x98..=0xE0 | 0x3FC)
}

/// The registers of one controller.
#[derive(Clone, Hash, Debug)]
pub(crate) struct SpiFlash {
    addr: u32,
    ctrl: u32,
    user: u32,
    user1: u32,
    user2: u32,
    mosi_dlen: u32,
    miso_dlen: u32,
    rd_status: u32,
    w: [u32; 16],
}

impl Default for SpiFlash {
    fn default() -> Self {
        Self {
            addr: 0,
            ctrl: 0x002C_A000,
            user: USER_COMMAND,
            user1: 0x5C00_0007,
            user2: 0x7000_0000,
            mosi_dlen: 0,
            miso_dlen: 0,
            rd_status: 0,
            w: [0; 16],
        }
    }
}

impl SpiFlash {
    /// Sends the command that a bit of CMD stands for.
    fn start(&mut self, env: &mut Env<'_>, cmd: u32) {
        let low = self.addr & 0x00FF_FFFF;
        // Of PP and READ the upper byte of the address is the number of bytes.
        let count = (self.addr >> 24) as usize;
        match 1u32.checked_shl(31 - cmd.leading_zeros().min(31)).unwrap_or(0) & cmd {
            CMD_USR => self.user_command(env),
            CMD_RDID => self.w[0] = self.answer_word(env, 0x9F, 3),
            CMD_RDSR => self.rd_status = self.answer_word(env, 0x05, 1) & 0xFF,
            CMD_WREN => self.send(env, 0x06, 0, 0),
            CMD_WRDI => self.send(env, 0x04, 0, 0),
            CMD_WRSR => {
                let status = self.rd_status.to_le_bytes();
                // CTRL.WRSR_2B: two bytes of status.
                let bytes = if self.ctrl >> 22 & 1 == 1 { 2 } else { 1 };
                self.perform(env, 0x01, 0, &status[..bytes], &mut []);
            }
            CMD_PP => self.send(env, 0x02, low, count),
            CMD_SE => self.send(env, 0x20, low, 0),
            CMD_BE => self.send(env, 0xD8, low, 0),
            CMD_CE => self.send(env, 0xC7, 0, 0),
            CMD_READ => {
                let mut answer = [0; 64];
                let bytes = count.min(64);
                self.perform(env, 0x03, low, &[], &mut answer[..bytes]);
                self.store_answer(&answer[..bytes], 0);
            }
            CMD_DP | CMD_RES | CMD_HPM => {}
            0 => {}
            other => env.unsupported(format!("the command bit {other:#010x} of CMD")),
        }
    }

    fn user_command(&mut self, env: &mut Env<'_>) {
        if self.user & USER_COMMAND == 0 {
            env.unsupported("a transaction without a command phase");
            return;
        }
        if self.user2 >> 28 != 7 {
            env.unsupported("a command that has not 8 bits");
        }
        let command = self.user2 as u8;
        let address_bits = (self.user1 >> 26) + 1;
        let address = if self.user & USER_ADDR == 0 {
            0
        } else if address_bits >= 32 {
            self.addr
        } else {
            // Sent from bit 23 down if it has 24 bits.
            self.addr & ((1 << address_bits) - 1)
        };
        let first = |high: u32| if self.user & high == 0 { 0 } else { 32 };
        let out_bytes = if self.user & USER_MOSI == 0 { 0 } else { (self.mosi_dlen as usize & 0x3FF) / 8 + 1 };
        let in_bytes = if self.user & USER_MISO == 0 { 0 } else { (self.miso_dlen as usize & 0x3FF) / 8 + 1 };
        let out_first = first(USER_MOSI_HIGHPART);
        let in_first = first(USER_MISO_HIGHPART);
        let data = self.buffer();
        let data = &data[out_first..(out_first + out_bytes).min(64)];
        let mut answer = [0; 64];
        let in_bytes = in_bytes.min(64 - in_first);
        self.perform(env, command, address, data, &mut answer[..in_bytes]);
        self.store_answer(&answer[..in_bytes], in_first);
    }

    fn buffer(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes.as_chunks_mut().0.iter_mut().zip(&self.w).for_each(|(to, word)| *to = word.to_le_bytes());
        bytes
    }

    fn store_answer(&mut self, answer: &[u8], first: usize) {
        let mut bytes = self.buffer();
        bytes[first..first + answer.len()].copy_from_slice(answer);
        bytes.as_chunks().0.iter().zip(&mut self.w).for_each(|(from, word)| *word = u32::from_le_bytes(*from));
    }

    fn answer_word(&mut self, env: &mut Env<'_>, command: u8, bytes: usize) -> u32 {
        let mut answer = [0; 4];
        self.perform(env, command, 0, &[], &mut answer[..bytes]);
        u32::from_le_bytes(answer)
    }

    fn send(&mut self, env: &mut Env<'_>, command: u8, address: u32, bytes: usize) {
        let data = self.buffer();
        self.perform(env, command, address, &data[..bytes.min(64)], &mut []);
    }

    fn perform(&mut self, env: &mut Env<'_>, command: u8, address: u32, data: &[u8], answer: &mut [u8]) {
        let now = env.now();
        match env.hub.flash.command(env.memory, now, command, address, data, answer) {
            Ok(None) => {}
            Ok(Some(fault)) => env.common.slice_ends |= fault == FlashFault::PowerCut,
            Err(unknown) => env.unsupported(format!("the flash command {unknown:#04x}")),
        }
    }
}

impl Device<Hub> for SpiFlash {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            // Bits start a command, which is done at once.
            CMD => 0,
            ADDR => self.addr,
            CTRL => self.ctrl,
            USER => self.user,
            USER1 => self.user1,
            USER2 => self.user2,
            MOSI_DLEN => self.mosi_dlen,
            MISO_DLEN => self.miso_dlen,
            RD_STATUS => self.rd_status,
            W0..=W15 => self.w[((offset - W0) / 4) as usize],
            _ if is_inert(offset) => env.inert_read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CMD if env.device == DeviceId::Spi1 => self.start(env, value),
            CMD => env.unsupported("a command by software"),
            ADDR => self.addr = value,
            CTRL => self.ctrl = value,
            USER => self.user = value,
            USER1 => self.user1 = value,
            USER2 => self.user2 = value,
            MOSI_DLEN => self.mosi_dlen = value,
            MISO_DLEN => self.miso_dlen = value,
            RD_STATUS => self.rd_status = value,
            W0..=W15 => self.w[((offset - W0) / 4) as usize] = value,
            _ if is_inert(offset) => env.inert_write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {
        *self = Self::default();
    }
}
