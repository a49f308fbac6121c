//! EFUSE: the one-time programmable memory; TRM chapter 4. An ESP32-C3 of revision v0.4 with a MAC address, and otherwise
//! nothing burnt: no security, no calibration. It cannot be programmed.

use super::hub::{Env, Hub};
use super::interrupt::Source;
use hil_sim_core::chip::soc::Device;

const PGM_DATA0: u32 = 0x00;
const PGM_CHECK_VALUE2: u32 = 0x28;
const RD_WR_DIS: u32 = 0x2C;
const RD_MAC_SPI_SYS_0: u32 = 0x44;
const RD_MAC_SPI_SYS_1: u32 = 0x48;
const RD_MAC_SPI_SYS_3: u32 = 0x50;
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

/// READ_CMD with READ_DONE, and PGM_CMD with PGM_DONE.
const READ: u32 = 1 << 0;
const PROGRAM: u32 = 1 << 1;
/// WAFER_VERSION_MINOR_LO: bits 114 to 116 of BLOCK1. The minor version's highest bit and the major version are 0.
const WAFER_VERSION_0_4: u32 = 4 << 18;

/// The MAC address of a chip that was given none.
const MAC: [u8; 6] = [0x7C, 0xDF, 0xA1, 0x00, 0x00, 0x01];

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Efuse {
    mac: [u8; 6],
    int_ena: u32,
    int_raw: u32,
}

impl Default for Efuse {
    fn default() -> Self {
        Self { mac: MAC, int_ena: 0, int_raw: 0 }
    }
}

impl Efuse {
    /// Burns the MAC address at the factory.
    pub(crate) fn set_mac(&mut self, mac: [u8; 6]) {
        self.mac = mac;
    }

    fn burnt(&self, offset: u32) -> u32 {
        let [a, b, c, d, e, f] = self.mac;
        match offset {
            RD_MAC_SPI_SYS_0 => u32::from_be_bytes([c, d, e, f]),
            RD_MAC_SPI_SYS_1 => u32::from_be_bytes([0, 0, a, b]),
            RD_MAC_SPI_SYS_3 => WAFER_VERSION_0_4,
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
            PGM_DATA0..=PGM_CHECK_VALUE2 | CLK | CONF | DAC_CONF | RD_TIM_CONF | WR_TIM_CONF1 | WR_TIM_CONF2 => {
                env.inert_read(offset)
            }
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CMD => {
                if value & PROGRAM != 0 {
                    env.unsupported("programming; nothing is burnt");
                }
                self.int_raw |= value & (READ | PROGRAM);
            }
            INT_ENA => self.int_ena = value & (READ | PROGRAM),
            INT_CLR => self.int_raw &= !value,
            RD_WR_DIS..=RD_RS_ERR1 | STATUS | INT_RAW | INT_ST | DATE => return,
            PGM_DATA0..=PGM_CHECK_VALUE2 | CLK | CONF | DAC_CONF | RD_TIM_CONF | WR_TIM_CONF1 | WR_TIM_CONF2 => {
                return env.inert_write(offset, value);
            }
            _ => return env.unmodelled_write(offset, value),
        }
        self.present_interrupt(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self { mac: self.mac, ..Self::default() };
        self.present_interrupt(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::ResetCause;
    use crate::soc::rig::Rig;

    const BASE: u32 = 0x6000_8800;

    #[test]
    fn the_mac_address_stays_through_resets() {
        let mut rig = Rig::new();
        rig.soc.set_mac([2, 0, 0, 0xA, 0xB, 0xC]);
        let now = rig.now();
        rig.soc.reset(&mut rig.memory, now, ResetCause::PowerOn);
        assert_eq!(rig.read(BASE + RD_MAC_SPI_SYS_0), 0x000A_0B0C);
        assert_eq!(rig.read(BASE + RD_MAC_SPI_SYS_1), 0x0200);
    }

    #[test]
    fn reading_again_is_done_at_once_and_programming_is_reported() {
        let mut rig = Rig::new();
        rig.write(BASE + INT_ENA, READ);
        rig.write(BASE + CMD, READ);
        assert!(rig.is_raised(Source::EFUSE.0));
        assert_eq!(rig.reports(), [""; 0]);
        rig.write(BASE + CMD, PROGRAM);
        assert!(rig.reports()[0].contains("programming"));
    }
}
