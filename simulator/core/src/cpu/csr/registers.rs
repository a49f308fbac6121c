//! The registers themselves.

use super::counter::Counter;
use super::mstatus::Mstatus;
use super::open::OpenPages;
use super::pmp::Pmp;
use super::trigger::Triggers;

/// The registers themselves.
#[derive(Clone, Debug)]
pub(in crate::cpu) struct Csrs {
    pub(in crate::cpu) mstatus: Mstatus,
    pub(in crate::cpu) mtvec: u32,
    pub(in crate::cpu) mscratch: u32,
    pub(in crate::cpu) mepc: u32,
    pub(in crate::cpu) mcause: u32,
    pub(in crate::cpu) mtval: u32,
    pub(in crate::cpu) pmp: Pmp,
    pub(in crate::cpu) triggers: Triggers,
    /// What is known of both.
    pub(in crate::cpu) open: OpenPages,
    pub(in crate::cpu) counter: Counter,
    /// `cpu_gpio_oen` and `cpu_gpio_out`: the dedicated GPIO outputs.
    pub(in crate::cpu) gpio_enable: u32,
    pub(in crate::cpu) gpio_out: u32,
}

impl Csrs {
    pub(in crate::cpu) fn new() -> Self {
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
    pub(in crate::cpu) fn numbers(&self) -> impl Iterator<Item = u64> {
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
