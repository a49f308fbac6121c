//! The contents of the flash chip. Cheap to clone: copies share every sector that neither has changed.

use super::hash;
use crate::raw::page::{PAGE, SharedPage};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Bytes of the smallest unit that can be erased.
pub const SECTOR_BYTES: usize = PAGE;

/// An access past the end of the chip.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("flash offset {offset:#x} with {bytes} bytes is outside a chip of {size:#x} bytes")]
pub struct OutsideFlash {
    /// First byte of the access.
    pub offset: usize,
    /// Length of the access.
    pub bytes: usize,
    /// Size of the chip.
    pub size: usize,
}

/// The image as it was first made, with its hash once someone has asked.
struct Base {
    sectors: Vec<SharedPage>,
    hashes: OnceLock<Vec<u64>>,
}

/// A flash chip's bytes in sectors of 4 KB.
#[derive(Clone)]
pub struct FlashImage {
    sectors: Arc<Vec<SharedPage>>,
    base: Arc<Base>,
}

impl std::fmt::Debug for FlashImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FlashImage").field("bytes", &self.len()).finish_non_exhaustive()
    }
}

impl FlashImage {
    /// An erased chip, all ones. The size is rounded up to whole sectors.
    pub fn erased(bytes: usize) -> Self {
        let sector = SharedPage::filled(0xFF);
        Self::from_sectors(vec![sector; bytes.div_ceil(PAGE)])
    }

    /// A chip of at least `bytes` that begins with `image`; the rest is erased. Whole sectors of 0xFF share one page.
    pub fn with_image(bytes: usize, image: &[u8]) -> Self {
        let erased = SharedPage::filled(0xFF);
        let mut sectors: Vec<_> = image
            .chunks(PAGE)
            .map(|chunk| {
                if chunk.iter().all(|byte| *byte == 0xFF) {
                    return erased.clone();
                }
                let mut sector = [0xFF; PAGE];
                sector[..chunk.len()].copy_from_slice(chunk);
                SharedPage::new(sector)
            })
            .collect();
        sectors.resize(sectors.len().max(bytes.div_ceil(PAGE)), erased);
        Self::from_sectors(sectors)
    }

    fn from_sectors(sectors: Vec<SharedPage>) -> Self {
        let base = Arc::new(Base { sectors: sectors.clone(), hashes: OnceLock::new() });
        Self { sectors: Arc::new(sectors), base }
    }

    /// Size of the chip in bytes.
    pub fn len(&self) -> usize {
        self.sectors.len() * PAGE
    }

