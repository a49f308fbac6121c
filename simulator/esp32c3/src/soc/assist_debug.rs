//! ASSIST_DEBUG: the debug assistant; TRM chapter 17. No debugger is connected. The core's program counter and stack
//! pointer at a reset are recorded, which the ROM prints as `Saved PC`. The monitors are not modelled, and reported when they
//! are turned on.

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

/// RCD_EN: recording, and reading what was recorded.
const RCD_RECORD_EN: u32 = 1 << 0;
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
    /// RCD_PDEBUGPC and RCD_PDEBUGSP.
    recorded: [u32; 2],
}

impl Default for AssistDebug {
    fn default() -> Self {
        Self { registers: Registers::new(RESET_VALUES), recorded: [0; 2] }
    }
}

impl AssistDebug {
    fn is_recording(&self) -> bool {
        self.registers.read(RCD_EN) & RCD_RECORD_EN != 0
    }

    /// The core is about to be reset while it is here, which ends the recording.
    pub(super) fn record(&mut self, pc: u32, sp: u32) {
        if self.is_recording() {
            self.recorded = [pc, sp];
            self.registers.write(RCD_EN, 0);
        }
    }

    /// Only a loss of power takes what was recorded before a reset.
    pub(super) fn keep_record_of(&mut self, was: &Self) {
        self.recorded = was.recorded;
    }

    /// Power was lost.
    pub(super) fn forget(&mut self) {
        self.recorded = [0; 2];
    }
}

impl Device<Hub> for AssistDebug {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            // Nothing has been noticed, and there is no debugger.
            INTR_RAW | INTR_CLR | AREA_PC | AREA_SP | SP_PC | DEBUG_MODE => 0,
            // It follows the core, which is at the load of this register.
            RCD_PDEBUGPC if self.is_recording() => env.common.pc,
            RCD_PDEBUGSP if self.is_recording() => env.unmodelled_read(offset),
            RCD_PDEBUGPC | RCD_PDEBUGSP => self.recorded[(offset - RCD_PDEBUGPC) as usize / 4],
            LASTPC_BEFORE_EXCEPTION => env.unmodelled_read(offset),
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
            LOG_SETTING if value & LOG_ENA != 0 => env.unsupported("the log of bus accesses"),
            0..=LOG_MEM_FULL_FLAG => {}
            _ => return env.unmodelled_write(offset, value),
        }
        self.registers.write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_>) {
        *self = Self { recorded: self.recorded, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::rig::Rig;
    use crate::soc::{ResetCause, Start};

    const BASE: u32 = 0x600C_E000;

    #[test]
    fn where_the_core_was_at_a_reset_is_kept_until_power_is_lost() {
        let mut rig = Rig::new();
        let reset = |rig: &mut Rig, pc, cause| {
            let now = rig.now();
            rig.soc.end_life(now, cause, pc, 0x3FCD_0000);
            rig.soc.reset(&mut rig.memory, now, cause, Start::Rom);
        };
        reset(&mut rig, 0x4200_0000, ResetCause::SoftwareCpu);
        assert_eq!(rig.read(BASE + RCD_PDEBUGPC), 0, "nobody has asked for it");
        for cause in [ResetCause::SoftwareCpu, ResetCause::Timg0WatchdogSystem] {
            rig.write(BASE + RCD_EN, 3);
            reset(&mut rig, 0x4200_1234, cause);
            assert_eq!(rig.read(BASE + RCD_PDEBUGPC), 0x4200_1234, "{cause:?}");
            assert_eq!(rig.read(BASE + RCD_PDEBUGSP), 0x3FCD_0000, "{cause:?}");
        }
        reset(&mut rig, 0x4200_5678, ResetCause::PowerOn);
        assert_eq!(rig.read(BASE + RCD_PDEBUGPC), 0);
        assert_eq!(rig.reports(), [""; 0]);
    }
}
