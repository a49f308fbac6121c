//! RSA accelerator; TRM chapter 21.

use super::device::Device;
use super::hub::Env;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Rsa;

impl Device for Rsa {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        env.unmodelled_read(offset)
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        env.unmodelled_write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_>) {}
}
