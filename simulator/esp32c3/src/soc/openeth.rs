//! OPENETH: the OpenCores Ethernet MAC ("Ethernet IP Core Specification", rev. 1.19), which the chip does not have. It is
//! where Espressif's QEMU puts it, so that firmware can use a network without a radio. A PHY at address 1 tells whether
//! the cable is in. Frames take no time on this wire, and none is lost here: one for which there is no descriptor waits.

use super::hub::{Env, Hub};
use super::interrupt::Source;
use crate::crc::crc32 as fcs;
use hil_sim_core::chip::soc::Device;
use std::collections::VecDeque;

const MODER: u32 = 0x00;
const INT_SOURCE: u32 = 0x04;
const INT_MASK: u32 = 0x08;
const PACKETLEN: u32 = 0x18;
const TX_BD_NUM: u32 = 0x20;
const MIIMODER: u32 = 0x28;
const MIICOMMAND: u32 = 0x2C;
const MIIADDRESS: u32 = 0x30;
const MIITX_DATA: u32 = 0x34;
const MIIRX_DATA: u32 = 0x38;
const MIISTATUS: u32 = 0x3C;
const MAC_ADDR0: u32 = 0x40;
const MAC_ADDR1: u32 = 0x44;
const HASH0: u32 = 0x48;
const HASH1: u32 = 0x4C;
const DESCRIPTORS: u32 = 0x400;
const DESCRIPTOR_COUNT: usize = 128;
const DESCRIPTORS_END: u32 = DESCRIPTORS + 8 * DESCRIPTOR_COUNT as u32 - 1;

const MODER_AT_RESET: u32 = 0xA000;
const MODER_RST: u32 = 1 << 11;
const MODER_PRO: u32 = 1 << 5;
const MODER_BRO: u32 = 1 << 3;
const MODER_TXEN: u32 = 1 << 1;
const MODER_RXEN: u32 = 1 << 0;

const INT_TXB: u32 = 1 << 0;
const INT_TXE: u32 = 1 << 1;
const INT_RXB: u32 = 1 << 2;

const OWNED_BY_MAC: u32 = 1 << 15;
const IRQ: u32 = 1 << 14;
const WRAP: u32 = 1 << 13;
/// Of a transmit descriptor: the buffer could not be read.
const TX_UNDERRUN: u32 = 1 << 8;
/// Of a receive descriptor: the frame is not for this station, but the MAC is promiscuous.
const RX_MISS: u32 = 1 << 7;

/// The longest frame that is read from memory.
const LONGEST: usize = 1536;
/// The shortest frame on a wire, without its check sequence (IEEE 802.3, section 3.2.8).
const SHORTEST: usize = 60;
/// Frames that wait for a descriptor; more are dropped, as on a wire.
const MOST_WAITING: usize = 256;
/// Address of the PHY on the management bus.
const PHY: u32 = 1;

/// The registers, the descriptors, and the frames on their way.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Openeth {
    moder: u32,
    int_source: u32,
    int_mask: u32,
    packet_len: u32,
    tx_bd_num: u32,
    mii_address: u32,
    mii_data: u32,
    mac: [u32; 2],
    hash: [u32; 2],
    descriptors: [[u32; 2]; DESCRIPTOR_COUNT],
    tx: usize,
    rx: usize,
    received: VecDeque<Vec<u8>>,
}

impl Default for Openeth {
    fn default() -> Self {
        Self {
            moder: MODER_AT_RESET,
            int_source: 0,
            int_mask: 0,
            packet_len: 0x0040_0600,
            tx_bd_num: 0x40,
            mii_address: 0,
            mii_data: 0,
            mac: [0; 2],
            hash: [0; 2],
            descriptors: [[0; 2]; DESCRIPTOR_COUNT],
            tx: 0,
            rx: 0x40,
            received: VecDeque::new(),
        }
    }
}

