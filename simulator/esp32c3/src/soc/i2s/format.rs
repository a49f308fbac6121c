//! How samples lie in a frame and in memory, and how fast the bits come: what the configuration registers of a transmitter
//! and a receiver have in common.

use hil_sim_core::chip::soc::Pace;

// RX_CONF and TX_CONF.
pub(super) const RESET: u32 = 1 << 0;
pub(super) const FIFO_RESET: u32 = 1 << 1;
pub(super) const START: u32 = 1 << 2;
pub(super) const SLAVE_MOD: u32 = 1 << 3;
pub(super) const MONO: u32 = 1 << 5;
const BIG_ENDIAN: u32 = 1 << 7;
pub(super) const UPDATE: u32 = 1 << 8;
pub(super) const PCM_BYPASS: u32 = 1 << 12;
const LEFT_ALIGN: u32 = 1 << 15;
pub(super) const FILL_24_EN: u32 = 1 << 16;
const WS_IDLE_POL: u32 = 1 << 17;
const BIT_ORDER: u32 = 1 << 18;
pub(super) const TDM_EN: u32 = 1 << 19;
pub(super) const PDM_EN: u32 = 1 << 20;
/// Bits that are an order, obeyed at once, and read as 0.
pub(super) const ORDERS: u32 = RESET | FIFO_RESET | UPDATE;

// RX_CONF1 and TX_CONF1.
const MSB_SHIFT: u32 = 1 << 29;

// RX_CLKM_CONF and TX_CLKM_CONF.
const CLK_ACTIVE: u32 = 1 << 26;
const XTAL: u32 = 0;
const PLL_F160M: u32 = 2;
const PLL_F160M_HZ: u32 = 160_000_000;

// RX_CLKM_DIV_CONF and TX_CLKM_DIV_CONF.
const DIV_YN1: u32 = 1 << 27;

/// The registers of one direction.
#[derive(Clone, Hash, Debug)]
pub(super) struct Registers {
    pub(super) conf: u32,
    pub(super) conf1: u32,
    pub(super) clkm_conf: u32,
    pub(super) clkm_div_conf: u32,
    pub(super) tdm_ctrl: u32,
    pub(super) timing: u32,
}

impl Registers {
    pub(super) fn format(&self) -> Format {
        let channel_bits = (self.conf1 >> 24 & 0x1F) + 1;
        Format {
            data_bits: ((self.conf1 >> 13 & 0x1F) + 1).min(channel_bits),
            channel_bits,
            channels: (self.tdm_ctrl >> 16 & 0xF) + 1,
            enabled: self.tdm_ctrl & 0xFFFF,
            word_select_bits: (self.conf1 & 0x7F) + 1,
            word_select_first: self.conf & WS_IDLE_POL != 0,
            shifted: self.conf1 & MSB_SHIFT != 0,
            left_aligned: self.conf & LEFT_ALIGN != 0,
            lsb_first: self.conf & BIT_ORDER != 0,
            big_endian: self.conf & BIG_ENDIAN != 0,
        }
    }

    /// Halves of a bit: the source divided by N + b / a, by BCK_DIV_NUM + 1, and by 2.
    pub(super) fn half_bits(&self) -> Pace {
        let source_hz = match self.clkm_conf >> 27 & 3 {
            _ if self.clkm_conf & CLK_ACTIVE == 0 => 0,
            XTAL => crate::soc::clock::XTAL_HZ,
            PLL_F160M => PLL_F160M_HZ,
            _ => 0,
        };
        let whole = (self.clkm_conf & 0xFF).max(1);
        let (z, y, x) = (self.clkm_div_conf & 0x1FF, self.clkm_div_conf >> 9 & 0x1FF, self.clkm_div_conf >> 18 & 0x1FF);
        let (a, b) = match ((x + 1) * z + y, self.clkm_div_conf & DIV_YN1 != 0) {
            _ if z == 0 => (1, 0),
            (a, false) => (a, z),
            (a, true) => (a, a - z),
        };
        let bit_divider = (self.conf1 >> 7 & 0x3F) + 1;
        Pace { source_hz, cycles: whole * a + b, over: 2 * a }.divided(bit_divider)
    }

