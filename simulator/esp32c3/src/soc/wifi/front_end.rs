//! FE: the analogue front end, of which the driver asks measurements.

use crate::soc::hub::{Env, Hub};
use hil_sim_core::chip::soc::{Device, Registers};

/// `rom_iq_est_enable`: both low bits start a measurement of the IQ estimator.
const IQ_CONTROL: u32 = 0x144;
const IQ_START: u32 = 0b11;
/// `rom_get_iq_est_data` waits for bit 16; the sums around it are 0, those of an ideal radio.
const IQ_RESULT: u32 = 0x174;
const IQ_DONE: u32 = 1 << 16;
const WORDS: usize = 0x400;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct FrontEnd {
    registers: Registers<WORDS>,
    is_measured: bool,
}

impl Default for FrontEnd {
    fn default() -> Self {
        Self { registers: Registers::new(&[]), is_measured: false }
    }
}

impl Device<Hub> for FrontEnd {
    fn read(&mut self, _: &mut Env<'_>, offset: u32) -> u32 {
        let stored = self.registers.read(offset);
        match offset {
            IQ_RESULT => stored & !IQ_DONE | if self.is_measured { IQ_DONE } else { 0 },
            _ => stored,
        }
    }

    fn write(&mut self, _: &mut Env<'_>, offset: u32, value: u32) {
        if offset == IQ_CONTROL && value & IQ_START == IQ_START {
            self.is_measured = true;
        }
        self.registers.write(offset, value);
    }

    /// Rust's driver clears bits by bytes, as the compiler makes of it, and works on the chip.
    fn takes_bytes(&self) -> bool {
        true
    }

    fn reset(&mut self, _: &mut Env<'_>) {
        *self = Self::default();
    }
}
