//! Registers of RTC_CNTL that keep what is written to them: supplies, oscillators, pads in sleep, and the general ones
//! for the firmware.

use crate::soc::clock::RC_FAST_DIV;
use crate::soc::clock::RC_SLOW_HZ;
use hil_sim_core::chip::soc::Rate;
use hil_sim_core::chip::soc::Registers;

const CLK_CONF: u32 = 0x70;
const SLOW_CLK_CONF: u32 = 0x74;
const PWC: u32 = 0x84;
const DIG_ISO: u32 = 0x8C;
const PAD_HOLD: u32 = 0xD0;
const DIG_PAD_HOLD: u32 = 0xD4;
/// The last register before the date.
const LAST: u32 = 0x124;
const WORDS: usize = LAST as usize / 4 + 1;

const PAD_FORCE_HOLD: u32 = 1 << 21;
const DG_PAD_FORCE_UNHOLD: u32 = 1 << 14;
const DG_PAD_FORCE_HOLD: u32 = 1 << 15;
/// GPIO0 to GPIO5.
const RTC_PADS: u32 = 0x3F;

/// Reset values that are not 0, by offset.
const RESET_VALUES: &[(u32, u32)] = &[
    (0x00, 0x1C00_A000),
    (0x1C, 0x2814_0403),
    (0x20, 0x0100_0000),
    (0x24, 0x0A08_0A08),
    (0x28, 0x1020_0A08),
    (0x2C, 0x0000_8000),
    (0x30, 0x0A08_0000),
    (0x34, 0x00C4_0000),
    (0x38, 0x0000_3000),
    (0x3C, 0x0006_0000),
    (0x60, 0x0006_6C80),
    (CLK_CONF, 0x1158_3218),
    (SLOW_CLK_CONF, 0x0040_0000),
    (0x78, 0x0AB0_BE0A),
    (0x7C, 0x0001_0800),
    (0x80, 0xA000_0000),
    (0x88, 0x0055_5010),
    (0x8C, 0xAA80_5080),
    (0xD8, 0x43FF_0010),
    (0xE8, 0x0FF0_0000),
    (0xFC, 0x0000_C800),
    (0x108, 0xA0D0_0000),
    (0x10C, 0x0000_0007),
];

/// Bits that always read as 0: commands, and the brown-out detector's output.
const ZERO_BITS: &[(u32, u32)] = &[
    // OPTIONS0: resets.
    (0x00, 1 << 31 | 1 << 5 | 1 << 4),
    // TIME_UPDATE.
    (0x0C, 1 << 31),
    // STATE0: SLEEP_EN ends with the sleep, and two commands.
    (0x18, 1 << 31 | 0b11),
    // DIG_ISO: CLR_DG_PAD_AUTOHOLD.
    (0x8C, 1 << 10),
    // BROWN_OUT: DET and CNT_CLR.
    (0xD8, 1 << 31 | 1 << 29),
];

/// What ESP-IDF's bootloader leaves for the firmware: STORE1 the slow clock's period in us with 19 bits behind the
/// point, STORE4 the crystal's frequency in MHz and STORE5 that of APB in units of 4096 Hz, both twice.
const BY_BOOTLOADER: [(u32, u32); 3] =
    [(0x54, ((1_000_000 << 19) / RC_SLOW_HZ as u64) as u32), (0xB8, 0x0028_0028), (0xBC, 0x4C4B_4C4B)];

#[derive(Clone, Hash, Debug)]
pub(super) struct Storage {
    registers: Registers<WORDS>,
}

impl Default for Storage {
    fn default() -> Self {
        let mut registers = Registers::new(RESET_VALUES);
        for (offset, value) in BY_BOOTLOADER {
            registers.write(offset, value);
        }
        Self { registers }
    }
}

impl Storage {
    /// Whether there is such a register.
    pub(super) fn has(offset: u32) -> bool {
        offset <= LAST
    }

    pub(super) fn read(&self, offset: u32) -> u32 {
        self.registers.read(offset)
    }

    pub(super) fn write(&mut self, offset: u32, value: u32) {
        let zero = ZERO_BITS.iter().find(|(o, _)| *o == offset).map_or(0, |(_, bits)| *bits);
        self.registers.write(offset, value & !zero);
    }

    /// The GPIOs whose pads are to stay as they are. GPIO0 to GPIO5 belong to the RTC, the others to the digital core.
    pub(super) fn held_pads(&self) -> u32 {
        let rtc = if self.read(PWC) & PAD_FORCE_HOLD != 0 { RTC_PADS } else { self.read(PAD_HOLD) & RTC_PADS };
        let digital = match self.read(DIG_ISO) {
            iso if iso & DG_PAD_FORCE_UNHOLD != 0 => 0,
            iso if iso & DG_PAD_FORCE_HOLD != 0 => !RTC_PADS,
            _ => self.read(DIG_PAD_HOLD) & !RTC_PADS,
        };
        rtc | digital
    }

    /// ANA_CLK_RTC_SEL.
    fn slow_source(&self) -> u32 {
        self.read(CLK_CONF) >> 30
    }

    pub(super) fn wants_crystal(&self) -> bool {
        self.slow_source() == 1
    }

    /// RTC_SLOW_CLK. Without the crystal that it may be asked for, the RC oscillator.
    pub(super) fn slow_clock(&self) -> Rate {
        let divider = (self.read(SLOW_CLK_CONF) >> 23 & 0xFF) + 1;
        match self.slow_source() {
            2 => RC_FAST_DIV,
            _ => Rate::new(RC_SLOW_HZ, divider),
        }
    }
}
