//! The registers that say how a transaction of the master goes, as they are when UPDATE brings them into the module.

use crate::soc::clock::XTAL_HZ;
use hil_sim_core::time::Span;

// CTRL.
const FADDR_DUAL: u32 = 1 << 5;
const FADDR_QUAD: u32 = 1 << 6;
const FCMD_DUAL: u32 = 1 << 8;
const FCMD_QUAD: u32 = 1 << 9;
const FREAD_DUAL: u32 = 1 << 14;
const FREAD_QUAD: u32 = 1 << 15;
const DUMMY_OUT: u32 = 1 << 3;
const D_POL: u32 = 1 << 19;
const RD_BIT_ORDER: u32 = 1 << 25;
const WR_BIT_ORDER: u32 = 1 << 26;

// USER.
const DOUTDIN: u32 = 1 << 0;
const QPI_MODE: u32 = 1 << 3;
const CS_HOLD: u32 = 1 << 6;
const CS_SETUP: u32 = 1 << 7;
const CK_OUT_EDGE: u32 = 1 << 9;
const FWRITE_DUAL: u32 = 1 << 12;
const FWRITE_QUAD: u32 = 1 << 13;
const USR_CONF_NXT: u32 = 1 << 15;
const SIO: u32 = 1 << 17;
const USR_MISO_HIGHPART: u32 = 1 << 24;
const USR_MOSI_HIGHPART: u32 = 1 << 25;
const USR_DUMMY_IDLE: u32 = 1 << 26;
const USR_MOSI: u32 = 1 << 27;
const USR_MISO: u32 = 1 << 28;
const USR_DUMMY: u32 = 1 << 29;
const USR_ADDR: u32 = 1 << 30;
const USR_COMMAND: u32 = 1 << 31;

// USER2.
const MST_REMPTY_ERR_END_EN: u32 = 1 << 27;

// MISC.
const CK_DIS: u32 = 1 << 6;
const MASTER_CS_POL_SHIFT: u32 = 7;
const CK_IDLE_EDGE: u32 = 1 << 29;
const CS_KEEP_ACTIVE: u32 = 1 << 30;
const QUAD_DIN_PIN_SWAP: u32 = 1 << 31;

const CLK_EQU_SYSCLK: u32 = 1 << 31;
const PLL_HZ: u32 = 80_000_000;

/// What happens in a part of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum PhaseKind {
    Command,
    Address,
    Dummy,
    /// Data, to the slave, from it, or both.
    Data {
        out: bool,
        into: bool,
    },
}

/// A part of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Phase {
    pub(super) kind: PhaseKind,
    /// Data lines: 1, 2 or 4.
    pub(super) lines: u32,
    /// Its first cycle of the clock, counted from the beginning of the transaction.
    pub(super) first: u32,
    pub(super) cycles: u32,
}

/// Times of the clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct ClockTimes {
    pub(super) period: Span,
    /// From the beginning of a period to the edge in its middle.
    pub(super) middle: Span,
}

#[derive(Clone, Hash, Debug)]
pub(super) struct Config {
    pub(super) addr: u32,
    pub(super) ctrl: u32,
    pub(super) clock: u32,
    pub(super) user: u32,
    pub(super) user1: u32,
    pub(super) user2: u32,
    pub(super) ms_dlen: u32,
    pub(super) misc: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            addr: 0,
            ctrl: 0x003C_0000,
            clock: 0x8000_3043,
            user: 0x8000_00C0,
            user1: 0xB841_0007,
            user2: 0x7800_0000,
            ms_dlen: 0,
            misc: 0x3E,
        }
    }
}

impl Config {
    /// CPOL: the clock's level when idle.
    pub(super) fn clock_idles_high(&self) -> bool {
        self.misc & CK_IDLE_EDGE != 0
    }

    /// CPHA: data changes with the first edge of a period, and is sampled with the second.
    pub(super) fn samples_late(&self) -> bool {
        self.clock_idles_high() != (self.user & CK_OUT_EDGE != 0)
    }

    pub(super) fn clock_is_output(&self) -> bool {
        self.misc & CK_DIS == 0
    }

    /// Level of chip select `n`, 0 to 5.
    pub(super) fn chip_select(&self, n: u32, active: bool) -> bool {
        let enabled = self.misc >> n & 1 == 0;
        let inverted = self.misc >> (MASTER_CS_POL_SHIFT + n) & 1 == 1;
        (active && enabled) == inverted
    }

    pub(super) fn keeps_chip_select(&self) -> bool {
        self.misc & CS_KEEP_ACTIVE != 0
    }

    /// Level of FSPID when nothing is sent.
    pub(super) fn idle_data(&self) -> bool {
        self.ctrl & D_POL != 0
    }

    /// Whether FSPID is an output when nothing is sent: not where it is also an input.
    pub(super) fn drives_idle_data(&self) -> bool {
        let shared = self.user & (SIO | QPI_MODE | FWRITE_DUAL | FWRITE_QUAD) | self.ctrl & (FREAD_DUAL | FREAD_QUAD);
        shared == 0
    }

    pub(super) fn drives_dummy(&self) -> bool {
        self.ctrl & DUMMY_OUT != 0
    }

    pub(super) fn clock_rests_in_dummy(&self) -> bool {
        self.user & USR_DUMMY_IDLE != 0
    }

