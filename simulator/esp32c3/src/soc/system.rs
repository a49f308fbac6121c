//! SYSTEM: the clock of the core, clocks and resets of peripherals, and interrupts that software raises; TRM chapters
//! 6 and 16.

use super::clock::{Clocks, XTAL_HZ};
use super::hub::{Env, Hub};
use super::interrupt::Source;
use crate::crc::crc32;
use crate::map::RTC_FAST;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::mem::Width;

const CPU_PERI_CLK_EN: u32 = 0x00;
const CPU_PERI_RST_EN: u32 = 0x04;
const CPU_PER_CONF: u32 = 0x08;
const MEM_PD_MASK: u32 = 0x0C;
const PERIP_CLK_EN0: u32 = 0x10;
const PERIP_CLK_EN1: u32 = 0x14;
const PERIP_RST_EN0: u32 = 0x18;
const PERIP_RST_EN1: u32 = 0x1C;
const BT_LPCK_DIV_INT: u32 = 0x20;
const BT_LPCK_DIV_FRAC: u32 = 0x24;
const CPU_INTR_FROM_CPU_0: u32 = 0x28;
const CPU_INTR_FROM_CPU_3: u32 = 0x34;
const RSA_PD_CTRL: u32 = 0x38;
const EDMA_CTRL: u32 = 0x3C;
const CACHE_CONTROL: u32 = 0x40;
const EXTERNAL_DEVICE_ENCRYPT_DECRYPT_CONTROL: u32 = 0x44;
const RTC_FASTMEM_CONFIG: u32 = 0x48;
const RTC_FASTMEM_CRC: u32 = 0x4C;
const REDUNDANT_ECO_CTRL: u32 = 0x50;
const CLOCK_GATE: u32 = 0x54;
const SYSCLK_CONF: u32 = 0x58;
const MEM_PVT: u32 = 0x5C;
const DATE: u32 = 0xFFC;

/// RTC_FASTMEM_CONFIG: RTC_MEM_CRC_START, and RTC_MEM_CRC_FINISH, which is read only.
const CRC_START: u32 = 1 << 8;
const CRC_FINISH: u32 = 1 << 31;

const SOURCE_PLL: u32 = 1;
const SOURCE_RC_FAST: u32 = 2;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct System {
    cpu_per_conf: u32,
    sysclk_conf: u32,
    from_cpu: u8,
    clk_en: [u32; 2],
    rst_en: [u32; 2],
    rtc_fastmem_config: u32,
    rtc_fastmem_crc: u32,
}

impl Default for System {
    fn default() -> Self {
        Self {
            // As the bootloader leaves them: PLL, 80 MHz; the crystal has 40 MHz.
            cpu_per_conf: 0xC,
            sysclk_conf: SOURCE_PLL << 10 | 40 << 12,
            from_cpu: 0,
            clk_en: [0xF9C1_E06F, 0x0000_0200],
            rst_en: [0, 0x0000_01FE],
            rtc_fastmem_config: 0x7FF0_0000,
            rtc_fastmem_crc: 0,
        }
    }
}

impl System {
    /// Reset values; TRM section 16.5.
    pub(crate) fn at_reset() -> Self {
        Self { cpu_per_conf: 0xC, sysclk_conf: 1 | 40 << 12, ..Self::default() }
    }

    /// RTC_FASTMEM_CONFIG. The checksum of RTC fast memory is there at once: ESP-IDF takes it before deep sleep, and the ROM
    /// compares it before it jumps to a wake stub. Which CRC the chip computes is not in the manual, and nobody but the two
    /// looks at it: this is CRC-32, over RTC_MEM_CRC_LEN + 1 words from RTC_MEM_CRC_ADDR on.
    fn set_rtc_fastmem_config(&mut self, env: &mut Env<'_>, value: u32) {
        self.rtc_fastmem_config = value & !CRC_FINISH | self.rtc_fastmem_config & CRC_FINISH;
        if value & CRC_START == 0 {
            return;
        }
        let (first, last) = (value >> 9 & 0x7FF, value >> 20 & 0x7FF);
        let words = (0..=last).map_while(|word| {
            let address = RTC_FAST.start + 4 * (first + word);
            env.memory.read(address, Width::Word).ok()
        });
        let bytes: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
        self.rtc_fastmem_crc = crc32(&bytes);
        self.rtc_fastmem_config |= CRC_FINISH;
    }

    fn clocks(&self) -> Clocks {
        let divider = (self.sysclk_conf & 0x3FF) + 1;
        match self.sysclk_conf >> 10 & 3 {
            SOURCE_PLL => {
                let cpu_hz = if self.cpu_per_conf & 3 == 0 { 80_000_000 } else { 160_000_000 };
                Clocks { cpu_hz, apb_hz: 80_000_000 }
            }
            SOURCE_RC_FAST => {
                let hz = super::clock::RC_FAST_HZ / divider;
                Clocks { cpu_hz: hz, apb_hz: hz }
            }
            _ => Clocks { cpu_hz: XTAL_HZ / divider, apb_hz: XTAL_HZ / divider },
        }
    }

    /// Gives the core the frequency that the registers ask for.
    fn apply(&mut self, env: &mut Env<'_>) {
        let (was, clocks) = (env.hub.clocks, self.clocks());
        if was != clocks {
            env.common.set_frequency(clocks.cpu_hz);
            env.hub.clocks = clocks;
            env.hub.clocks_changed = true;
        }
    }
}

