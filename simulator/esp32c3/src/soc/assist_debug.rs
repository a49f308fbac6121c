//! ASSIST_DEBUG: the debug assistant; TRM chapter 17. No debugger is connected. The monitors and the recording of the
//! program counter are not modelled, and reported when they are turned on.

use super::hub::{Env, Hub};
use hil_sim_core::chip::soc::Device;
use hil_sim_core::chip::soc::Registers;

const MONTR_ENA: u32 = 0x00;
const INTR_RAW: u32 = 0x04;
const INTR_CLR: u32 = 0x0C;
const AREA_PC: u32 = 0x30;
const AREA_SP: u32 = 0x34;
const SP_PC: u32 = 0x40;
const RCD_EN: u32 = 0x44;
const RCD_PDEBUGPC: u32 = 0x48;
const RCD_PDEBUGSP: u32 = 0x4C;
/// What the monitors of exceptions recorded.
const IRAM0_EXCEPTION_MONITOR_0: u32 = 0x50;
const DRAM0_EXCEPTION_MONITOR_3: u32 = 0x64;
const LOG_SETTING: u32 = 0x70;
const LOG_MEM_FULL_FLAG: u32 = 0x90;
const LASTPC_BEFORE_EXCEPTION: u32 = 0x94;
const DEBUG_MODE: u32 = 0x98;
const DATE: u32 = 0x1FC;
const WORDS: usize = LOG_MEM_FULL_FLAG as usize / 4 + 1;

/// LOG_ENA.
const LOG_ENA: u32 = 0b111;

/// Reset values that are not 0, by offset.
const RESET_VALUES: &[(u32, u32)] = &[
    (0x10, u32::MAX),
    (0x18, u32::MAX),
    (0x20, u32::MAX),
    (0x28, u32::MAX),
    (0x3C, u32::MAX),
    (LOG_SETTING, 0x0000_0080),
];

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct AssistDebug {
    registers: Registers<WORDS>,
}

impl Default for AssistDebug {
    fn default() -> Self {
        Self { registers: Registers::new(RESET_VALUES) }
    }
}

impl Device<Hub> for AssistDebug {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            // Nothing has been noticed, and there is no debugger.
            INTR_RAW | INTR_CLR | AREA_PC | AREA_SP | SP_PC | DEBUG_MODE => 0,
            RCD_PDEBUGPC | RCD_PDEBUGSP | LASTPC_BEFORE_EXCEPTION => env.unmodelled_read(offset),
            IRAM0_EXCEPTION_MONITOR_0..=DRAM0_EXCEPTION_MONITOR_3 => 0,
            DATE => 0x0200_8010,
            0..=LOG_MEM_FULL_FLAG => self.registers.read(offset),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            INTR_RAW | INTR_CLR | AREA_PC | AREA_SP | SP_PC | DEBUG_MODE | DATE => return,
            IRAM0_EXCEPTION_MONITOR_0..=DRAM0_EXCEPTION_MONITOR_3 | RCD_PDEBUGPC | RCD_PDEBUGSP => return,
            MONTR_ENA if value != 0 => env.unsupported("a monitor of memory or of the stack pointer"),
            RCD_EN if value != 0 => env.unsupported("the recording of the program counter"),
            LOG_SETTING if value & LOG_ENA != 0 => env.unsupported("the log of bus accesses"),
            0..=LOG_MEM_FULL_FLAG => {}
            _ => return env.unmodelled_write(offset, value),
        }
        self.registers.write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_>) {
        *self = Self::default();
    }
}
