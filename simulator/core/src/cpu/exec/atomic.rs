//! Atomic operations on memory; The RISC-V Instruction Set Manual, volume I, chapter "A". There is one hart, so that each of
//! them is atomic by itself; only peripherals can come between `lr` and `sc`.

use super::next;
use crate::cpu::Leave;
use crate::cpu::core::{Core, Reservation};
use crate::cpu::inst::Op;
use crate::cpu::trap::{Exception, Raised};
use crate::mem::{Bus, Memory, Width};
use crate::raw::slot::{Handler, Ip};

/// `lr.w`.
fn lr(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let address = core.x[ip.rs1()];
    match core.load_word(mem, bus, ip, address) {
        Err(raised) => return core.raise(ip, raised),
        Ok(value) => {
            core.reservation = Some(Reservation { address, value });
            core.x[ip.rd()] = value;
        }
    }
    if core.attention { core.leave_after(ip) } else { next!(core, mem, bus, ip) }
}

/// `sc.w`: 0 in `rd` is that it was stored.
fn sc(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
    let (address, value) = (core.x[ip.rs1()], core.x[ip.rs2()]);
    if !address.is_multiple_of(4) {
        return core.raise(ip, Raised(Exception::StoreAccessFault, address));
    }
    let reserved = core.reservation.take().filter(|it| it.address == address);
    let holds = reserved.is_some_and(|it| mem.read(address, Width::Word).map_or(true, |now| now == it.value));
    if holds && let Err(raised) = core.store_word(mem, bus, ip, address, value) {
        return core.raise(ip, raised);
    }
    core.x[ip.rd()] = u32::from(!holds);
    if core.attention { core.leave_after(ip) } else { next!(core, mem, bus, ip) }
}

macro_rules! operations {
    ($($name:ident($old:ident, $operand:ident) $new:expr;)*) => {
        $(fn $name(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip) -> Leave {
            amo(core, mem, bus, ip, |$old, $operand| $new)
        })*
    };
}

operations! {
    amoswap(_old, operand) operand;
    amoadd(old, operand) old.wrapping_add(operand);
    amoxor(old, operand) old ^ operand;
    amoand(old, operand) old & operand;
    amoor(old, operand) old | operand;
    amomin(old, operand) (old as i32).min(operand as i32) as u32;
    amomax(old, operand) (old as i32).max(operand as i32) as u32;
    amominu(old, operand) old.min(operand);
    amomaxu(old, operand) old.max(operand);
}

/// Puts what was in memory into `rd`, and what is made of it and of `rs2` into memory. All that goes wrong is a fault of the
/// store.
#[inline(always)]
fn amo(core: &mut Core, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip, new: impl Fn(u32, u32) -> u32) -> Leave {
    let (address, operand) = (core.x[ip.rs1()], core.x[ip.rs2()]);
    let loaded = core.load_word(mem, bus, ip, address);
    let stored = loaded.and_then(|old| core.store_word(mem, bus, ip, address, new(old, operand)).map(|()| old));
    match stored {
        Err(Raised(Exception::LoadAccessFault, at)) => {
            return core.raise(ip, Raised(Exception::StoreAccessFault, at));
        }
        Err(raised) => return core.raise(ip, raised),
        Ok(old) => core.x[ip.rd()] = old,
    }
    if core.attention { core.leave_after(ip) } else { next!(core, mem, bus, ip) }
}

pub(in crate::cpu) fn handler(op: Op) -> Handler {
    match op {
        Op::Lr => lr,
        Op::Sc => sc,
        Op::Amoswap => amoswap,
        Op::Amoadd => amoadd,
        Op::Amoxor => amoxor,
        Op::Amoand => amoand,
        Op::Amoor => amoor,
        Op::Amomin => amomin,
        Op::Amomax => amomax,
        Op::Amominu => amominu,
        Op::Amomaxu => amomaxu,
        _ => unreachable!("not atomic: {op:?}"),
    }
}

impl Core {
    /// Loads an aligned word.
    #[inline(always)]
    fn load_word(&mut self, mem: &mut Memory, bus: &mut dyn Bus, ip: Ip, address: u32) -> Result<u32, Raised> {
        if !address.is_multiple_of(4) {
            return Err(Raised(Exception::LoadAccessFault, address));
        }
        match mem.tlb.load::<4>(address) {
            Some(bytes) => Ok(u32::from_le_bytes(bytes)),
            None => self.load(mem, bus, ip, address, Width::Word),
        }
    }

    /// Stores a word at an address that was found to be aligned.
    #[inline(always)]
    fn store_word(
        &mut self,
        mem: &mut Memory,
        bus: &mut dyn Bus,
        ip: Ip,
        address: u32,
        value: u32,
    ) -> Result<(), Raised> {
        match mem.tlb.store(address, value.to_le_bytes()) {
            true => Ok(()),
            false => self.store(mem, bus, ip, address, Width::Word, value),
        }
    }
}
