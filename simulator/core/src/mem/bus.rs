//! The seam between the CPU and the peripherals: what a load, a store or an interrupt looks like from outside.

use super::Memory;

/// How many bytes an access has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Width {
    /// One byte.
    Byte,
    /// Two bytes.
    Half,
    /// Four bytes.
    Word,
}

impl Width {
    /// Bytes of the access: 1, 2 or 4.
    pub const fn bytes(self) -> u32 {
        match self {
            Self::Byte => 1,
            Self::Half => 2,
            Self::Word => 4,
        }
    }
}

/// Nothing answers at this address, or not with this width: the CPU raises a load or store access fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AccessFault;

/// The circumstances of an access to a peripheral, and what the peripheral may ask of the CPU in return.
#[derive(Debug)]
pub struct Access<'a> {
    /// Plain memory, for peripherals that read or write it themselves (DMA, flash controller, MMU table).
    pub memory: &'a mut Memory,
    /// The cycle in which the instruction starts.
    pub now: u64,
    /// The address of the instruction.
    pub pc: u32,
    pub(crate) interrupts_changed: bool,
    pub(crate) end_slice: bool,
}

impl<'a> Access<'a> {
    /// An access by the instruction at `pc` in cycle `now`.
    pub fn new(memory: &'a mut Memory, now: u64, pc: u32) -> Self {
        Self { memory, now, pc, interrupts_changed: false, end_slice: false }
    }

    /// Asks the CPU to call [`Bus::interrupt`] before the next instruction, because its answer may have changed.
    pub fn interrupts_changed(&mut self) {
        self.interrupts_changed = true;
    }

    /// Asks the CPU to stop with [`Stop::SliceEnd`](crate::cpu::Stop::SliceEnd) before the next instruction, because
    /// the next event of a peripheral has moved or something else is to be done outside.
    pub fn end_slice(&mut self) {
        self.end_slice = true;
    }

    /// Whether that was asked for, for those who access a peripheral in the CPU's place.
    pub fn ends_slice(&self) -> bool {
        self.end_slice
    }
}

/// All that is not plain memory. Addresses arrive aligned to their width; misaligned ones fault before.
pub trait Bus {
    /// A load of `width` at `address`. Bits above the width are ignored.
    ///
    /// # Errors
    /// [`AccessFault`] if nothing is there.
    fn read(&mut self, access: &mut Access<'_>, address: u32, width: Width) -> Result<u32, AccessFault>;

    /// A store of the low `width` bits of `value`.
    ///
    /// # Errors
    /// [`AccessFault`] if nothing is there.
    fn write(&mut self, access: &mut Access<'_>, address: u32, width: Width, value: u32) -> Result<(), AccessFault>;

    /// The CPU interrupt line, 1 to 31, that the interrupt controller presents: pending, enabled, priority at or above
    /// the threshold, the highest of them. `None` if there is none. The CPU applies `mstatus.MIE` itself.
    fn interrupt(&mut self) -> Option<u8> {
        None
    }

    /// The dedicated GPIO inputs, CSR 0x804 `cpu_gpio_in`.
    fn gpio_in(&mut self, now: u64) -> u32 {
        let _ = now;
        0
    }

    /// The dedicated GPIO outputs changed: CSR 0x803 `cpu_gpio_oen` and 0x805 `cpu_gpio_out`.
    fn gpio_out(&mut self, access: &mut Access<'_>, enable: u32, value: u32) {
        let _ = (access, enable, value);
    }
}

/// A machine without peripherals: every access outside plain memory faults.
#[derive(Clone, Copy, Default, Debug)]
pub struct NoBus;

impl Bus for NoBus {
    fn read(&mut self, _: &mut Access<'_>, _: u32, _: Width) -> Result<u32, AccessFault> {
        Err(AccessFault)
    }

    fn write(&mut self, _: &mut Access<'_>, _: u32, _: Width, _: u32) -> Result<(), AccessFault> {
        Err(AccessFault)
    }
}
