//! [`Rig`]: what every test of a run has in common.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use simulator::image::Firmware;
use simulator::machine::{Board, Config, Machine};
use simulator::mem::RomSizeError;

use hil_bench::debug_info::DebugInfo;

/// The program in its flash, and the board around it; every worker makes its machine of it.
#[derive(Debug)]
pub struct Rig {
    /// The program.
    pub firmware: Firmware,
    /// Wires and parts.
    pub board: Board,
    /// Where the chip's random numbers begin.
    pub seed: u64,
    /// The image of Espressif's mask ROM, if the chip is to start there.
    pub rom: Option<Arc<[u8]>>,
    /// Functions and lines by address. Workers take turns: what it looks up it keeps.
    pub debug: Mutex<DebugInfo>,
}

impl Rig {
    pub(super) fn debug(&self) -> MutexGuard<'_, DebugInfo> {
        // It is only looked into.
        self.debug.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A machine, with power off.
    ///
    /// # Errors
    /// The ROM image has the wrong size.
    pub fn machine(&self) -> Result<Machine, RomSizeError> {
        let mut config = Config::default();
        config.seed = self.seed;
        config.semihosting = true;
        let mut machine = Machine::new(self.board.clone(), &self.firmware, config);
        if let Some(rom) = &self.rom {
            machine.load_rom(rom)?;
        }
        Ok(machine)
    }
}