    /// What is asked for that the model does not do.
    pub(super) fn unsupported(&self) -> impl Iterator<Item = &'static str> {
        let source = self.clkm_conf >> 27 & 3;
        let asked = [
            (self.conf & PDM_EN != 0, "PDM: data moves at the right rate, but as zeros"),
            (self.conf & (PDM_EN | TDM_EN) == 0, "a mode that is neither TDM nor PDM"),
            (self.conf & (MONO | PDM_EN) == MONO, "mono mode"),
            (self.conf & (PCM_BYPASS | PDM_EN) == 0, "compression by A-law or u-law"),
            (self.conf & FILL_24_EN != 0, "samples of 24 bits in 32"),
            (self.timing != 0, "delays of signals (TIMING)"),
            (source != XTAL && source != PLL_F160M, "this source of the module's clock"),
        ];
        asked.into_iter().filter(|(is, _)| *is).map(|(_, what)| what)
    }

    pub(super) fn is_pdm(&self) -> bool {
        self.conf & PDM_EN != 0
    }
}

/// Frames of channels, and samples within them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Format {
    data_bits: u32,
    pub(super) channel_bits: u32,
    channels: u32,
    /// Channels that have data, a bit each.
    enabled: u32,
    /// How long WS has its first level, and which that is.
    word_select_bits: u32,
    word_select_first: bool,
    /// WS is a bit earlier than the data, as the Philips standard has it.
    shifted: bool,
    left_aligned: bool,
    lsb_first: bool,
    big_endian: bool,
}

impl Format {
    pub(super) fn frame_bits(&self) -> u32 {
        self.channels * self.channel_bits
    }

    /// Bytes of a sample in memory.
    pub(super) fn bytes(&self) -> usize {
        self.data_bits.div_ceil(8) as usize
    }

    pub(super) fn is_enabled(&self, channel: u32) -> bool {
        self.enabled >> channel & 1 == 1
    }

    /// WS while this bit of the frame is on the line.
    pub(super) fn word_select(&self, bit: u32) -> bool {
        let bit = if self.shifted { (bit + 1) % self.frame_bits() } else { bit };
        self.word_select_first ^ (bit >= self.word_select_bits)
    }

    /// The sample that these bytes are in memory.
    pub(super) fn sample(&self, bytes: &[u8]) -> u32 {
        let append = |sample: u32, byte: &u8| sample << 8 | u32::from(*byte);
        if self.big_endian { bytes.iter().fold(0, append) } else { bytes.iter().rev().fold(0, append) }
    }

    /// The bytes in memory of a sample; those that it has come first.
    pub(super) fn to_bytes(self, sample: u32) -> [u8; 4] {
        let mut bytes = sample.to_le_bytes();
        if self.big_endian {
            bytes[..self.bytes()].reverse();
        }
        bytes
    }

    /// The bit of a sample that is sent as this bit of its channel.
    pub(super) fn bit_of(&self, sample: u32, bit: u32) -> bool {
        self.place(bit).is_some_and(|place| sample >> place & 1 == 1)
    }

    /// Adds to a sample what was received as this bit of its channel.
    pub(super) fn with_bit(&self, sample: u32, bit: u32, level: bool) -> u32 {
        self.place(bit).map_or(sample, |place| sample & !(1 << place) | u32::from(level) << place)
    }

    /// Where in the sample a bit of the channel belongs. None for those that fill the channel up.
    fn place(&self, bit: u32) -> Option<u32> {
        let first = if self.left_aligned { 0 } else { self.channel_bits - self.data_bits };
        let n = bit.checked_sub(first).filter(|n| *n < self.data_bits)?;
        Some(if self.lsb_first { n } else { self.data_bits - 1 - n })
    }
}
