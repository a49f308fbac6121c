//! Whether segments can be where they want to be; ESP32-C3 Technical Reference Manual, chapter 3 "System and Memory".

use super::{Extent, Mapping};
use crate::map::{DRAM, FLASH_CODE, FLASH_DATA, IRAM, MMU_PAGE_BYTES, RTC_FAST};
use std::ops::Range;

/// A program that does not fit the chip's memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum PlacementError {
    /// There is nothing to load.
    #[error("the file has no segment that is loaded into memory")]
    #[diagnostic(
        code(image::nothing_to_load),
        help("an object file or a library is not a program: give the linked executable")
    )]
    NothingToLoad,

    /// A segment where no memory is.
    #[error("{0} is not in the memory of an ESP32-C3")]
    #[diagnostic(
        code(image::outside_memory),
        help(
            "it has data in 0x3fc80000..0x3fce0000, code in 0x4037c000..0x403e0000, RTC memory in \
             0x50000000..0x50002000, and flash in 0x3c000000..0x3c800000 (data) and 0x42000000..0x42800000 (code): \
             check that the linker script is for this chip"
        )
    )]
    OutsideMemory(
        /// The segment.
        Extent,
    ),

    /// Two segments for the same bytes.
    #[error("{first} and {second} overlap")]
    #[diagnostic(
        code(image::overlap),
        help("0x4037c000 + x and 0x3fc80000 + x - 0x4000 are the same RAM: the linker script must keep both apart")
    )]
    Overlap {
        /// The one that begins first.
        first: Extent,
        /// The other.
        second: Extent,
    },

    /// Two segments for one window of the flash.
    #[error("{first} and {second} are both mapped to one flash window")]
    #[diagnostic(
        code(image::second_flash_segment),
        help(
            "the bootloader maps one segment for data and one for code: let the linker script join them without a gap"
        )
    )]
    SecondFlashSegment {
        /// One.
        first: Extent,
        /// The other.
        second: Extent,
    },

    /// The windows for data and code share the entries of the MMU.
    #[error("{first} and {second} need MMU entry {entry} for different pages of the flash")]
    #[diagnostic(
        code(image::mmu_conflict),
        help("let the code begin in the first 64 KB page after the last one of the data, as `.rotext_dummy` does")
    )]
    MmuConflict {
        /// Index of the entry.
        entry: usize,
        /// One.
        first: Extent,
        /// The other.
        second: Extent,
    },

    /// A flash segment that the MMU cannot map, because it works in pages.
    #[error("{extent} is mapped from flash, but its address and its data's offset {offset:#x} differ modulo 64 KB")]
    #[diagnostic(code(image::misaligned), help("make the image again with a current esptool or espflash"))]
    Misaligned {
        /// The segment.
        extent: Extent,
        /// Where its bytes are.
        offset: u64,
    },

    /// The program begins where there is no code.
    #[error("the entry point {0:#010x} is not in an executable segment")]
    #[diagnostic(
        code(image::entry),
        help(
            "code is executed from 0x4037c000..0x403e0000, 0x42000000..0x42800000 and 0x50000000..0x50002000: \
             check ENTRY() in the linker script"
        )
    )]
    Entry(
        /// Its address.
        u32,
    ),
}

const RAM: [Range<u32>; 3] = [DRAM, IRAM, RTC_FAST];
const EXECUTABLE: [Range<u32>; 3] = [IRAM, FLASH_CODE, RTC_FAST];

fn holds(range: &Range<u32>, extent: &Extent) -> bool {
    range.contains(&extent.address) && extent.end() <= u64::from(range.end)
}

/// The window in which a segment is mapped from flash, if it is.
pub(super) fn flash_window(extent: &Extent) -> Option<Range<u32>> {
    [FLASH_DATA, FLASH_CODE].into_iter().find(|window| holds(window, extent))
}

/// A number that is the same for two addresses of the same byte of RAM.
fn physical(address: u32) -> u64 {
    // SRAM 1 begins 16 KB into the instruction bus's range.
    let alias = if DRAM.contains(&address) { IRAM.start + 0x4000 - DRAM.start } else { 0 };
    u64::from(address) + u64::from(alias)
}

/// Whether all segments are in memory, none overlaps another, and the entry point is in one of them.
pub(super) fn check(entry: u32, extents: &[Extent]) -> Result<(), PlacementError> {
    if extents.is_empty() {
        return Err(PlacementError::NothingToLoad);
    }
    let in_memory = |extent: &Extent| flash_window(extent).is_some() || RAM.iter().any(|range| holds(range, extent));
    if let Some(outside) = extents.iter().find(|extent| !in_memory(extent)) {
        return Err(PlacementError::OutsideMemory(*outside));
    }
    let mut sorted = extents.to_vec();
    sorted.sort_by_key(|extent| physical(extent.address));
    for pair in sorted.windows(2) {
        if physical(pair[0].address) + u64::from(pair[0].bytes) > physical(pair[1].address) {
            return Err(PlacementError::Overlap { first: pair[0], second: pair[1] });
        }
    }
    let reaches = |extent: &&Extent| (u64::from(extent.address)..extent.end()).contains(&u64::from(entry));
    let executable = EXECUTABLE.iter().any(|range| range.contains(&entry));
    if !executable || !entry.is_multiple_of(2) || !extents.iter().any(|extent| reaches(&extent)) {
        return Err(PlacementError::Entry(entry));
    }
    Ok(())
}

/// Whether each window of the flash has at most one segment.
pub(super) fn check_windows<'a>(extents: impl IntoIterator<Item = &'a Extent>) -> Result<(), PlacementError> {
    let mut seen: Vec<(Range<u32>, &Extent)> = Vec::new();
    for extent in extents {
        let Some(window) = flash_window(extent) else { continue };
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == window) {
            return Err(PlacementError::SecondFlashSegment { first: **first, second: *extent });
        }
        seen.push((window, extent));
    }
    Ok(())
}

/// The entries of the MMU for flash segments, each with the offset of its bytes in the chip.
pub(super) fn map(segments: &[(Extent, u64)]) -> Result<Vec<Mapping>, PlacementError> {
    let mut mapped: Vec<(Mapping, Extent)> = Vec::new();
    let page_bytes = u64::from(MMU_PAGE_BYTES);
    for (extent, offset) in segments {
        let Some(window) = flash_window(extent) else { continue };
        let address = u64::from(extent.address);
        if address % page_bytes != offset % page_bytes {
            return Err(PlacementError::Misaligned { extent: *extent, offset: *offset });
        }
        let pages = (address % page_bytes + u64::from(extent.bytes)).div_ceil(page_bytes);
        for step in 0..pages {
            let entry = ((address - u64::from(window.start)) / page_bytes + step) as usize;
            let mapping = Mapping { entry, page: (offset / page_bytes + step) as u16 };
            match mapped.iter().find(|(known, _)| known.entry == entry) {
                None => mapped.push((mapping, *extent)),
                Some((known, _)) if *known == mapping => {}
                Some((_, first)) => {
                    return Err(PlacementError::MmuConflict { entry, first: *first, second: *extent });
                }
            }
        }
    }
    Ok(mapped.into_iter().map(|(mapping, _)| mapping).collect())
}
