//! EFUSE: the one-time programmable memory; TRM chapter 4. An ESP32-C3 of revision v0.4 with a MAC address, and otherwise
//! nothing burnt but the calibration of an ideal converter: no security. What firmware burns stays burnt as long as the
//! machine lives, and has no effect of its own.

use super::hub::{Env, Hub};
use super::interrupt::Source;
use hil_sim_core::chip::soc::Device;

const PGM_DATA0: u32 = 0x00;
const PGM_DATA7: u32 = 0x1C;
const PGM_CHECK_VALUE2: u32 = 0x28;
const RD_WR_DIS: u32 = 0x2C;
const RD_MAC_SPI_SYS_0: u32 = 0x44;
const RD_MAC_SPI_SYS_1: u32 = 0x48;
const RD_MAC_SPI_SYS_3: u32 = 0x50;
const RD_SYS_PART1_DATA4: u32 = 0x6C;
const RD_RS_ERR1: u32 = 0x1C4;
const CLK: u32 = 0x1C8;
const CONF: u32 = 0x1CC;
const STATUS: u32 = 0x1D0;
const CMD: u32 = 0x1D4;
const INT_RAW: u32 = 0x1D8;
const INT_ST: u32 = 0x1DC;
const INT_ENA: u32 = 0x1E0;
const INT_CLR: u32 = 0x1E4;
const DAC_CONF: u32 = 0x1E8;
const RD_TIM_CONF: u32 = 0x1EC;
const WR_TIM_CONF1: u32 = 0x1F0;
const WR_TIM_CONF2: u32 = 0x1F4;
const DATE: u32 = 0x1FC;

/// The first register that shows each block, and its words; TRM, table "Registers to program and read".
const BLOCKS: [(u32, usize); 11] = [
    (RD_WR_DIS, 6),
    (RD_MAC_SPI_SYS_0, 6),
    (0x5C, 8),
    (0x7C, 8),
    (0x9C, 8),
    (0xBC, 8),
    (0xDC, 8),
    (0xFC, 8),
    (0x11C, 8),
    (0x13C, 8),
    (0x15C, 8),
];
/// Words of all blocks.
const WORDS: usize = 84;
/// CONF.OP_CODE for programming.
const OP_PROGRAM: u32 = 0x5A5A;
/// Fuses of block 0 that change what the chip does with its flash: SPI_BOOT_CRYPT_CNT and SECURE_BOOT_EN, by word.
const SECURITY: [(usize, u32); 2] = [(2, 7 << 18), (3, 1 << 20)];

/// READ_CMD with READ_DONE, and PGM_CMD with PGM_DONE.
const READ: u32 = 1 << 0;
const PROGRAM: u32 = 1 << 1;
/// WAFER_VERSION_MINOR_LO: bits 114 to 116 of BLOCK1. The minor version's highest bit and the major version are 0.
const WAFER_VERSION_0_4: u32 = 4 << 18;

/// BLK_VERSION_MAJOR: bits 128 and 129 of BLOCK2. With 1, its other fields are the differences of this chip's converter, voltage
/// reference and temperature sensor from the ideal ones; ESP-IDF's `esp_efuse_table.csv` and `esp_efuse_rtc_calib.c`. All are 0.
const BLOCK2_CALIBRATED: u32 = 1;

/// The MAC address of a chip that was given none.
const MAC: [u8; 6] = [0x7C, 0xDF, 0xA1, 0x00, 0x00, 0x01];

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Efuse {
    mac: [u8; 6],
    /// What firmware has burnt, by register from RD_WR_DIS on, and as much of it as the registers show.
    fuses: [u32; WORDS],
    shown: [u32; WORDS],
    /// PGM_DATA, of the bits that are to be burnt.
    data: [u32; 8],
    conf: u32,
    int_ena: u32,
    int_raw: u32,
}

impl Default for Efuse {
    fn default() -> Self {
        Self { mac: MAC, fuses: [0; WORDS], shown: [0; WORDS], data: [0; 8], conf: 0, int_ena: 0, int_raw: 0 }
    }
}

impl Efuse {
    /// Burns the MAC address at the factory.
    pub(crate) fn set_mac(&mut self, mac: [u8; 6]) {
        self.mac = mac;
    }

    /// Burns the data into a block.
    fn program(&mut self, env: &mut Env<'_>, block: usize) {
        let Some((first, words)) = BLOCKS.get(block).copied() else {
            return env.unsupported(format!("programming of block {block}, which there is not"));
        };
        if self.conf & 0xFFFF != OP_PROGRAM {
            return env.unsupported("programming without its code in CONF; nothing is burnt");
        }
        let first = ((first - RD_WR_DIS) / 4) as usize;
        let fuses = &mut self.fuses[first..first + words];
        fuses.iter_mut().zip(self.data).for_each(|(fuse, data)| *fuse |= data);
        if block == 0 && SECURITY.iter().any(|(word, bits)| self.fuses[*word] & bits != 0) {
            env.unsupported("flash encryption or secure boot; the fuse is burnt, and the flash is read as before");
        }
    }

    fn burnt(&self, offset: u32) -> u32 {
        let burnt = self.shown.get(((offset - RD_WR_DIS) / 4) as usize).copied().unwrap_or(0);
        burnt | self.factory(offset)
    }

