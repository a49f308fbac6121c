//! DMA: the registers of the general DMA controller (GDMA); TRM chapter 2. The engine is in [`Dma`](super::dma::Dma).

use super::dma::{CHANNELS, Dma, DmaDirection, DmaEnv as _, LINK_ADDR, int};
use super::hub::{Env, Hub};
use hil_sim_core::chip::soc::Device;

const INT_END: u32 = 0x10 * CHANNELS as u32;
const AHB_TEST: u32 = 0x40;
const MISC_CONF: u32 = 0x44;
const DATE: u32 = 0x48;
/// First register of channel 0, and the distance of the channels.
const CHANNEL0: u32 = 0x70;
const STRIDE: u32 = 0xC0;
const CHANNELS_END: u32 = CHANNEL0 + STRIDE * CHANNELS as u32;

const INT_RAW: u32 = 0x0;
const INT_ST: u32 = 0x4;
const INT_ENA: u32 = 0x8;
const INT_CLR: u32 = 0xC;

const IN_CONF0: u32 = 0x00;
const IN_CONF1: u32 = 0x04;
const INFIFO_STATUS: u32 = 0x08;
const IN_POP: u32 = 0x0C;
const IN_LINK: u32 = 0x10;
const IN_STATE: u32 = 0x14;
const IN_SUC_EOF_DES_ADDR: u32 = 0x18;
const IN_ERR_EOF_DES_ADDR: u32 = 0x1C;
const IN_DSCR: u32 = 0x20;
const IN_DSCR_BF1: u32 = 0x28;
const IN_PRI: u32 = 0x2C;
const IN_PERI_SEL: u32 = 0x30;
const OUT_CONF0: u32 = 0x60;
const OUT_CONF1: u32 = 0x64;
const OUTFIFO_STATUS: u32 = 0x68;
const OUT_LINK: u32 = 0x70;
const OUT_STATE: u32 = 0x74;
const OUT_EOF_DES_ADDR: u32 = 0x78;
const OUT_EOF_BFR_DES_ADDR: u32 = 0x7C;
const OUT_DSCR: u32 = 0x80;
const OUT_DSCR_BF1: u32 = 0x88;
const OUT_PRI: u32 = 0x8C;
const OUT_PERI_SEL: u32 = 0x90;

/// IN_RST and OUT_RST.
const RST: u32 = 1 << 0;
const CHECK_OWNER: u32 = 1 << 12;
const INLINK_AUTO_RET: u32 = 1 << 20;
const INLINK_STOP: u32 = 1 << 21;
const INLINK_START: u32 = 1 << 22;
const INLINK_RESTART: u32 = 1 << 23;
const INLINK_PARK: u32 = 1 << 24;
const OUTLINK_STOP: u32 = 1 << 20;
const OUTLINK_START: u32 = 1 << 21;
const OUTLINK_RESTART: u32 = 1 << 22;
const OUTLINK_PARK: u32 = 1 << 23;
/// The address fields of IN_STATE and OUT_STATE.
const STATE_ADDR: u32 = 0x3_FFFF;
const PERI_SEL: u32 = 0x3F;
const PRIORITY: u32 = 0xF;

/// INFIFO_STATUS of a FIFO without anything in it, as after reset.
const INFIFO_EMPTY: u32 = 0x0780_0003;
/// IN_POP of an empty FIFO.
const NOTHING_TO_POP: u32 = 0x800;
const OUTFIFO_EMPTY: u32 = 1 << 1;
const OUTFIFO_CNT_SHIFT: u32 = 2;
/// Most bytes that OUTFIFO_CNT can tell of.
const OUTFIFO_CNT: u32 = 0x3F;
/// OUT_REMAIN_UNDER_1B; those for 2, 3 and 4 bytes follow.
const OUT_REMAIN_UNDER_1B: u32 = 23;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct GdmaRegisters {
    auto_ret: [bool; CHANNELS],
}

impl Default for GdmaRegisters {
    fn default() -> Self {
        Self { auto_ret: [true; CHANNELS] }
    }
}