    /// Whether the chip has no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.sectors.is_empty()
    }

    /// Copies bytes out.
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is copied.
    pub fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), OutsideFlash> {
        for (sector, within, part) in self.parts(offset, into.len())? {
            into[part].copy_from_slice(&self.sectors[sector].bytes()[within]);
        }
        Ok(())
    }

    /// All bytes, for saving the chip to a file.
    pub fn to_vec(&self) -> Vec<u8> {
        self.sectors.iter().flat_map(|sector| sector.bytes().iter().copied()).collect()
    }

    /// Replaces bytes, whatever was there. Not what a chip can do; that is [`program`](Self::program).
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is changed.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), OutsideFlash> {
        self.change(offset, bytes.len(), |part, target| target.copy_from_slice(&bytes[part]))
    }

    /// Programs as a NOR chip does: bits can only go from one to zero.
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is changed.
    pub fn program(&mut self, offset: usize, bytes: &[u8]) -> Result<(), OutsideFlash> {
        self.change(offset, bytes.len(), |part, target| {
            target.iter_mut().zip(&bytes[part]).for_each(|(old, new)| *old &= new);
        })
    }

    /// Sets bytes to 0xFF. A chip does this in units of [`SECTOR_BYTES`]; that is the caller's concern.
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is changed.
    pub fn erase(&mut self, offset: usize, bytes: usize) -> Result<(), OutsideFlash> {
        self.change(offset, bytes, |_, target| target.fill(0xFF))
    }

    fn change(&mut self, at: usize, len: usize, apply: impl Fn(Range<usize>, &mut [u8])) -> Result<(), OutsideFlash> {
        let parts = self.parts(at, len)?;
        let sectors = Arc::make_mut(&mut self.sectors);
        for (sector, within, part) in parts {
            apply(part, &mut sectors[sector].bytes_mut()[within]);
        }
        Ok(())
    }

    /// Which sectors a range touches: sector, range in it, range of the caller's bytes.
    fn parts(
        &self,
        offset: usize,
        bytes: usize,
    ) -> Result<impl Iterator<Item = (usize, Range<usize>, Range<usize>)> + use<>, OutsideFlash> {
        let size = self.len();
        let end = offset.checked_add(bytes).filter(|end| *end <= size).ok_or(OutsideFlash { offset, bytes, size })?;
        Ok((offset / PAGE..end.div_ceil(PAGE)).map(move |sector| {
            let from = offset.max(sector * PAGE);
            let to = end.min((sector + 1) * PAGE);
            (sector, from - sector * PAGE..to - sector * PAGE, from - offset..to - offset)
        }))
    }

    pub(crate) fn sector(&self, index: usize) -> Option<&SharedPage> {
        self.sectors.get(index)
    }

    /// Goes back to `then`, of a chip of the same size. Returns the sectors that were not the very same pages; if there are
    /// any, `before` is called before they are replaced.
    pub(super) fn restore(&mut self, then: &Self, mut before: impl FnMut(&SharedPage)) -> Vec<usize> {
        let Self { sectors, base } = then;
        if Arc::ptr_eq(&self.sectors, sectors) {
            return Vec::new();
        }
        let pairs = self.sectors.iter().zip(sectors.iter()).enumerate();
        let changed: Vec<_> = pairs.filter(|(_, (now, then))| !now.same(then)).map(|(index, _)| index).collect();
        changed.iter().for_each(|index| before(&self.sectors[*index]));
        match Arc::get_mut(&mut self.sectors) {
            // The list itself is this chip's own: the next write to the chip need not copy it.
            Some(own) => changed.iter().for_each(|index| own[*index].clone_from(&sectors[*index])),
            None => self.sectors = Arc::clone(sectors),
        }
        self.base = Arc::clone(base);
        changed
    }

    /// A hash of the contents; the same for the same bytes, however they came about.
    pub(super) fn hash(&self) -> u64 {
        let base = self.base.hashes.get_or_init(|| self.base.sectors.iter().map(|s| hash::page(s.bytes())).collect());
        let parts = self.sectors.iter().zip(&self.base.sectors).enumerate().map(|(index, (now, then))| {
            let page = if now.same(then) { base[index] } else { hash::page(now.bytes()) };
            hash::placed(index, page)
        });
        parts.fold(self.len() as u64, u64::wrapping_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_of_the_contents_not_of_their_history() {
        let mut one = FlashImage::erased(0x8000);
        one.write(0x1FFE, &[1, 2, 3, 4]).unwrap();
        let mut bytes = vec![0xFF; 0x8000];
        bytes[0x1FFE..0x2002].copy_from_slice(&[1, 2, 3, 4]);
        let other = FlashImage::with_image(0x8000, &bytes);
        assert_eq!(one.hash(), other.hash());
        one.erase(0x1000, 0x2000).unwrap();
        assert_eq!(one.hash(), FlashImage::erased(0x8000).hash());
    }

    #[test]
    fn programming_only_clears_bits_and_copies_are_apart() {
        let mut chip = FlashImage::erased(0x1000);
        chip.program(10, &[0xF0]).unwrap();
        let before = chip.clone();
        chip.program(10, &[0x3C]).unwrap();
        let byte = |chip: &FlashImage| chip.to_vec()[10];
        assert_eq!((byte(&before), byte(&chip)), (0xF0, 0x30));
    }

    #[test]
    fn an_access_past_the_end_changes_nothing() {
        let mut chip = FlashImage::erased(0x1000);
        let error = chip.program(0xFFF, &[0, 0]).unwrap_err();
        assert_eq!(error.to_string(), "flash offset 0xfff with 2 bytes is outside a chip of 0x1000 bytes");
        assert_eq!(chip.to_vec()[0xFFF], 0xFF);
    }
}