impl Device<Hub> for System {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            CPU_PER_CONF => self.cpu_per_conf,
            SYSCLK_CONF => self.sysclk_conf,
            PERIP_CLK_EN0 | PERIP_CLK_EN1 => self.clk_en[(offset - PERIP_CLK_EN0) as usize / 4],
            PERIP_RST_EN0 | PERIP_RST_EN1 => self.rst_en[(offset - PERIP_RST_EN0) as usize / 4],
            CPU_INTR_FROM_CPU_0..=CPU_INTR_FROM_CPU_3 => {
                u32::from(self.from_cpu >> ((offset - CPU_INTR_FROM_CPU_0) / 4) & 1)
            }
            RTC_FASTMEM_CONFIG => self.rtc_fastmem_config,
            RTC_FASTMEM_CRC => self.rtc_fastmem_crc,
            DATE => 0x0200_7150,
            CPU_PERI_CLK_EN
            | CPU_PERI_RST_EN
            | MEM_PD_MASK
            | BT_LPCK_DIV_INT
            | BT_LPCK_DIV_FRAC
            | RSA_PD_CTRL
            | EDMA_CTRL
            | CACHE_CONTROL
            | EXTERNAL_DEVICE_ENCRYPT_DECRYPT_CONTROL
            | REDUNDANT_ECO_CTRL
            | CLOCK_GATE
            | MEM_PVT => env.inert_read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {}

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CPU_PER_CONF => {
                self.cpu_per_conf = value;
                self.apply(env);
            }
            SYSCLK_CONF => {
                // CLK_XTAL_FREQ and CLK_DIV_EN are read only.
                self.sysclk_conf = value & 0xFFF | 40 << 12;
                self.apply(env);
            }
            PERIP_CLK_EN0 | PERIP_CLK_EN1 => self.clk_en[(offset - PERIP_CLK_EN0) as usize / 4] = value,
            PERIP_RST_EN0 | PERIP_RST_EN1 => {
                let index = (offset - PERIP_RST_EN0) as usize / 4;
                let asserted = value & !self.rst_en[index];
                self.rst_en[index] = value;
                env.hub.peripheral_resets |= u64::from(asserted) << (32 * index);
            }
            CPU_INTR_FROM_CPU_0..=CPU_INTR_FROM_CPU_3 => {
                let number = ((offset - CPU_INTR_FROM_CPU_0) / 4) as u8;
                self.from_cpu = self.from_cpu & !(1 << number) | ((value & 1) as u8) << number;
                env.interrupt(Source(Source::FROM_CPU_0.0 + number), value & 1 == 1);
            }
            RTC_FASTMEM_CONFIG => self.set_rtc_fastmem_config(env, value),
            DATE | RTC_FASTMEM_CRC => {}
            CPU_PERI_CLK_EN
            | CPU_PERI_RST_EN
            | MEM_PD_MASK
            | BT_LPCK_DIV_INT
            | BT_LPCK_DIV_FRAC
            | RSA_PD_CTRL
            | EDMA_CTRL
            | CACHE_CONTROL
            | EXTERNAL_DEVICE_ENCRYPT_DECRYPT_CONTROL
            | REDUNDANT_ECO_CTRL
            | CLOCK_GATE
            | MEM_PVT => env.inert_write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::rig::Rig;
    use hil_sim_core::chip::Timebase;
    use hil_sim_core::time::Instant;

    #[test]
    fn sources_and_dividers_of_the_core_clock() {
        let mut system = System::default();
        assert_eq!(system.clocks(), Clocks { cpu_hz: 80_000_000, apb_hz: 80_000_000 });
        system.cpu_per_conf = 0xD;
        assert_eq!(system.clocks().cpu_hz, 160_000_000);
        system.sysclk_conf = 1;
        assert_eq!(system.clocks(), Clocks { cpu_hz: 20_000_000, apb_hz: 20_000_000 });
    }

    #[test]
    fn the_checksum_of_rtc_memory_is_of_the_words_that_are_asked_for() {
        let mut rig = Rig::new();
        let mut checksum = |first: u32, count: u32| {
            rig.write(0x600C_0048, (count - 1) << 20 | first << 9);
            rig.write(0x600C_0048, (count - 1) << 20 | first << 9 | CRC_START);
            assert_ne!(rig.read(0x600C_0048) & CRC_FINISH, 0);
            let checksum = rig.read(0x600C_004C);
            rig.write(RTC_FAST.start + 4 * 9, 0x1234_5678);
            checksum
        };
        let all = checksum(0, 2_048);
        assert_ne!(checksum(0, 2_048), all);
        let (with, without) = (checksum(9, 1), checksum(10, 4));
        assert_eq!(with, crc32(&0x1234_5678u32.to_le_bytes()));
        assert_eq!(without, crc32(&[0; 16]));
    }

    #[test]
    fn a_change_of_frequency_keeps_time() {
        let slow = Timebase::new(0, Instant::ZERO, 80_000_000);
        let at = slow.time(80);
        let fast = Timebase::new(80, at, 160_000_000);
        assert_eq!(fast.time(80), at);
        assert_eq!(fast.time(240).ns(), 2_000);
        assert_eq!(fast.cycle(fast.time(240)), 240);
    }
}