impl GdmaRegisters {
    fn read_channel(&self, env: &mut Env<'_>, index: usize, register: u32, offset: u32) -> u32 {
        let channel = &env.hub.dma.channels[index];
        match register {
            IN_CONF0 => channel.in_conf[0],
            IN_CONF1 => channel.in_conf[1],
            INFIFO_STATUS => INFIFO_EMPTY,
            IN_POP => NOTHING_TO_POP,
            IN_LINK => {
                let park = if channel.inlist.current().is_none() { INLINK_PARK } else { 0 };
                let auto_ret = if self.auto_ret[index] { INLINK_AUTO_RET } else { 0 };
                channel.inlist.link | park | auto_ret
            }
            IN_STATE => channel.inlist.history[0] & STATE_ADDR,
            IN_SUC_EOF_DES_ADDR => channel.in_suc_eof,
            IN_ERR_EOF_DES_ADDR => channel.in_err_eof,
            IN_DSCR..=IN_DSCR_BF1 => channel.inlist.history[((register - IN_DSCR) / 4) as usize],
            IN_PRI => channel.priorities[0],
            IN_PERI_SEL => u32::from(channel.in_peripheral),
            OUT_CONF0 => channel.out_conf[0],
            OUT_CONF1 => channel.out_conf[1],
            OUTFIFO_STATUS => outfifo_status(channel.out_remaining()),
            OUT_LINK => {
                let park = if channel.outlist.current().is_none() { OUTLINK_PARK } else { 0 };
                channel.outlist.link | park
            }
            OUT_STATE => channel.outlist.history[0] & STATE_ADDR,
            OUT_EOF_DES_ADDR => channel.out_eof,
            OUT_EOF_BFR_DES_ADDR => channel.out_eof_before,
            OUT_DSCR..=OUT_DSCR_BF1 => channel.outlist.history[((register - OUT_DSCR) / 4) as usize],
            OUT_PRI => channel.priorities[1],
            OUT_PERI_SEL => u32::from(channel.out_peripheral),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write_channel(&mut self, env: &mut Env<'_>, index: usize, register: u32, offset: u32, value: u32) {
        let memory = &*env.memory;
        let dma = &mut env.hub.dma;
        let channel = &mut dma.channels[index];
        match register {
            IN_CONF0 => {
                channel.in_conf[0] = value & 0x1F;
                if value & RST != 0 {
                    channel.inlist.stop();
                }
            }
            IN_CONF1 => {
                channel.in_conf[1] = value & CHECK_OWNER;
                channel.inlist.check_owner = value & CHECK_OWNER != 0;
            }
            IN_LINK => {
                channel.inlist.link = value & LINK_ADDR;
                self.auto_ret[index] = value & INLINK_AUTO_RET != 0;
                if value & INLINK_STOP != 0 {
                    channel.inlist.stop();
                }
                if value & INLINK_START != 0 {
                    channel.start_in(memory);
                } else if value & INLINK_RESTART != 0 {
                    channel.restart_in(memory);
                }
                if value & (INLINK_START | INLINK_RESTART) != 0 {
                    dma.note_start(index, DmaDirection::In);
                }
            }
            IN_PRI => channel.priorities[0] = value & PRIORITY,
            IN_PERI_SEL => {
                channel.in_peripheral = (value & PERI_SEL) as u8;
                dma.note_start(index, DmaDirection::In);
            }
            OUT_CONF0 => {
                channel.out_conf[0] = value & 0x3F;
                if value & RST != 0 {
                    channel.outlist.stop();
                }
            }
            OUT_CONF1 => {
                channel.out_conf[1] = value & CHECK_OWNER;
                channel.outlist.check_owner = value & CHECK_OWNER != 0;
            }
            OUT_LINK => {
                channel.outlist.link = value & LINK_ADDR;
                if value & OUTLINK_STOP != 0 {
                    channel.outlist.stop();
                }
                if value & OUTLINK_START != 0 {
                    channel.start_out(memory);
                } else if value & OUTLINK_RESTART != 0 {
                    channel.restart_out(memory);
                }
                if value & (OUTLINK_START | OUTLINK_RESTART) != 0 {
                    dma.note_start(index, DmaDirection::Out);
                }
            }
            OUT_PRI => channel.priorities[1] = value & PRIORITY,
            OUT_PERI_SEL => {
                channel.out_peripheral = (value & PERI_SEL) as u8;
                dma.note_start(index, DmaDirection::Out);
            }
            INFIFO_STATUS | OUTFIFO_STATUS | IN_STATE..=IN_DSCR_BF1 | OUT_STATE..=OUT_DSCR_BF1 => {}
            _ => env.unmodelled_write(offset, value),
        }
        env.present_dma_interrupt(index);
        self.copy(env);
    }

    /// Goes on with the copies from memory to memory.
    fn copy(&mut self, env: &mut Env<'_>) {
        let (now, hz) = (env.now(), env.hub.clocks.apb_hz);
        let next = env.hub.dma.copy(env.memory, now, hz);
        env.wake_at(next);
        for index in 0..CHANNELS {
            env.present_dma_interrupt(index);
        }
    }
}

fn outfifo_status(remaining: u32) -> u32 {
    let empty = if remaining == 0 { OUTFIFO_EMPTY } else { 0 };
    let under = (1..=4).fold(0, |bits, n| bits | u32::from(remaining < n) << (OUT_REMAIN_UNDER_1B + n - 1));
    empty | remaining.min(OUTFIFO_CNT) << OUTFIFO_CNT_SHIFT | under
}

impl Device<Hub> for GdmaRegisters {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            0..INT_END => {
                let channel = &env.hub.dma.channels[(offset / 0x10) as usize];
                match offset % 0x10 {
                    INT_RAW => channel.raw,
                    INT_ST => channel.raw & channel.enable,
                    INT_ENA => channel.enable,
                    _ => 0,
                }
            }
            CHANNEL0..CHANNELS_END => {
                let at = offset - CHANNEL0;
                self.read_channel(env, (at / STRIDE) as usize, at % STRIDE, offset)
            }
            DATE => 0x0200_8250,
            MISC_CONF | AHB_TEST => env.inert_read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            0..INT_END => {
                let index = (offset / 0x10) as usize;
                let channel = &mut env.hub.dma.channels[index];
                match offset % 0x10 {
                    INT_RAW | INT_CLR => channel.raw &= !value,
                    INT_ENA => channel.enable = value & int::ALL,
                    _ => {}
                }
                env.present_dma_interrupt(index);
            }
            CHANNEL0..CHANNELS_END => {
                let at = offset - CHANNEL0;
                self.write_channel(env, (at / STRIDE) as usize, at % STRIDE, offset, value);
            }
            DATE => {}
            MISC_CONF | AHB_TEST => env.inert_write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        env.hub.dma = Dma::default();
        env.sleep();
        for index in 0..CHANNELS {
            env.present_dma_interrupt(index);
        }
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.copy(env);
    }
}
