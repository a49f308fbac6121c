//! SENSITIVE: permission control; TRM chapter 14, "Permission Control (PMS)", and ESP-IDF's `sensitive_reg.h`. Registers keep
//! what they are given, and their locks hold it. What is forbidden is not refused: that is reported once.

use super::hub::{Env, Hub};
use hil_sim_core::chip::soc::Device;

const DATE: u32 = 0xFFC;
const WORDS: usize = 0x174 / 4;

/// The LOCK registers: each has one bit, which locks the registers up to the next one until a reset.
const LOCKS: &[u32] = &[
    0x000, 0x008, 0x010, 0x018, 0x028, 0x030, 0x038, 0x040, 0x048, 0x050, 0x058, 0x060, 0x068, 0x070, 0x078, 0x080,
    0x090, 0x0A8, 0x0B4, 0x0C0, 0x0C8, 0x0D8, 0x104, 0x130, 0x14C, 0x160,
];
/// CLOCK_GATE comes after the last lock and has none.
const CLOCK_GATE: u32 = 0x170;

/// The other registers that can be written: offset, reset value, and the bits that there are.
#[rustfmt::skip]
const REGISTERS: &[(u32, u32, u32)] = &[
    (0x004, 0x0000_0000, 0xFFFF_FFFF), (0x00C, 0x0000_0000, 0x0000_0001), (0x014, 0x0000_0001, 0x0000_0001),
    (0x01C, 0x0000_000F, 0x0000_000F), (0x020, 0x0000_0000, 0x0000_000F), (0x024, 0x0000_0000, 0x0000_0001),
    (0x02C, 0x0000_000F, 0x0000_000F), (0x034, 0x0000_0003, 0x0000_0003), (0x03C, 0x000F_F0FF, 0x000F_F0FF),
    (0x044, 0x000F_F0FF, 0x000F_F0FF), (0x04C, 0x000F_F0FF, 0x000F_F0FF), (0x054, 0x000F_F0FF, 0x000F_F0FF),
    (0x05C, 0x000F_F0FF, 0x000F_F0FF), (0x064, 0x000F_F0FF, 0x000F_F0FF), (0x06C, 0x000F_F0FF, 0x000F_F0FF),
    (0x074, 0x000F_F0FF, 0x000F_F0FF), (0x07C, 0x000F_F0FF, 0x000F_F0FF), (0x084, 0x0000_0003, 0x0000_0003),
    (0x094, 0x0000_0000, 0x003F_C03F), (0x098, 0x0000_0000, 0x003F_C03F), (0x09C, 0x0000_0000, 0x003F_C03F),
    (0x0A0, 0x0000_0000, 0x003F_C03F), (0x0A4, 0x0000_0000, 0x003F_C03F), (0x0AC, 0x001C_7FFF, 0x001C_7FFF),
    (0x0B0, 0x001C_7FFF, 0x001C_7FFF), (0x0B8, 0x0000_0003, 0x0000_0003), (0x0C4, 0x0F0F_F0FF, 0x0F0F_F0FF),
    (0x0CC, 0x0000_0003, 0x0000_0003), (0x0DC, 0xCF0F_FFFF, 0xCF0F_FFFF), (0x0E0, 0xFCC3_0CF3, 0xFCC3_0CF3),
    (0x0E4, 0x3CC0_CC33, 0x3CC0_CC33), (0x0E8, 0xFFFF_F3FC, 0xFFFF_F3FC), (0x0EC, 0xCF0F_FFFF, 0xCF0F_FFFF),
    (0x0F0, 0xFCC3_0CF3, 0xFCC3_0CF3), (0x0F4, 0x3CC0_CC33, 0x3CC0_CC33), (0x0F8, 0xFFFF_F3FC, 0xFFFF_F3FC),
    (0x0FC, 0x003F_FFFF, 0x003F_FFFF), (0x100, 0x0000_0FFF, 0x0000_0FFF), (0x108, 0x0000_3FFF, 0x0000_3FFF),
    (0x10C, 0x0000_3FFF, 0x0000_3FFF), (0x110, 0x0000_0000, 0x3FFF_FFFF), (0x114, 0x0000_0000, 0x3FFF_FFFF),
    (0x118, 0x0000_0000, 0x3FFF_FFFF), (0x11C, 0x0000_0000, 0x3FFF_FFFF), (0x120, 0x0000_0000, 0x3FFF_FFFF),
    (0x124, 0x0000_0000, 0x3FFF_FFFF), (0x128, 0x0000_0000, 0x3FFF_FFFF), (0x12C, 0x0000_0000, 0x3FFF_FFFF),
    (0x134, 0x0000_0003, 0x0000_0003), (0x140, 0x0000_0003, 0x0000_0003), (0x150, 0xCF0F_FFFF, 0xCF0F_FFFF),
    (0x154, 0xFCC3_0CF3, 0xFCC3_0CF3), (0x158, 0x3CC0_CC33, 0x3CC0_CC33), (0x15C, 0x0000_F3FC, 0x0000_F3FC),
    (0x164, 0x0000_0003, 0x0000_0003), (0x170, 0x0000_0001, 0x0000_0001),
];

