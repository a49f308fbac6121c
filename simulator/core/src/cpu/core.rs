//! The state of the core while it runs.

use super::block::Draft;
use super::cache::Cache;
use super::cost::Costs;
use super::coverage::Coverage;
use super::csr::Csrs;
use super::edges::Edges;
use super::stop::Stop;
use crate::mem::Memory;
use crate::raw::slot::Ip;
use std::collections::BTreeSet;

/// How `mtvec` works.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum TrapVector {
    /// As in Espressif's cores: always vectored, the base aligned to 256 bytes.
    #[default]
    AlwaysVectored,
    /// As the privileged specification has it: direct or vectored, the base aligned to 4 bytes.
    Any,
}

/// What is fixed when a core is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CoreConfig {
    /// Whether it has the A extension: `lr`, `sc` and the operations on memory. Without it they are illegal instructions.
    pub atomics: bool,
    /// Where it begins after a reset.
    pub reset_vector: u32,
    /// What `mvendorid`, `marchid` and `mimpid` say.
    pub identity: Identity,
    /// How `mtvec` works.
    pub trap_vector: TrapVector,
    /// What instructions cost.
    pub costs: Costs,
    /// Whether the semihosting sequence stops the core. If not, its `ebreak` is a breakpoint exception.
    pub semihosting: bool,
}

impl CoreConfig {
    /// RV32IMC that begins at address 0 and does not say who made it, with [`TrapVector::AlwaysVectored`], one cycle for
    /// each instruction, and semihosting.
    pub const PLAIN: Self = Self {
        atomics: false,
        reset_vector: 0,
        identity: Identity { vendor: 0, architecture: 0, implementation: 0 },
        trap_vector: TrapVector::AlwaysVectored,
        costs: Costs::UNIT,
        semihosting: true,
    };
}

impl Default for CoreConfig {
    fn default() -> Self {
        Self::PLAIN
    }
}

/// What a core says of itself; privileged specification, section "Machine Information Registers". 0 is not to say it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Identity {
    /// `mvendorid`: the number in the JEDEC list.
    pub vendor: u32,
    /// `marchid`.
    pub architecture: u32,
    /// `mimpid`.
    pub implementation: u32,
}

/// Register number that writes to `x0` go to.
pub(super) const SINK: u8 = 32;
/// A size that a register number of one byte cannot exceed.
const REGISTERS: usize = 256;

/// What `lr` has loaded, and from where. Another bus master may have written there since; `sc` finds out by the value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Reservation {
    pub(super) address: u32,
    pub(super) value: u32,
}

/// Everything that handlers work on. `x[0]` is never written.
pub(crate) struct Core {
    pub(super) x: [u32; REGISTERS],
    /// Cycles until the handlers come back to the loop; also bounds how deep they nest where the compiler has not made
    /// jumps of their calls.
    pub(super) fuel: i64,
    /// The cycle in which `fuel` is zero.
    pub(super) horizon: u64,
    /// Instructions retired.
    pub(super) instret: u64,
    /// Where to go on, valid outside the handlers of a block.
    pub(super) pc: u32,
    /// Whether the core is in user mode.
    pub(super) user: bool,
    /// Whether interrupts and overwritten code must be looked at before the next instruction.
    pub(super) attention: bool,
    /// Whether an interrupt is presented to the core, as of the last time that it had a reason to look.
    pub(super) presented: bool,
    /// Whether the core is in `wfi`.
    pub(super) waiting: bool,
    pub(super) csr: Csrs,
    pub(super) cache: Cache,
    /// Memory for the block that is being decoded.
    pub(super) draft: Draft,
    /// A place inside a block where execution can go on at `pc`.
    pub(super) resume: Option<Ip>,
    /// The link that was left by and leads to `pc`.
    pub(super) left_by: Option<Ip>,
    /// Why the handlers stopped.
    pub(super) stop: Option<Stop>,
    pub(super) breakpoints: BTreeSet<u32>,
    /// The breakpoint that the next instruction may pass.
    pub(super) passing: Option<u32>,
    /// What has been executed, if that is asked for.
    pub(super) coverage: Option<Coverage>,
    /// Which ways control has taken, if that is asked for.
    pub(super) edges: Option<Box<Edges>>,
    /// The word that the last `lr` has reserved for an `sc`.
    pub(super) reservation: Option<Reservation>,
    /// Exceptions in a row without a retired instruction, and the count of instructions at the last one.
    pub(super) storm: u32,
    pub(super) last_exception: u64,
    /// Where the present run ends.
    pub(super) until: u64,
    /// Whether the mode has changed since addresses were last looked up.
    pub(super) mode_changed: bool,
    /// Whether all predecoded code is to be forgotten.
    pub(super) forget: bool,
    /// Whether blocks may become machine code.
    pub(super) compiles: bool,
    pub(super) config: CoreConfig,
}

impl Core {
    pub(super) fn new(config: CoreConfig) -> Self {
        Self {
            x: [0; REGISTERS],
            fuel: 0,
            horizon: 0,
            instret: 0,
            pc: config.reset_vector,
            user: false,
            attention: true,
            presented: false,
            waiting: false,
            csr: Csrs::new(),
            cache: Cache::new(),
            draft: Draft::default(),
            resume: None,
            left_by: None,
            stop: None,
            breakpoints: BTreeSet::new(),
            passing: None,
            coverage: None,
            edges: None,
            reservation: None,
            storm: 0,
            last_exception: u64::MAX,
            until: 0,
            mode_changed: false,
            forget: false,
            compiles: false,
            config,
        }
    }

    /// The present cycle, outside the handlers of a block.
    pub(super) fn now(&self) -> u64 {
        self.horizon.wrapping_sub(self.fuel as u64)
    }

    /// Lets the handlers run for so many cycles.
    pub(super) fn set_fuel(&mut self, fuel: i64) {
        self.horizon = self.now().wrapping_add(fuel as u64);
        self.fuel = fuel;
    }

    /// Moves time without executing anything.
    pub(super) fn advance(&mut self, cycles: u64) {
        self.horizon = self.horizon.wrapping_add(cycles);
    }

    pub(super) fn set_user(&mut self, user: bool) {
        if self.user != user {
            self.user = user;
            self.mode_changed = true;
            self.attention = true;
        }
    }

    /// Forgets all predecoded code.
    pub(super) fn forget_code(&mut self, mem: &mut Memory) {
        self.cache.clear();
        self.resume = None;
        self.left_by = None;
        mem.unmark_code();
    }
}
