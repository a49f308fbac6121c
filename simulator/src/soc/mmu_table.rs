//! MMU_TABLE: which page of flash each page of the cached address space shows; TRM section 3.3.3.

use super::device::Device;
use super::hub::Env;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct MmuTable;

impl Device for MmuTable {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        env.unmodelled_read(offset)
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        env.unmodelled_write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_>) {}
}
