//! Taking the core back to an earlier state, and comparing states.

use super::api::Cpu;
use super::csr::Csrs;
use crate::mem::Hasher;

/// Registers, CSRs and counters at one moment. Breakpoints, configuration and predecoded code are not part of it.
#[derive(Clone, Debug)]
pub struct CpuSnapshot {
    x: [u32; 32],
    pc: u32,
    cycle: u64,
    instret: u64,
    user: bool,
    waiting: bool,
    csr: Csrs,
    storm: u32,
    last_exception: u64,
}

impl Cpu {
    /// Remembers the present state.
    pub fn snapshot(&self) -> CpuSnapshot {
        let core = &self.core;
        CpuSnapshot {
            x: *core.x.first_chunk().expect("more than 32"),
            pc: core.pc,
            cycle: core.now(),
            instret: core.instret,
            user: core.user,
            waiting: core.waiting,
            csr: core.csr.clone(),
            storm: core.storm,
            last_exception: core.last_exception,
        }
    }

    /// Returns to a state of this core. The memory must be restored with it.
    pub fn restore(&mut self, snapshot: &CpuSnapshot) {
        let core = &mut self.core;
        // What may be executed, and where, depends on these.
        core.forget |= core.csr.pmp != snapshot.csr.pmp || core.csr.triggers != snapshot.csr.triggers;
        core.mode_changed |= core.user != snapshot.user;
        core.x[..32].copy_from_slice(&snapshot.x);
        core.fuel = 0;
        core.horizon = snapshot.cycle;
        core.instret = snapshot.instret;
        core.user = snapshot.user;
        core.csr = snapshot.csr.clone();
        core.storm = snapshot.storm;
        core.last_exception = snapshot.last_exception;
        self.set_pc(snapshot.pc);
        self.core.waiting = snapshot.waiting;
    }

    /// A hash of all that [`snapshot`](Self::snapshot) remembers: equal for equal states.
    pub fn hash(&self) -> u64 {
        let core = &self.core;
        let mut all = Hasher::new();
        all.numbers(core.x[..32].iter().map(|x| u64::from(*x)));
        all.numbers([u64::from(core.pc), core.now(), core.instret, core.user.into(), core.waiting.into()]);
        all.numbers(core.csr.numbers());
        all.numbers([u64::from(core.storm), core.last_exception]);
        all.finish()
    }
}
