//! Reading and writing by number.

use super::counter::Totals;
use super::pmp::Kind;
use super::{CsrNumber, Trigger};
use crate::cpu::core::{Core, TrapVector};
use crate::cpu::stop::Stop;
use crate::mem::{Access, Bus, Memory};
use crate::raw::tlb::SPAN;

/// RV32 with I, M, C and user mode.
const MISA: u32 = 0x4010_1104;
/// The A extension.
const MISA_A: u32 = 1 << 0;
/// Interrupt flag and the 5-bit code.
const MCAUSE_WRITABLE: u32 = 0x8000_001F;

/// Whether a write reaches beyond the register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    Nothing,
    /// The next instruction must wait until interrupts, protection and overwritten code have been looked at.
    Attention,
}

impl Core {
    /// The value of a register, or `None` if the chip has none of this number.
    pub(in crate::cpu) fn read_csr(&self, number: CsrNumber, totals: Totals, bus: &mut dyn Bus) -> Option<u32> {
        let csr = &self.csr;
        Some(match number {
            CsrNumber::MSTATUS => csr.mstatus.get(),
            CsrNumber::MISA => MISA | if self.config.atomics { MISA_A } else { 0 },
            CsrNumber::MTVEC => csr.mtvec,
            CsrNumber::MSCRATCH => csr.mscratch,
            CsrNumber::MEPC => csr.mepc,
            CsrNumber::MCAUSE => csr.mcause,
            CsrNumber::MTVAL => csr.mtval,
            // The interrupt matrix has taken their place; they are neither used nor documented.
            CsrNumber::MIE | CsrNumber::MIP => 0,
            CsrNumber::MVENDORID => self.config.identity.vendor,
            CsrNumber::MARCHID => self.config.identity.architecture,
            CsrNumber::MIMPID => self.config.identity.implementation,
            CsrNumber::MHARTID => 0,
            CsrNumber(0x3A0..=0x3A3) => csr.pmp.cfg(usize::from(number.0 & 3)),
            CsrNumber(0x3B0..=0x3BF) => csr.pmp.addr(usize::from(number.0 & 15)),
            CsrNumber::TSELECT => csr.triggers.tselect(),
            CsrNumber::TDATA1 => csr.triggers.tdata1(),
            CsrNumber::TDATA2 => csr.triggers.tdata2(),
            CsrNumber::TCONTROL => csr.triggers.tcontrol(),
            CsrNumber::MPCER | CsrNumber::UPCER => csr.counter.mpcer(),
            CsrNumber::MPCMR | CsrNumber::UPCMR => csr.counter.mpcmr(),
            CsrNumber::MPCCR | CsrNumber::UPCCR => csr.counter.mpccr(totals),
            // Registers of the withdrawn N extension: the mask ROM clears them.
            CsrNumber(0x000 | 0x004 | 0x005 | 0x040..=0x044) => 0,
            CsrNumber::CPU_GPIO_OEN => csr.gpio_enable,
            CsrNumber::CPU_GPIO_IN => bus.gpio_in(totals.cycles),
            CsrNumber::CPU_GPIO_OUT => csr.gpio_out,
            _ => return None,
        })
    }

    /// Writes a register that exists and is not read-only.
    pub(in crate::cpu) fn write_csr(
        &mut self,
        number: CsrNumber,
        value: u32,
        totals: Totals,
        mem: &mut Memory,
        bus: &mut dyn Bus,
    ) -> Effect {
        let csr = &mut self.csr;
        match number {
            CsrNumber::MSTATUS => {
                csr.mstatus.set(value);
                return Effect::Attention;
            }
            CsrNumber::MTVEC => {
                csr.mtvec = match self.config.trap_vector {
                    TrapVector::AlwaysVectored => value & !0xFF | 1,
                    TrapVector::Any => value & !2,
                };
            }
            CsrNumber::MSCRATCH => csr.mscratch = value,
            CsrNumber::MEPC => csr.mepc = value & !1,
            CsrNumber::MCAUSE => csr.mcause = value & MCAUSE_WRITABLE,
            CsrNumber::MTVAL => csr.mtval = value,
            CsrNumber(0x3A0..=0x3A3) => {
                csr.pmp.set_cfg(usize::from(number.0 & 3), value);
                csr.open.forget();
                mem.protection_changed();
                return Effect::Attention;
            }
            CsrNumber(0x3B0..=0x3BF) => {
                csr.pmp.set_addr(usize::from(number.0 & 15), value);
                csr.open.forget();
                mem.protection_changed();
                return Effect::Attention;
            }
            CsrNumber::TSELECT => csr.triggers.set_tselect(value),
            CsrNumber::TDATA1 => return self.change_trigger(mem, |core| core.csr.triggers.set_tdata1(value)),
            CsrNumber::TDATA2 => return self.change_trigger(mem, |core| core.csr.triggers.set_tdata2(value)),
            CsrNumber::TCONTROL => csr.triggers.set_tcontrol(value),
            CsrNumber::MPCER | CsrNumber::UPCER => csr.counter.set_mpcer(value, totals),
            CsrNumber::MPCMR | CsrNumber::UPCMR => csr.counter.set_mpcmr(value, totals),
            CsrNumber::MPCCR | CsrNumber::UPCCR => csr.counter.set_mpccr(value, totals),
            CsrNumber::CPU_GPIO_OEN => {
                csr.gpio_enable = value;
                return self.put_out(totals, mem, bus);
            }
            CsrNumber::CPU_GPIO_OUT => {
                csr.gpio_out = value;
                return self.put_out(totals, mem, bus);
            }
            // MISA, MIE and MIP ignore what is written.
            _ => {}
        }
        Effect::Nothing
    }

    /// Hands the dedicated GPIO outputs to the GPIO matrix.
    fn put_out(&mut self, totals: Totals, mem: &mut Memory, bus: &mut dyn Bus) -> Effect {
        let mut access = Access::new(mem, totals.cycles, self.pc);
        bus.gpio_out(&mut access, self.csr.gpio_enable, self.csr.gpio_out);
        let Access { interrupts_changed, end_slice, .. } = access;
        if end_slice {
            self.stop = Some(Stop::SliceEnd);
        }
        if interrupts_changed || end_slice || mem.has_stale_code() { Effect::Attention } else { Effect::Nothing }
    }

    /// Accesses to what a trigger watches must take the slow path, and code that it watches needs a check in it.
    fn change_trigger(&mut self, mem: &mut Memory, change: impl FnOnce(&mut Self)) -> Effect {
        let before = self.csr.triggers.selected();
        change(self);
        self.csr.open.forget();
        let after = self.csr.triggers.selected();
        for kind in [Kind::Load, Kind::Store] {
            match after.watches(kind) {
                Some((from, to)) if to - from < SPAN => {
                    mem.tlb.forget(from);
                    mem.tlb.forget(to);
                }
                Some(_) => mem.tlb.flush(),
                None => {}
            }
        }
        let code = |trigger: Trigger| trigger.watches_code();
        if before != after && (code(before) || code(after)) {
            mem.protection_changed();
            return Effect::Attention;
        }
        Effect::Nothing
    }
}
