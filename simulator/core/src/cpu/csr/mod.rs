//! Control and status registers: which exist, who may use them, and what reading and writing does.
//!
//! The set is that of the ESP32-C3 Technical Reference Manual, chapter 1 "ESP-RISC-V CPU", table "CSRs". Every other
//! number raises an illegal instruction exception, `mcycle` and `minstret` among them: the chip counts in `mpccr`.

mod access;
mod counter;
pub(super) mod mstatus;
mod number;
mod open;
mod pmp;
mod trigger;

pub use number::CsrNumber;
pub use pmp::Pmp;
pub use trigger::Trigger;

pub(super) use access::Effect;
pub(super) use counter::Totals;
pub(super) use pmp::Kind;

use counter::Counter;
pub(super) use mstatus::Mstatus;
use open::OpenPages;
use trigger::Triggers;

/// The registers themselves.
#[derive(Clone, Debug)]
pub(super) struct Csrs {
    pub(super) mstatus: Mstatus,
    pub(super) mtvec: u32,
    pub(super) mscratch: u32,
    pub(super) mepc: u32,
    pub(super) mcause: u32,
    pub(super) mtval: u32,
    pub(super) pmp: Pmp,
    pub(super) triggers: Triggers,
    /// What is known of both.
    pub(super) open: OpenPages,
    pub(super) counter: Counter,
    /// `cpu_gpio_oen` and `cpu_gpio_out`: the dedicated GPIO outputs.
    pub(super) gpio_enable: u32,
    pub(super) gpio_out: u32,
}

impl Csrs {
    pub(super) fn new() -> Self {
        Self {
            mstatus: Mstatus::default(),
            mtvec: 1,
            mscratch: 0,
            mepc: 0,
            mcause: 0,
            mtval: 0,
            pmp: Pmp::default(),
            triggers: Triggers::default(),
            open: OpenPages::NONE,
            counter: Counter::default(),
            gpio_enable: 0,
            gpio_out: 0,
        }
    }

    /// All registers as numbers, for comparing states.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u64> {
        let Self {
            mstatus,
            mtvec,
            mscratch,
            mepc,
            mcause,
            mtval,
            pmp,
            triggers,
            counter,
            gpio_enable,
            gpio_out,
            open: _,
        } = self;
        let own = [mstatus.get(), *mtvec, *mscratch, *mepc, *mcause, *mtval, *gpio_enable, *gpio_out];
        let all = own.into_iter().chain(pmp.numbers()).chain(triggers.numbers());
        all.map(u64::from).chain(counter.numbers())
    }
}
