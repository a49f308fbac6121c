//! Moving bytes in and out of memory from outside the CPU: loaders, DMA, debuggers, ROM functions.

use super::map::{Physical, Place};
use super::{Memory, Width};
use crate::raw::page::PAGE;

/// There is no memory at an address, or none that can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no memory for this at {0:#010x}")]
pub struct Unmapped(
    /// The first address that could not be reached.
    pub u32,
);

impl Memory {
    /// Copies bytes out of memory, whatever PMP says.
    ///
    /// # Errors
    /// [`Unmapped`] at the first address that is not memory; the bytes before it have been copied.
    pub fn read_bytes(&self, address: u32, into: &mut [u8]) -> Result<(), Unmapped> {
        let mut done = 0;
        while done < into.len() {
            let here = address.wrapping_add(done as u32);
            let from = self.rest_of_page(self.resolve(here).ok_or(Unmapped(here))?);
            let count = from.len().min(into.len() - done);
            into[done..done + count].copy_from_slice(&from[..count]);
            done += count;
        }
        Ok(())
    }

    /// The little-endian number of `width` at `address`, aligned or not.
    ///
    /// # Errors
    /// [`Unmapped`] if not all of it is memory.
    pub fn read(&self, address: u32, width: Width) -> Result<u32, Unmapped> {
        let mut bytes = [0; 4];
        self.read_bytes(address, &mut bytes[..width.bytes() as usize])?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Copies bytes into RAM, whatever PMP says. Code that was there is decoded again when it is next executed.
    ///
    /// # Errors
    /// [`Unmapped`] at the first address that is not RAM; the bytes before it have been copied.
    pub fn write_bytes(&mut self, address: u32, bytes: &[u8]) -> Result<(), Unmapped> {
        self.put(address, bytes, false)
    }

    /// Stores a little-endian number of `width` at `address`, aligned or not.
    ///
    /// # Errors
    /// [`Unmapped`] if not all of it is RAM.
    pub fn write(&mut self, address: u32, width: Width, value: u32) -> Result<(), Unmapped> {
        self.write_bytes(address, &value.to_le_bytes()[..width.bytes() as usize])
    }

    /// Copies bytes to where a program's segment belongs: into RAM, or, in the flash windows, into the chip through
    /// the MMU entries as they are now. Also what a debugger uses to set a breakpoint in flash.
    ///
    /// # Errors
    /// [`Unmapped`] at the first address that is neither; the bytes before it have been copied.
    pub fn load(&mut self, address: u32, bytes: &[u8]) -> Result<(), Unmapped> {
        self.put(address, bytes, true)
    }

    fn put(&mut self, address: u32, bytes: &[u8], into_flash: bool) -> Result<(), Unmapped> {
        let mut done = 0;
        while done < bytes.len() {
            let here = address.wrapping_add(done as u32);
            let at = self.resolve(here).ok_or(Unmapped(here))?;
            let count = (PAGE - at.0 as usize % PAGE).min(bytes.len() - done);
            let part = &bytes[done..done + count];
            match at.place() {
                Place::Ram(_) => self.store(at, part),
                Place::Flash(offset) if into_flash => {
                    self.change_flash(offset, count, |flash| flash.write(offset, part)).map_err(|_| Unmapped(here))?;
                }
                Place::Flash(_) | Place::Rom(_) => return Err(Unmapped(here)),
            }
            done += count;
        }
        Ok(())
    }

    /// The two bytes of an instruction at `address`. Nothing can be fetched by the addresses of a data bus.
    pub(crate) fn fetch_half(&self, address: u32) -> Option<(Physical, u16)> {
        if !self.is_executable(address) {
            return None;
        }
        let at = self.resolve(address)?;
        let bytes = self.rest_of_page(at).first_chunk::<2>()?;
        Some((at, u16::from_le_bytes(*bytes)))
    }
}