    /// What was burnt before the firmware came.
    fn factory(&self, offset: u32) -> u32 {
        let [a, b, c, d, e, f] = self.mac;
        match offset {
            RD_MAC_SPI_SYS_0 => u32::from_be_bytes([c, d, e, f]),
            RD_MAC_SPI_SYS_1 => u32::from_be_bytes([0, 0, a, b]),
            RD_MAC_SPI_SYS_3 => WAFER_VERSION_0_4,
            RD_SYS_PART1_DATA4 => BLOCK2_CALIBRATED,
            _ => 0,
        }
    }

    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::EFUSE, self.int_raw & self.int_ena != 0);
    }
}

impl Device<Hub> for Efuse {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            RD_WR_DIS..=RD_RS_ERR1 => self.burnt(offset),
            // The controller is idle and its commands end at once.
            STATUS | CMD | INT_CLR => 0,
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_ENA => self.int_ena,
            DATE => 0x0200_7200,
            PGM_DATA0..=PGM_DATA7 => self.data[offset as usize / 4],
            CONF => self.conf,
            PGM_DATA0..=PGM_CHECK_VALUE2 | CLK | DAC_CONF | RD_TIM_CONF | WR_TIM_CONF1 | WR_TIM_CONF2 => {
                env.inert_read(offset)
            }
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CMD => {
                if value & PROGRAM != 0 {
                    self.program(env, (value >> 2 & 0xF) as usize);
                }
                if value & READ != 0 {
                    self.shown = self.fuses;
                }
                self.int_raw |= value & (READ | PROGRAM);
            }
            INT_ENA => self.int_ena = value & (READ | PROGRAM),
            INT_CLR => self.int_raw &= !value,
            RD_WR_DIS..=RD_RS_ERR1 | STATUS | INT_RAW | INT_ST | DATE => return,
            PGM_DATA0..=PGM_DATA7 => self.data[offset as usize / 4] = value,
            CONF => self.conf = value,
            PGM_DATA0..=PGM_CHECK_VALUE2 | CLK | DAC_CONF | RD_TIM_CONF | WR_TIM_CONF1 | WR_TIM_CONF2 => {
                return env.inert_write(offset, value);
            }
            _ => return env.unmodelled_write(offset, value),
        }
        self.present_interrupt(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self { mac: self.mac, fuses: self.fuses, shown: self.fuses, ..Self::default() };
        self.present_interrupt(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::ResetCause;
    use crate::soc::Start;
    use crate::soc::rig::Rig;

    const BASE: u32 = 0x6000_8800;

    #[test]
    fn the_mac_address_stays_through_resets() {
        let mut rig = Rig::new();
        rig.soc.set_mac([2, 0, 0, 0xA, 0xB, 0xC]);
        let now = rig.now();
        rig.soc.reset(&mut rig.memory, now, ResetCause::PowerOn, Start::App);
        assert_eq!(rig.read(BASE + RD_MAC_SPI_SYS_0), 0x000A_0B0C);
        assert_eq!(rig.read(BASE + RD_MAC_SPI_SYS_1), 0x0200);
    }

    #[test]
    fn the_calibration_is_that_of_an_ideal_converter() {
        let mut rig = Rig::new();
        let block2: Vec<u32> = (0..8).map(|word| rig.read(BASE + 0x5C + 4 * word)).collect();
        assert_eq!(block2, [0, 0, 0, 0, BLOCK2_CALIBRATED, 0, 0, 0]);
    }

    #[test]
    fn reading_again_is_done_at_once() {
        let mut rig = Rig::new();
        rig.write(BASE + INT_ENA, READ);
        rig.write(BASE + CMD, READ);
        assert!(rig.is_raised(Source::EFUSE.0));
        assert_eq!(rig.reports(), [""; 0]);
    }

    fn burn(rig: &mut Rig, block: u32, word: u32, value: u32) {
        (0..8).for_each(|at| rig.write(BASE + 4 * at, if at == word { value } else { 0 }));
        rig.write(BASE + CONF, OP_PROGRAM);
        rig.write(BASE + CMD, PROGRAM | block << 2);
    }

    #[test]
    fn fuses_can_only_be_set_and_show_when_they_are_read_again() {
        let mut rig = Rig::new();
        burn(&mut rig, 3, 1, 0xF0);
        assert_eq!(rig.read(BASE + 0x80), 0);
        rig.write(BASE + CMD, READ);
        assert_eq!(rig.read(BASE + 0x80), 0xF0);
        burn(&mut rig, 3, 1, 0x0F);
        let now = rig.now();
        rig.soc.reset(&mut rig.memory, now, ResetCause::PowerOn, Start::Rom);
        assert_eq!(rig.read(BASE + 0x80), 0xFF);
        assert_eq!(rig.reports(), [""; 0]);
    }

    #[test]
    fn fuses_that_would_change_the_chip_are_told() {
        let mut rig = Rig::new();
        rig.write(BASE + CMD, PROGRAM);
        burn(&mut rig, 11, 0, 1);
        burn(&mut rig, 0, 2, 1 << 18);
        let reports = rig.reports();
        let words = ["without its code", "block 11", "flash encryption"];
        assert_eq!(reports.len(), words.len(), "{reports:?}");
        assert!(reports.iter().zip(words).all(|(report, words)| report.contains(words)), "{reports:?}");
    }
}