    /// One line for both directions.
    pub(super) fn is_three_wire(&self) -> bool {
        self.user & SIO != 0
    }

    pub(super) fn reads_lsb_first(&self) -> bool {
        self.ctrl & RD_BIT_ORDER != 0
    }

    pub(super) fn writes_lsb_first(&self) -> bool {
        self.ctrl & WR_BIT_ORDER != 0
    }

    /// The first word of the buffer for data that is sent.
    pub(super) fn out_word(&self) -> usize {
        if self.user & USR_MOSI_HIGHPART != 0 { 8 } else { 0 }
    }

    /// The first word of the buffer for data that is received.
    pub(super) fn in_word(&self) -> usize {
        if self.user & USR_MISO_HIGHPART != 0 { 8 } else { 0 }
    }

    /// A transaction ends when the data to send runs out.
    pub(super) fn ends_when_empty(&self) -> bool {
        self.user2 & MST_REMPTY_ERR_END_EN != 0
    }

    /// What is asked for and not modelled.
    pub(super) fn unsupported(&self) -> Option<&'static str> {
        if self.user & USR_CONF_NXT != 0 {
            Some("USR_CONF_NXT: a transaction configured by DMA")
        } else if self.misc & QUAD_DIN_PIN_SWAP != 0 {
            Some("QUAD_DIN_PIN_SWAP")
        } else {
            None
        }
    }

    /// Bits of each data phase.
    pub(super) fn data_bits(&self) -> u32 {
        (self.ms_dlen & 0x3_FFFF) + 1
    }

    pub(super) fn clock_times(&self, from_pll: bool) -> ClockTimes {
        let source = Span::of_cycles(1, if from_pll { PLL_HZ } else { XTAL_HZ });
        let divider = u64::from(self.clock >> 12 & 0x3F) + 1;
        if self.clock & CLK_EQU_SYSCLK != 0 || divider == 1 && self.clock >> 18 & 0xF == 0 {
            return ClockTimes { period: source, middle: Span::from_ps(source.ps() / 2) };
        }
        let tick = source.times(u64::from(self.clock >> 18 & 0xF) + 1);
        let period = tick.times(divider);
        let high = u64::from(self.clock >> 6 & 0x3F) + 1;
        let middle = match divider.checked_sub(high) {
            Some(low @ 1..) => tick.times(low),
            _ => Span::from_ps(period.ps() / 2),
        };
        ClockTimes { period, middle }
    }

    /// Periods of the clock from chip select to the first one that is seen, and from the last one to its end.
    pub(super) fn chip_select_cycles(&self) -> (u64, u64) {
        let setup = if self.user & CS_SETUP != 0 { u64::from(self.user1 >> 17 & 0x1F) + 1 } else { 0 };
        let hold = if self.user & CS_HOLD != 0 { u64::from(self.user1 >> 22 & 0x1F) + 1 } else { 0 };
        (setup, hold)
    }

    pub(super) fn phases(&self) -> Vec<Phase> {
        let mut phases = Vec::with_capacity(5);
        let mut first = 0;
        let mut add = |kind, lines: u32, cycles: u32| {
            phases.push(Phase { kind, lines, first, cycles });
            first += cycles;
        };
        let lines = |dual, quad| match (dual || quad, quad || self.user & QPI_MODE != 0) {
            (_, true) => 4,
            (true, false) => 2,
            (false, false) => 1,
        };
        if self.user & USR_COMMAND != 0 {
            let lines = lines(self.ctrl & FCMD_DUAL != 0, self.ctrl & FCMD_QUAD != 0);
            add(PhaseKind::Command, lines, self.command_bits().div_ceil(lines));
        }
        if self.user & USR_ADDR != 0 {
            let lines = lines(self.ctrl & FADDR_DUAL != 0, self.ctrl & FADDR_QUAD != 0);
            add(PhaseKind::Address, lines, ((self.user1 >> 27) + 1).div_ceil(lines));
        }
        if self.user & USR_DUMMY != 0 {
            add(PhaseKind::Dummy, 1, (self.user1 & 0xFF) + 1);
        }
        let (out, into) = (self.user & USR_MOSI != 0, self.user & USR_MISO != 0);
        let out_lines = lines(self.user & FWRITE_DUAL != 0, self.user & FWRITE_QUAD != 0);
        let in_lines = lines(self.ctrl & FREAD_DUAL != 0, self.ctrl & FREAD_QUAD != 0);
        let bits = self.data_bits();
        if self.user & DOUTDIN != 0 {
            if out || into {
                let lines = if out { out_lines } else { in_lines };
                add(PhaseKind::Data { out, into }, lines, bits.div_ceil(lines));
            }
        } else {
            if out {
                add(PhaseKind::Data { out: true, into: false }, out_lines, bits.div_ceil(out_lines));
            }
            if into {
                add(PhaseKind::Data { out: false, into: true }, in_lines, bits.div_ceil(in_lines));
            }
        }
        phases
    }

    fn command_bits(&self) -> u32 {
        (self.user2 >> 28) + 1
    }

    /// The command in the order of sending: the lower byte first.
    pub(super) fn command(&self) -> [u8; 2] {
        (self.user2 as u16).to_le_bytes()
    }

    /// The address in the order of sending: the highest byte first.
    pub(super) fn address(&self) -> [u8; 4] {
        self.addr.to_be_bytes()
    }
}
