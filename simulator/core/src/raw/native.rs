//! Machine code that Cranelift has made, and the calls into it.

#[cfg(feature = "machine-code")]
use cranelift_jit::JITModule;
use std::ptr;

use super::slot::Ip;
use super::tlb::Tlb;
use crate::cpu::Core;

/// Calls the machine code at an address with what it works on.
type Trampoline = unsafe extern "C" fn(*mut Core, *mut Tlb, code: u64) -> u64;

/// Lowest bits of an [`Exit`] as the machine code returns it; slots are at multiples of eight.
pub(crate) const AT: u64 = 0;
pub(crate) const BY_LINK: u64 = 1;
pub(crate) const TO_PC: u64 = 2;

/// How machine code came back.
pub(crate) enum Exit {
    /// Before an operation, which the interpreter is to execute, and what follows it.
    At(Ip),
    /// By this link, the way up to which has been charged.
    ByLink(Ip),
    /// `pc` says where to go on.
    ToPc,
}

/// The machine code of many blocks. It lives until this is dropped.
pub(crate) struct MachineCode {
    #[cfg(feature = "machine-code")]
    module: Option<JITModule>,
    trampoline: Trampoline,
}

impl MachineCode {
    /// Takes over a module whose functions are final. `trampoline` is one that hands its three arguments on to machine
    /// code; invariant 4.
    #[cfg(feature = "machine-code")]
    pub(crate) fn new(module: JITModule, trampoline: *const u8) -> Self {
        // SAFETY: cpu::native has made this function with this signature and with the C calling convention.
        let trampoline = unsafe { std::mem::transmute::<*const u8, Trampoline>(trampoline) };
        Self { module: Some(module), trampoline }
    }

    /// The way in.
    pub(crate) fn gate(&self) -> Gate {
        Gate(self.trampoline)
    }
}

#[cfg(feature = "machine-code")]
impl Drop for MachineCode {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: invariant 4: no block leads here any more.
            unsafe { module.free_memory() };
        }
    }
}

/// Gives back the memory of a module that nothing leads into.
#[cfg(feature = "machine-code")]
pub(crate) fn discard(module: JITModule) {
    // SAFETY: the addresses of its functions have not been told to anybody.
    unsafe { module.free_memory() };
}

/// The way into the machine code of the blocks that lead there.
#[derive(Clone, Copy)]
pub(crate) struct Gate(Trampoline);

impl Gate {
    /// Executes the machine code of the block that begins with the operation `entry`, and of those after it.
    #[inline(always)]
    pub(crate) fn enter(self, core: &mut Core, tlb: &mut Tlb, entry: Ip) -> Exit {
        let (core, tlb) = (ptr::from_mut(core), ptr::from_mut(tlb));
        // SAFETY: invariant 4: the block's code is alive. It reads and writes fields of these two, and memory that the
        // buffer leads to (invariant 1), and has no other reference to them meanwhile.
        let exit = unsafe { (self.0)(core, tlb, entry.native()) };
        match exit & 7 {
            AT => Exit::At(Ip::from_address(exit & !7)),
            BY_LINK => Exit::ByLink(Ip::from_address(exit & !7)),
            _ => Exit::ToPc,
        }
    }
}
