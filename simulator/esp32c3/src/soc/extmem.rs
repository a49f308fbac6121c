//! EXTMEM: the cache in front of the flash; TRM section 3.3.3. Contents are always those of the flash: there is nothing
//! to invalidate, and operations on the cache are done as soon as they are asked for.

use super::hub::{Env, Hub};
use hil_sim_core::chip::soc::Device;

const ICACHE_SYNC_CTRL: u32 = 0x28;
const ICACHE_PRELOAD_CTRL: u32 = 0x34;
const ICACHE_AUTOLOAD_CTRL: u32 = 0x40;
const ICACHE_LOCK_CTRL: u32 = 0x1C;
const CACHE_STATE: u32 = 0xB0;
const ICACHE_FREEZE: u32 = 0xCC;
const LAST: u32 = 0x100;
const DATE: u32 = 0x3FC;

/// Registers that do not begin with 0.
const RESET_VALUES: [(u32, u32); 19] = [
    (0x00, 0x01),
    (0x04, 0x00),
    (0x08, 0x05),
    (0x1C, 0x04),
    (0x54, 0x4200_0000),
    (0x58, 0x427F_FFFF),
    (0x5C, 0x3C00_0000),
    (0x60, 0x3C7F_FFFF),
    (0x94, 0xFFFF_FFFF),
    (0x9C, 0xFFFF_FFFF),
    (0xAC, 0x05),
    (0xB8, 0x07),
    (0xC8, 0x07),
    (0xD0, 0x01),
    (0xE0, 0x800),
    (0xE4, 0x800),
    (0xE8, 0xFF),
    (0xF4, 0x800),
    (0x100, 0x01),
];

/// The registers; as the bootloader leaves them, with the cache on.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Extmem {
    values: [u32; (LAST / 4 + 1) as usize],
}

impl Default for Extmem {
    fn default() -> Self {
        let mut values = [0; (LAST / 4 + 1) as usize];
        for (offset, value) in RESET_VALUES {
            values[(offset / 4) as usize] = value;
        }
        Self { values }
    }
}

impl Extmem {
    /// After a reset: the cache is off, and both buses are shut.
    pub(crate) fn at_reset() -> Self {
        let mut extmem = Self::default();
        (extmem.values[0], extmem.values[1]) = (0, 3);
        extmem
    }
}

impl Device<Hub> for Extmem {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        let stored = self.values.get((offset / 4) as usize).copied().unwrap_or(0);
        match offset {
            // Done bits.
            ICACHE_SYNC_CTRL | ICACHE_PRELOAD_CTRL => stored & !1 | 1 << 1,
            ICACHE_LOCK_CTRL => stored & !3 | 1 << 2,
            ICACHE_AUTOLOAD_CTRL => stored | 1 << 3,
            ICACHE_FREEZE => stored & !(1 << 2) | (stored & 1) << 2,
            // Idle.
            CACHE_STATE => 1,
            DATE => 0x0200_7160,
            ..=LAST => stored,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            DATE => {}
            ..=LAST => self.values[(offset / 4) as usize] = value,
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {}
}
