//! Which bytes have been predecoded, so that a write to them can be noticed.

use super::map::{Physical, Place};
use crate::raw::page::PAGE;
use crate::raw::tlb::SPAN;

/// Bytes of RAM that share one mark.
const GRAIN: u32 = SPAN / u64::BITS;

/// A mark for every 16 bytes of RAM and every sector of flash. The ROM cannot be written and has none.
pub(super) struct CodeMarks {
    ram: Vec<u64>,
    flash: Vec<bool>,
}

impl CodeMarks {
    pub(super) fn new(ram_bytes: u32, flash_bytes: usize) -> Self {
        Self { ram: vec![0; (ram_bytes / SPAN) as usize], flash: vec![false; flash_bytes / PAGE] }
    }

    /// Marks bytes as code. Returns whether a span of RAM has its first mark, so that stores to it must slow down.
    pub(super) fn mark(&mut self, at: Physical, bytes: u32) -> bool {
        let mut first = false;
        match at.place() {
            Place::Ram(offset) => {
                for grain in grains(offset as u32, bytes) {
                    let span = &mut self.ram[(grain / u64::BITS) as usize];
                    first |= *span == 0;
                    *span |= 1 << (grain % u64::BITS);
                }
            }
            Place::Flash(offset) => {
                for sector in offset / PAGE..=(offset + bytes as usize - 1) / PAGE {
                    if let Some(mark) = self.flash.get_mut(sector) {
                        *mark = true;
                    }
                }
            }
            Place::Rom(_) => {}
        }
        first
    }

    /// Whether the span of RAM at this offset has no code at all.
    pub(super) fn span_is_free(&self, ram_offset: usize) -> bool {
        self.ram[ram_offset / SPAN as usize] == 0
    }

    /// Whether any of the bytes may be code.
    pub(super) fn touches(&self, at: Physical, bytes: u32) -> bool {
        match at.place() {
            Place::Ram(offset) => {
                let (first, last) = (offset as u32 / GRAIN, (offset as u32 + bytes - 1) / GRAIN);
                (first / u64::BITS..=last / u64::BITS).any(|span| {
                    let from = first.max(span * u64::BITS) % u64::BITS;
                    let to = last.min(span * u64::BITS + u64::BITS - 1) % u64::BITS;
                    let touched = u64::MAX << from & u64::MAX >> (u64::BITS - 1 - to);
                    self.ram[span as usize] & touched != 0
                })
            }
            Place::Flash(offset) => (offset / PAGE..=(offset + bytes as usize - 1) / PAGE)
                .any(|sector| self.flash.get(sector).copied().unwrap_or(false)),
            Place::Rom(_) => false,
        }
    }

    /// Whether any code in this page of RAM differs between two contents of it.
    pub(super) fn differ(&self, page: Physical, one: &[u8; PAGE], other: &[u8; PAGE]) -> bool {
        let Place::Ram(offset) = page.place() else { return self.touches(page, PAGE as u32) };
        let marked = |grain: usize| {
            let place = offset / GRAIN as usize + grain;
            self.ram[place / u64::BITS as usize] >> (place % u64::BITS as usize) & 1 == 1
        };
        let spans = offset / SPAN as usize..(offset + PAGE) / SPAN as usize;
        if self.ram[spans].iter().all(|marks| *marks == 0) {
            return false;
        }
        let grains = one.as_chunks::<{ GRAIN as usize }>().0.iter().zip(other.as_chunks::<{ GRAIN as usize }>().0);
        grains.enumerate().any(|(grain, (one, other))| one != other && marked(grain))
    }

    pub(super) fn clear(&mut self) {
        self.ram.fill(0);
        self.flash.fill(false);
    }
}

fn grains(offset: u32, bytes: u32) -> impl Iterator<Item = u32> {
    offset / GRAIN..=(offset + bytes - 1) / GRAIN
}