impl Openeth {
    /// A frame, without its check sequence, arrives from the wire.
    pub(crate) fn receive(&mut self, env: &mut Env<'_>, mut frame: Vec<u8>) {
        if self.received.len() >= MOST_WAITING || self.moder & MODER_RXEN == 0 {
            return;
        }
        frame.resize(frame.len().max(SHORTEST), 0);
        let check = fcs(&frame);
        frame.extend(check.to_le_bytes());
        self.received.push_back(frame);
        self.fill(env);
    }

    fn address(&self) -> [u8; 6] {
        let ([c, d, e, f], [_, _, a, b]) = (self.mac[0].to_be_bytes(), self.mac[1].to_be_bytes());
        [a, b, c, d, e, f]
    }

    /// Whether a frame is taken; `Some(true)`: only because the MAC is promiscuous.
    fn accepts(&self, frame: &[u8]) -> Option<bool> {
        let broadcast = frame[..6] == [0xFF; 6];
        let hashed = {
            let index = fcs(&frame[..6]).reverse_bits() >> 26;
            frame[0] & 1 == 1 && self.hash[(index / 32) as usize] >> (index % 32) & 1 == 1
        };
        let own = frame[..6] == self.address() || (broadcast && self.moder & MODER_BRO == 0) || hashed;
        (own || self.moder & MODER_PRO != 0).then_some(!own)
    }

    /// Moves waiting frames to empty descriptors.
    fn fill(&mut self, env: &mut Env<'_>) {
        while self.moder & MODER_RXEN != 0 {
            let Some(frame) = self.received.front() else { break };
            let Some(miss) = self.accepts(frame) else {
                self.received.pop_front();
                continue;
            };
            let [status, buffer] = self.descriptors[self.rx];
            if status & OWNED_BY_MAC == 0 {
                break;
            }
            let Some(frame) = self.received.pop_front() else { break };
            if env.memory.write_bytes(buffer, &frame).is_err() {
                env.unsupported(format!("a receive buffer at {buffer:#010x}, where there is no RAM"));
            }
            let flags = status & (IRQ | WRAP) | if miss { RX_MISS } else { 0 };
            self.descriptors[self.rx][0] = (frame.len() as u32) << 16 | flags;
            self.rx = if status & WRAP != 0 || self.rx + 1 == DESCRIPTOR_COUNT {
                self.tx_bd_num as usize % DESCRIPTOR_COUNT
            } else {
                self.rx + 1
            };
            if status & IRQ != 0 {
                self.int_source |= INT_RXB;
            }
        }
        self.present(env);
    }

    /// Sends what is ready.
    fn send(&mut self, env: &mut Env<'_>) {
        for _ in 0..DESCRIPTOR_COUNT {
            let [status, buffer] = self.descriptors[self.tx];
            if self.moder & MODER_TXEN == 0 || self.tx_bd_num == 0 || status & OWNED_BY_MAC == 0 {
                break;
            }
            let mut frame = vec![0; ((status >> 16) as usize).min(LONGEST)];
            let readable = env.memory.read_bytes(buffer, &mut frame).is_ok();
            let mut after = status & !OWNED_BY_MAC & !0x1FF;
            if readable {
                frame.resize(frame.len().max(SHORTEST), 0);
                let now = env.now();
                env.hub.ethernet.send(now, frame);
                env.common.slice_ends = true;
            } else {
                after |= TX_UNDERRUN;
            }
            self.descriptors[self.tx][0] = after;
            let last = self.tx + 1 >= self.tx_bd_num as usize;
            self.tx = if status & WRAP != 0 || last { 0 } else { self.tx + 1 };
            if status & IRQ != 0 {
                self.int_source |= if readable { INT_TXB } else { INT_TXE };
            }
        }
        self.present(env);
    }

    fn present(&self, env: &mut Env<'_>) {
        env.interrupt(Source::WIFI_MAC, self.int_source & self.int_mask != 0);
    }