/// Which of them say what is allowed, one bit for each access. The others are where areas begin, monitors, and clocks.
fn is_permission(offset: u32) -> bool {
    let is_area = matches!(offset, 0x094..=0x0A4 | 0x0FC | 0x110..=0x12C);
    let is_monitor = matches!(offset, 0x084 | 0x0B8 | 0x0CC | 0x134 | 0x140 | 0x164);
    !is_area && !is_monitor && (0x028..CLOCK_GATE).contains(&offset)
}

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Sensitive {
    words: [u32; WORDS],
}

impl Default for Sensitive {
    fn default() -> Self {
        let mut words = [0; WORDS];
        REGISTERS.iter().for_each(|(offset, reset, _)| words[*offset as usize / 4] = *reset);
        Self { words }
    }
}

impl Sensitive {
    fn is_locked(&self, offset: u32) -> bool {
        let lock = LOCKS.iter().rev().find(|lock| **lock <= offset);
        offset != CLOCK_GATE && lock.is_some_and(|lock| self.words[*lock as usize / 4] != 0)
    }
}

impl Device<Hub> for Sensitive {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match self.words.get(offset as usize / 4) {
            Some(word) => *word,
            None if offset == DATE => 0x0201_0200,
            None => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        if offset as usize / 4 >= WORDS {
            return env.unmodelled_write(offset, value);
        }
        if self.is_locked(offset) {
            return;
        }
        let register = REGISTERS.iter().find(|(at, ..)| *at == offset);
        let bits = register.map_or(u32::from(LOCKS.contains(&offset)), |(_, _, bits)| *bits);
        self.words[offset as usize / 4] = value & bits;
        if is_permission(offset) && register.is_some_and(|(_, reset, _)| !value & reset != 0) {
            env.unsupported("the refusal of accesses that permissions forbid");
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use crate::soc::rig::Rig;
    use crate::soc::{ResetCause, Start};

    const IRAM_LOCK: u32 = 0x600C_10A8;
    const IRAM_WORLD_0: u32 = 0x600C_10B0;
    const IRAM_MONITOR: u32 = 0x600C_10B8;

    #[test]
    fn a_lock_holds_its_group_until_the_core_is_reset() {
        for cause in [ResetCause::SoftwareCpu, ResetCause::SoftwareSystem] {
            let mut rig = Rig::new();
            assert_eq!(rig.read(IRAM_WORLD_0), 0x001C_7FFF);
            rig.write(IRAM_WORLD_0, 0x001C_0FFF);
            rig.write(IRAM_LOCK, 3);
            rig.write(IRAM_WORLD_0, 0);
            rig.write(IRAM_LOCK, 0);
            assert_eq!((rig.read(IRAM_WORLD_0), rig.read(IRAM_LOCK)), (0x001C_0FFF, 1));
            rig.write(IRAM_MONITOR, 2);
            assert_eq!(rig.read(IRAM_MONITOR), 2, "the next group has a lock of its own");
            let now = rig.now();
            rig.soc.reset(&mut rig.memory, now, cause, Start::Rom);
            assert_eq!((rig.read(IRAM_WORLD_0), rig.read(IRAM_LOCK)), (0x001C_7FFF, 0), "{cause:?}");
        }
    }

    #[test]
    fn what_is_forbidden_is_told_once_for_the_block() {
        let mut rig = Rig::new();
        rig.write(IRAM_WORLD_0, 0x001C_7FFF);
        rig.write(IRAM_MONITOR, 2);
        assert_eq!(rig.reports(), [""; 0]);
        rig.write(IRAM_WORLD_0, 0);
        rig.write(0x600C_10C4, 0);
        assert_eq!(
            rig.reports(),
            ["SENSITIVE: the refusal of accesses that permissions forbid is not modelled \
              (asked for at 0.000 ms by the code at 0x00000000)"]
        );
    }
}
