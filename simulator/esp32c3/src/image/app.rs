//! Reading an app image, with the checks of ESP-IDF's `esp_image_format.c`.
//!
//! A header of 8 bytes (`esp_image_header_t`: magic, segment count, flash mode, size and frequency, entry point) and 16
//! more (chip id, chip revisions, whether a digest follows); segments, each with its address and length before its
//! bytes; zeros and a checksum, to a multiple of 16 bytes; a SHA-256 digest of all of this.

use super::app_error::{AppError, chip_name};
use super::little_endian::{u16_at, u32_at};
use super::{Extent, Header};
use sha2::{Digest, Sha256};

pub(super) const MAGIC: u8 = 0xE9;
pub(super) const CHIP_ID: u16 = 5;
pub(super) const HEADER_BYTES: usize = 24;
pub(super) const SEGMENT_HEADER_BYTES: usize = 8;
pub(super) const MAX_SEGMENTS: usize = 16;
pub(super) const CHECKSUM_SEED: u8 = 0xEF;
pub(super) const SIZE_AND_FREQUENCY: usize = 3;
pub(super) const DIGEST_FLAG: usize = 23;
const CHIP_ID_OFFSET: usize = 12;
const DIGEST_BYTES: usize = 32;
/// Segments below this address only fill space.
const FIRST_LOADED_ADDRESS: u32 = 0x1000_0000;

/// A valid image. Offsets in its extents are from wherever its own offset counts from.
pub(super) struct App<'a> {
    pub(super) entry: u32,
    pub(super) segments: Vec<AppSegment<'a>>,
}

pub(super) struct AppSegment<'a> {
    pub(super) extent: Extent,
    /// Where its bytes are, counted as the header's offset is.
    pub(super) data_offset: u64,
    pub(super) bytes: &'a [u8],
}

impl AppSegment<'_> {
    /// Whether it does more than fill space.
    pub(super) fn is_loaded(&self) -> bool {
        self.extent.address >= FIRST_LOADED_ADDRESS && !self.bytes.is_empty()
    }
}

/// Reads the image at the start of `bytes`, which is at `base` of the file or chip.
pub(super) fn parse(bytes: &[u8], base: u64) -> Result<App<'_>, AppError> {
    let truncated = |what, start: usize, length: usize| AppError::Truncated {
        end: base + bytes.len() as u64,
        what,
        start: base + start as u64,
        expected: base + (start + length) as u64,
    };
    if let Some(found) = bytes.first().copied().filter(|first| *first != MAGIC) {
        return Err(AppError::Magic { offset: base, found });
    }
    let header = bytes.get(..HEADER_BYTES).ok_or_else(|| truncated("header", 0, HEADER_BYTES))?;
    let id = u16_at(header, CHIP_ID_OFFSET).expect("in the header");
    if id != CHIP_ID {
        return Err(AppError::Chip { offset: base + CHIP_ID_OFFSET as u64, id, name: chip_name(id) });
    }
    let count = usize::from(header[1]);
    if count == 0 || count > MAX_SEGMENTS {
        return Err(AppError::SegmentCount { offset: base + 1, count });
    }
    let mut segments = Vec::with_capacity(count);
    let mut at = HEADER_BYTES;
    for index in 0..count {
        let segment = segment(bytes, base, index, at, truncated)?;
        at += SEGMENT_HEADER_BYTES + segment.bytes.len();
        segments.push(segment);
    }

    let checksum_at = at | 15;
    let stored = *bytes.get(checksum_at).ok_or_else(|| truncated("checksum", at, checksum_at + 1 - at))?;
    let computed = checksum(CHECKSUM_SEED, segments.iter().map(|segment| segment.bytes));
    if stored != computed {
        return Err(AppError::Checksum { offset: base + checksum_at as u64, stored, computed });
    }
    if header[DIGEST_FLAG] != 0 {
        let digest_at = checksum_at + 1;
        let stored = bytes.get(digest_at..digest_at + DIGEST_BYTES);
        let stored = stored.ok_or_else(|| truncated("SHA-256 digest", digest_at, DIGEST_BYTES))?;
        let computed = Sha256::digest(&bytes[..digest_at]);
        if *stored != computed[..] {
            let offset = base + digest_at as u64;
            return Err(AppError::Digest { offset, stored: hex(stored), computed: hex(&computed) });
        }
    }
    Ok(App { entry: u32_at(header, 4).expect("in the header"), segments })
}

fn segment<'a>(
    bytes: &'a [u8],
    base: u64,
    index: usize,
    at: usize,
    truncated: impl Fn(&'static str, usize, usize) -> AppError,
) -> Result<AppSegment<'a>, AppError> {
    let numbers = u32_at(bytes, at).zip(u32_at(bytes, at + 4));
    let (address, length) = numbers.ok_or_else(|| truncated("segment headers", at, SEGMENT_HEADER_BYTES))?;
    let extent = Extent { header: Header::Segment(index), offset: base + at as u64, address, bytes: length };
    let data = at + SEGMENT_HEADER_BYTES;
    let cut_off = AppError::TruncatedSegment { end: base + bytes.len() as u64, extent };
    let bytes = data.checked_add(length as usize).and_then(|end| bytes.get(data..end)).ok_or(cut_off)?;
    if length % 4 != 0 {
        return Err(AppError::SegmentLength(extent));
    }
    Ok(AppSegment { extent, data_offset: base + data as u64, bytes })
}

/// Where the segments of the image at the start of `bytes` end, if it is one and all of them are there.
pub(super) fn end_of_segments(bytes: &[u8]) -> Option<usize> {
    let count = (*bytes.first()? == MAGIC).then(|| bytes.get(1).copied())??;
    let next = |at: usize, _| {
        let end = at.checked_add(SEGMENT_HEADER_BYTES)?.checked_add(u32_at(bytes, at.checked_add(4)?)? as usize)?;
        (end <= bytes.len()).then_some(end)
    };
    (0..count).try_fold(HEADER_BYTES, next)
}

/// The exclusive or of all bytes and `seed`.
pub(super) fn checksum<'a>(seed: u8, parts: impl IntoIterator<Item = &'a [u8]>) -> u8 {
    parts.into_iter().flatten().fold(seed, |sum, byte| sum ^ byte)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