    /// A register of the PHY, a DP83848 with auto-negotiation done (IEEE 802.3, clause 22).
    fn read_phy(&self, env: &Env<'_>) -> u32 {
        let (phy, register) = (self.mii_address & 0x1F, self.mii_address >> 8 & 0x1F);
        let link = env.hub.ethernet.link;
        match (phy, register) {
            (PHY, 0) => 0x3100,
            // Capabilities; bit 5 negotiation complete, bit 2 link.
            (PHY, 1) => 0x7849 | if link { 1 << 5 | 1 << 2 } else { 0 },
            (PHY, 2) => 0x2000,
            (PHY, 3) => 0x5C90,
            (PHY, 4) => 0x01E1,
            (PHY, 5) => {
                if link {
                    0x45E1
                } else {
                    0
                }
            }
            // PHYSTS: link, full duplex, 100 Mbit/s.
            (PHY, 0x10) => {
                if link {
                    0x0015
                } else {
                    0
                }
            }
            (PHY, _) => 0,
            _ => 0xFFFF,
        }
    }

    fn set_moder(&mut self, env: &mut Env<'_>, value: u32) {
        let started = value & !self.moder;
        self.moder = value;
        if value & MODER_RST != 0 {
            *self = Self { moder: MODER_AT_RESET, ..Self::default() };
        }
        if started & MODER_TXEN != 0 {
            self.tx = 0;
        }
        if started & MODER_RXEN != 0 {
            self.rx = self.tx_bd_num as usize % DESCRIPTOR_COUNT;
        }
        self.fill(env);
        self.send(env);
    }
}

impl Device<Hub> for Openeth {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            MODER => self.moder,
            INT_SOURCE => self.int_source,
            INT_MASK => self.int_mask,
            PACKETLEN => self.packet_len,
            TX_BD_NUM => self.tx_bd_num,
            MIICOMMAND | MIITX_DATA | MIISTATUS => 0,
            MIIADDRESS => self.mii_address,
            MIIRX_DATA => self.mii_data,
            MAC_ADDR0 | MAC_ADDR1 => self.mac[((offset - MAC_ADDR0) / 4) as usize],
            HASH0 | HASH1 => self.hash[((offset - HASH0) / 4) as usize],
            DESCRIPTORS..=DESCRIPTORS_END => {
                let word = (offset - DESCRIPTORS) as usize / 4;
                self.descriptors[word / 2][word % 2]
            }
            // Gaps between frames, collisions, flow control.
            0x0C..=0x14 | 0x1C | 0x24 | MIIMODER | 0x50 => env.inert_read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            MODER => self.set_moder(env, value),
            INT_SOURCE => {
                self.int_source &= !value;
                self.present(env);
            }
            INT_MASK => {
                self.int_mask = value;
                self.present(env);
            }
            PACKETLEN => self.packet_len = value,
            TX_BD_NUM => self.tx_bd_num = value.min(DESCRIPTOR_COUNT as u32),
            MIICOMMAND => {
                if value & 0b11 != 0 {
                    self.mii_data = self.read_phy(env);
                }
            }
            MIIADDRESS => self.mii_address = value,
            MIITX_DATA | MIIRX_DATA | MIISTATUS => {}
            MAC_ADDR0 | MAC_ADDR1 => self.mac[((offset - MAC_ADDR0) / 4) as usize] = value,
            HASH0 | HASH1 => self.hash[((offset - HASH0) / 4) as usize] = value,
            DESCRIPTORS..=DESCRIPTORS_END => {
                let word = (offset - DESCRIPTORS) as usize / 4;
                self.descriptors[word / 2][word % 2] = value;
                if word.is_multiple_of(2) && value & OWNED_BY_MAC != 0 {
                    if word / 2 < self.tx_bd_num as usize { self.send(env) } else { self.fill(env) }
                }
            }
            0x0C..=0x14 | 0x1C | 0x24 | MIIMODER | 0x50 => env.inert_write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.present(env);
    }
}
