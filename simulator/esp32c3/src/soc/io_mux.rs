//! IO_MUX: function, pulls and drive strength of each pad; TRM section 5.14.2. The state is in
//! [`Pins`](super::pins::Pins).

use super::hub::{Env, Hub};
use super::pins::GPIO_COUNT;
use hil_sim_core::chip::soc::Device;

const PIN_CTRL: u32 = 0x00;
const GPIO0: u32 = 0x04;
const GPIO_LAST: u32 = GPIO0 + 4 * (GPIO_COUNT as u32 - 1);
const DATE: u32 = 0xFC;

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct IoMux;

impl Device<Hub> for IoMux {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            GPIO0..=GPIO_LAST => env.hub.pins.mux(((offset - GPIO0) / 4) as u8),
            DATE => 0x0200_6050,
            PIN_CTRL => env.inert_read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn reset(&mut self, _: &mut Env<'_>) {}

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        let now = env.now();
        match offset {
            GPIO0..=GPIO_LAST => env.hub.pins.set_mux(now, ((offset - GPIO0) / 4) as u8, value),
            DATE => {}
            PIN_CTRL => env.inert_write(offset, value),
            _ => env.unmodelled_write(offset, value),
        }
    }
}
