//! BT_MAC: the registers of the Bluetooth controller, of which only a reset is modelled. Firmware that starts the controller goes on; nobody
//! hears it, as with a chip without an antenna.

use crate::soc::hub::{Env, Hub};
use hil_sim_core::chip::soc::Device;

/// The driver sets bit 31, and waits until it has cleared itself: a reset of the controller, by its looks.
const CONTROL: u32 = 0x1C;
const RESET: u32 = 1 << 31;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct BtMac {
    control: u32,
}

impl Device<Hub> for BtMac {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            CONTROL => self.control & !RESET,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CONTROL => self.control = value,
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {
        *self = Self::default();
    }
}
