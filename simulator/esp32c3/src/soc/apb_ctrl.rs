//! APB_CTRL: system configuration and the random number generator; TRM chapter 25.

use super::hub::{Env, Hub};
use hil_sim_core::chip::soc::Device;
use hil_sim_core::chip::soc::Registers;

const RND_DATA: u32 = 0xB0;
const PERI_BACKUP_CONFIG: u32 = 0xB4;
const PERI_BACKUP_INT_CLR: u32 = 0xD0;
const DATE: u32 = 0x3FC;
/// Rejected accesses to memory: there are none.
const SPI_MEM_PMS_CTRL: u32 = 0x88;
const SPI_MEM_REJECT_ADDR: u32 = 0x8C;

const PERI_BACKUP_START: u32 = 1 << 29;
const WORDS: usize = PERI_BACKUP_INT_CLR as usize / 4 + 1;

/// Reset values that are not 0, by offset.
const RESET_VALUES: &[(u32, u32)] = &[
    (0x00, 0x0000_0001),
    (0x04, 0x0001_0727),
    (0x08, 0x0000_07FF),
    (0x14, 0xFFFC_E030),
    (0x28, 0x0000_0003),
    (0x2C, 0x0000_0003),
    (0x30, 0x0000_0003),
    (0x34, 0x0000_0003),
    (0x3C, 0x0010_0000),
    (0x40, 0x0020_0000),
    (0x44, 0x0030_0000),
    (0x48, 0x0000_0400),
    (0x4C, 0x0000_0400),
    (0x50, 0x0000_0400),
    (0x54, 0x0000_0400),
    (0x9C, 0x0000_0015),
    (0xA4, 0x0000_003F),
    (0xAC, 0x0000_003F),
    (PERI_BACKUP_CONFIG, 0x0000_6480),
];

/// A sequence of numbers that look random and depend only on the seed: SplitMix64 by Sebastiano Vigna.
#[derive(Clone, Hash, Debug)]
struct Generator(u64);

impl Generator {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) as u32
    }
}

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct ApbCtrl {
    registers: Registers<WORDS>,
    random: Generator,
}

impl Default for ApbCtrl {
    fn default() -> Self {
        Self { registers: Registers::new(RESET_VALUES), random: Generator(0) }
    }
}

impl ApbCtrl {
    /// Begins another sequence of random numbers.
    pub(crate) fn seed(&mut self, seed: u64) {
        self.random = Generator(seed);
    }
}

impl Device<Hub> for ApbCtrl {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            RND_DATA => self.random.next(),
            DATE => 0x0200_7210,
            0..=PERI_BACKUP_INT_CLR => self.registers.read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            RND_DATA | DATE | SPI_MEM_PMS_CTRL | SPI_MEM_REJECT_ADDR => {}
            PERI_BACKUP_CONFIG if value & PERI_BACKUP_START != 0 => env.unsupported("the backup of peripherals"),
            0..=PERI_BACKUP_INT_CLR => self.registers.write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }

    /// The random numbers go on.
    fn reset(&mut self, _: &mut Env<'_>) {
        self.registers = Registers::new(RESET_VALUES);
    }
}

#[cfg(test)]
mod tests {
    use crate::soc::rig::Rig;

    const RNG: u32 = 0x6002_60B0;

    #[test]
    fn random_numbers_depend_on_the_seed_only() {
        let numbers = |seed| {
            let mut rig = Rig::new();
            rig.soc.set_seed(seed);
            [(); 8].map(|()| rig.read(RNG))
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
        assert!(numbers(1).windows(2).all(|pair| pair[0] != pair[1]));
    }
}
