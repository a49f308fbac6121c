//! Taking the core back to an earlier state, and comparing states.

use super::api::Cpu;
use super::core::{Core, Reservation};
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
    reservation: Option<Reservation>,
    storm: u32,
    last_exception: u64,
}

impl Cpu {
    /// Remembers the present state.
    pub fn snapshot(&self) -> CpuSnapshot {
        let cycle = self.cycle();
        let Core {
            x,
            instret,
            pc,
            user,
            waiting,
            csr,
            reservation,
            storm,
            last_exception,
            // The cycle says both.
            fuel: _,
            horizon: _,
            // What is looked at or found again as the core goes on.
            attention: _,
            presented: _,
            cache: _,
            draft: _,
            resume: _,
            left_by: _,
            mode_changed: _,
            forget: _,
            // Of the present run, which is over.
            stop: _,
            until: _,
            // What a debugger or a fuzzer has set or seen.
            breakpoints: _,
            passing: _,
            coverage: _,
            edges: _,
            compiles: _,
            config: _,
        } = &*self.core;
        CpuSnapshot {
            x: *x.first_chunk().expect("more than 32"),
            pc: *pc,
            cycle,
            instret: *instret,
            user: *user,
            waiting: *waiting,
            csr: csr.clone(),
            reservation: *reservation,
            storm: *storm,
            last_exception: *last_exception,
        }
    }

    /// Returns to a state of this core. The memory must be restored with it.
    pub fn restore(&mut self, snapshot: &CpuSnapshot) {
        let CpuSnapshot { x, pc, cycle, instret, user, waiting, csr, reservation, storm, last_exception } = snapshot;
        let core = &mut self.core;
        // What may be executed, and where, depends on these.
        core.forget |= core.csr.pmp != csr.pmp || core.csr.triggers != csr.triggers;
        core.mode_changed |= core.user != *user;
        core.x[..32].copy_from_slice(x);
        (core.fuel, core.horizon) = (0, *cycle);
        core.instret = *instret;
        core.user = *user;
        core.csr = csr.clone();
        core.reservation = *reservation;
        core.storm = *storm;
        core.last_exception = *last_exception;
        self.set_pc(*pc);
        self.core.waiting = *waiting;
    }

    /// A hash of all that [`snapshot`](Self::snapshot) remembers: equal for equal states.
    pub fn hash(&self) -> u64 {
        let CpuSnapshot { x, pc, cycle, instret, user, waiting, csr, reservation, storm, last_exception } =
            self.snapshot();
        let mut all = Hasher::new();
        all.numbers(x.map(u64::from));
        all.numbers([u64::from(pc), cycle, instret, user.into(), waiting.into()]);
        all.numbers(csr.numbers());
        all.numbers([u64::from(storm), last_exception]);
        if let Some(Reservation { address, value }) = reservation {
            all.numbers([address, value].map(u64::from));
        }
        all.finish()
    }
}
