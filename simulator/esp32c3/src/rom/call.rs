//! A call of a ROM function: its arguments, its result, and how it ends.

use crate::soc::Soc;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::cpu::Cpu;
use hil_sim_core::mem::{Access, Bus, Memory, Unmapped, Width};
use hil_sim_core::time::Span;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes beyond this in one call are more than the chip has.
const MOST_BYTES: u32 = 16 << 20;

/// How a call ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// It returns after so many cycles.
    Return(u64),
    /// It returns after a span, in which interrupts are served.
    ReturnAfter(Span),
    /// It waits for a peripheral: it is to be called again after the next event.
    Wait,
    /// It is not done: interrupts and resets are to be seen to, and then it is to be called again.
    Again,
}

/// What ROM functions keep outside of the firmware's memory.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct RomState {
    /// Registers behind the internal I2C bus, which configures analogue circuits: (block, register).
    pub(crate) analogue: BTreeMap<(u32, u32), u32>,
}

/// Where an argument leads to no memory.
impl From<Unmapped> for Fault {
    fn from(Unmapped(address): Unmapped) -> Self {
        Self::Memory(address)
    }
}

/// Why a function could not be performed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// It was given an address where there is no memory for it.
    Memory(u32),
}

/// A call.
pub(crate) struct Call<'a> {
    pub(crate) cpu: &'a mut Cpu,
    pub(crate) memory: &'a mut Memory,
    pub(crate) soc: &'a mut Soc,
    pub(crate) state: &'a mut RomState,
    /// The cycle up to which a function may let time pass at once.
    pub(crate) deadline: u64,
}

/// The first argument's register, `a0`; it holds the result too.
const A0: usize = 10;

impl Call<'_> {
    /// Argument `n`, from 0, of 32 bits.
    pub(crate) fn arg(&self, n: usize) -> u32 {
        self.cpu.x(A0 + n)
    }

    /// An argument of 64 bits in registers `n` and `n + 1`.
    pub(crate) fn arg64(&self, n: usize) -> u64 {
        u64::from(self.arg(n)) | u64::from(self.arg(n + 1)) << 32
    }

    /// Sets the result.
    pub(crate) fn result(&mut self, value: u32) {
        self.cpu.set_x(A0, value);
    }

    /// Sets a result of 64 bits.
    pub(crate) fn result64(&mut self, value: u64) {
        self.cpu.set_x(A0, value as u32);
        self.cpu.set_x(A0 + 1, (value >> 32) as u32);
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self, address: u32, count: u32) -> Result<Vec<u8>, Fault> {
        if count > MOST_BYTES {
            return Err(Fault::Memory(address));
        }
        let mut bytes = vec![0; count as usize];
        self.memory.read_bytes(address, &mut bytes)?;
        Ok(bytes)
    }

    /// Copies bytes out of memory, or out of registers as loads of words do.
    pub(crate) fn load(&mut self, from: u32, into: &mut [u8]) -> Result<(), Fault> {
        if self.memory.read_bytes(from, into).is_ok() {
            return Ok(());
        }
        let mut access = Access::new(self.memory, self.cpu.cycle(), self.cpu.pc());
        for (at, part) in in_words(from, into.len()) {
            let width = if part.len() == 4 { Width::Word } else { Width::Byte };
            let word = self.soc.read(&mut access, at, width).map_err(|_| Fault::Memory(at))?;
            let count = part.len();
            into[part].copy_from_slice(&word.to_le_bytes()[..count]);
        }
        if access.ends_slice() {
            self.soc.end_slice();
        }
        Ok(())
    }

    /// Copies bytes into memory, or into registers as stores of words do.
    pub(crate) fn store(&mut self, to: u32, bytes: &[u8]) -> Result<(), Fault> {
        if self.memory.write_bytes(to, bytes).is_ok() {
            return Ok(());
        }
        let mut access = Access::new(self.memory, self.cpu.cycle(), self.cpu.pc());
        for (at, part) in in_words(to, bytes.len()) {
            let width = if part.len() == 4 { Width::Word } else { Width::Byte };
            let mut word = [0; 4];
            word[..part.len()].copy_from_slice(&bytes[part]);
            let value = u32::from_le_bytes(word);
            self.soc.write(&mut access, at, width, value).map_err(|_| Fault::Memory(at))?;
        }
        if access.ends_slice() {
            self.soc.end_slice();
        }
        Ok(())
    }

    /// A string up to its NUL, which is not part of the result, or up to `most` bytes.
    pub(crate) fn string(&self, address: u32, most: u32) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        while (bytes.len() as u32) < most {
            let at = address.wrapping_add(bytes.len() as u32);
            match self.memory.read(at, Width::Byte)? as u8 {
                0 => break,
                _ if bytes.len() as u32 >= MOST_BYTES => return Err(Fault::Memory(at)),
                byte => bytes.push(byte),
            }
        }
        Ok(bytes)
    }
}

/// The addresses of a copy with the bytes that each is for: words as far as they are aligned, else single bytes.
fn in_words(start: u32, count: usize) -> impl Iterator<Item = (u32, Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = start.wrapping_add(done as u32);
        let width = if at.is_multiple_of(4) && count - done >= 4 { 4 } else { 1 };
        let part = done..done + width;
        (done < count).then(|| {
            done += width;
            (at, part)
        })
    })
}
