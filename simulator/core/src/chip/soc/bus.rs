//! A [`Soc`] is what the core's loads and stores reach. Registers are words: of a narrower load the word is read, and a
//! narrower store is one that only [inert](super::Inert) blocks do as it is meant.

use super::{Block, Hub, Soc};
use crate::mem::{Access, AccessFault, Bus, Width};

impl<S: Soc> Bus for S {
    fn read(&mut self, access: &mut Access<'_>, address: u32, width: Width) -> Result<u32, AccessFault> {
        let word = self.access(access, address, |device, env, offset| device.read(env, offset & !3))?;
        self.watch_polling(access.pc, address & !3, word);
        let shift = 8 * (address % 4);
        Ok(match width {
            Width::Byte => word >> shift & 0xFF,
            Width::Half => word >> shift & 0xFFFF,
            Width::Word => word,
        })
    }

    fn write(&mut self, access: &mut Access<'_>, address: u32, width: Width, value: u32) -> Result<(), AccessFault> {
        self.common_mut().polling.written();
        self.access(access, address, |device, env, offset| {
            let (shift, mask) = match width {
                Width::Byte => (8 * (offset % 4), 0xFF),
                Width::Half => (8 * (offset % 4), 0xFFFF),
                Width::Word => (0, u32::MAX),
            };
            let mut word = (value & mask) << shift;
            if width != Width::Word {
                if env.device.is_inert() {
                    word |= env.inert_read(offset & !3) & !(mask << shift);
                } else if device.takes_bytes() {
                    word |= device.read(env, offset & !3) & !(mask << shift);
                } else {
                    env.unsupported("a store narrower than a word");
                }
            }
            device.write(env, offset & !3, word);
        })
    }

    fn interrupt(&mut self) -> Option<u8> {
        self.hub().interrupt()
    }

    fn gpio_in(&mut self, _: u64) -> u32 {
        self.hub().dedicated_inputs()
    }

    fn gpio_out(&mut self, access: &mut Access<'_>, enable: u32, value: u32) {
        self.catch_up(access);
        let now = self.common().now;
        self.hub_mut().set_dedicated_outputs(now, enable, value);
        self.settle(access.memory);
        self.tell_core(access);
    }
}
