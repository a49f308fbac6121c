//! A peripheral for tests: remembers every access, raises interrupts when told to.

use super::reference::SLICE_REGISTER;
use hil_sim_core::mem::{Access, AccessFault, Bus, Width};

pub const BASE: u32 = 0x6000_0000;
/// Writing a line number here makes it pending, 0 none.
pub const INTERRUPT: u32 = 0x04;

#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Device {
    pub line: u8,
    /// Cycle, instruction, address, width, and the value if written.
    pub log: Vec<(u64, u32, u32, Width, Option<u32>)>,
}

impl Bus for Device {
    fn read(&mut self, access: &mut Access<'_>, address: u32, width: Width) -> Result<u32, AccessFault> {
        self.note(access, address, width, None)?;
        Ok((access.now as u32).wrapping_mul(0x9E37_79B9) ^ address)
    }

    fn write(&mut self, access: &mut Access<'_>, address: u32, width: Width, value: u32) -> Result<(), AccessFault> {
        self.note(access, address, width, Some(value))?;
        if address == BASE + INTERRUPT {
            self.line = value as u8 & 31;
            access.interrupts_changed();
        }
        Ok(())
    }

    fn interrupt(&mut self) -> Option<u8> {
        (self.line != 0).then_some(self.line)
    }

    fn gpio_in(&mut self, now: u64) -> u32 {
        now as u32 ^ 0x5A5A
    }
}

impl Device {
    fn note(
        &mut self,
        access: &mut Access<'_>,
        address: u32,
        width: Width,
        value: Option<u32>,
    ) -> Result<(), AccessFault> {
        if !(BASE..BASE + 0x40).contains(&address) {
            return Err(AccessFault);
        }
        self.log.push((access.now, access.pc, address, width, value));
        if address == BASE + SLICE_REGISTER {
            access.end_slice();
        }
        Ok(())
    }
}
