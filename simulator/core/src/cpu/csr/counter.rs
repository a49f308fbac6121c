//! The performance counter `mpccr`; ESP32-C3 Technical Reference Manual, chapter 1, registers 0x7E0 to 0x7E2.
//!
//! Of the events that `mpcer` selects, CYCLE, INST and IDLE are counted; the others (hazards, loads, stores, jumps,
//! branches, compressed instructions) read as if they did not happen.

const CYCLE: u32 = 1;
const INST: u32 = 1 << 1;
const IDLE: u32 = 1 << 4;
/// Bits 10:0 select events.
const EVENTS: u32 = 0x7FF;
const COUNT_EN: u32 = 1;
/// The counter stops at its highest value instead of starting again.
const COUNT_SAT: u32 = 1 << 1;

/// What can be counted, since the core was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Totals {
    /// Cycles, those in `wfi` included.
    pub(crate) cycles: u64,
    /// Retired instructions.
    pub(crate) instructions: u64,
}

/// The three registers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Counter {
    mpcer: u32,
    mpcmr: u32,
    /// The value when the total of the selected events was `mark`.
    value: u32,
    mark: u64,
    /// Cycles spent in `wfi`: CYCLE leaves them out, IDLE counts them.
    idle: u64,
}

impl Counter {
    pub(crate) fn mpcer(&self) -> u32 {
        self.mpcer
    }

    pub(crate) fn mpcmr(&self) -> u32 {
        self.mpcmr
    }

    pub(crate) fn mpccr(&self, totals: Totals) -> u32 {
        if self.mpcmr & COUNT_EN == 0 {
            return self.value;
        }
        let value = u64::from(self.value) + self.events(totals).wrapping_sub(self.mark);
        if self.mpcmr & COUNT_SAT != 0 { u32::try_from(value).unwrap_or(u32::MAX) } else { value as u32 }
    }

    pub(crate) fn set_mpcer(&mut self, value: u32, totals: Totals) {
        self.set_mpccr(self.mpccr(totals), totals);
        self.mpcer = value & EVENTS;
        self.mark = self.events(totals);
    }

    pub(crate) fn set_mpcmr(&mut self, value: u32, totals: Totals) {
        self.set_mpccr(self.mpccr(totals), totals);
        self.mpcmr = value & (COUNT_EN | COUNT_SAT);
    }

    pub(crate) fn set_mpccr(&mut self, value: u32, totals: Totals) {
        self.value = value;
        self.mark = self.events(totals);
    }

    pub(crate) fn add_idle(&mut self, cycles: u64) {
        self.idle += cycles;
    }

    /// Events that coincide count once; a cycle coincides with everything that happens in it.
    fn events(&self, totals: Totals) -> u64 {
        let busy = if self.mpcer & CYCLE != 0 {
            totals.cycles.wrapping_sub(self.idle)
        } else if self.mpcer & INST != 0 {
            totals.instructions
        } else {
            0
        };
        if self.mpcer & IDLE != 0 { busy.wrapping_add(self.idle) } else { busy }
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> + use<> {
        let Self { mpcer, mpcmr, value, mark, idle } = *self;
        [mpcer.into(), mpcmr.into(), value.into(), mark, idle].into_iter()
    }
}
