//! UART0 and UART1; TRM chapter 26.

use super::device::Device;
use super::hub::Env;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct Uart;

impl Device for Uart {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        env.unmodelled_read(offset)
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        env.unmodelled_write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_>) {}
}
