//! MMU_TABLE: which page of flash each page of the cached address space shows; TRM section 3.3.3. The entries are in
//! [`Memory`](hil_sim_core::mem::Memory).

use super::hub::{Env, Hub};
use crate::map::MMU_ENTRIES;
use hil_sim_core::chip::soc::Device;

/// The registers: an entry each.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct MmuTable;

impl Device<Hub> for MmuTable {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match (offset / 4) as usize {
            index @ 0..MMU_ENTRIES => env.memory.mmu_entry(index).into(),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match (offset / 4) as usize {
            // Nine bits are kept: the page and "maps nothing".
            index @ 0..MMU_ENTRIES => env.memory.set_mmu_entry(index, (value & 0x1FF) as u16),
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {}
}
