//! Making an app image of a program, byte for byte as `esptool elf2image` does; esptool documentation, "elf2image".
//!
//! A flash segment must lie in the chip as it lies in its 64 KB page of the address space. The space before it is
//! filled with segments for RAM, cut where necessary, and with zeros when there are none left.

use super::app::{
    CHECKSUM_SEED, CHIP_ID, DIGEST_FLAG, HEADER_BYTES, MAGIC, MAX_SEGMENTS, SEGMENT_HEADER_BYTES, SIZE_AND_FREQUENCY,
    checksum,
};
use super::placement::{self, flash_window};
use super::segment::Part;
use super::{AppError, FlashSize, ImageError};
use crate::map::{DRAM, IRAM, MMU_PAGE_BYTES};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// Dual I/O at 40 MHz, espflash's default; what makes no difference here.
const MODE_DIO: u8 = 2;
const FREQUENCY_40_MHZ: u8 = 0;
/// The pin is not used.
const WRITE_PROTECT_PIN: u8 = 0xEE;
/// Any chip revision.
const MAX_REVISION: u16 = u16::MAX;

/// First word of `esp_app_desc_t`, which the linker puts at the start of the flash data.
const DESCRIPTION_MAGIC: [u8; 4] = 0xABCD_5432_u32.to_le_bytes();
/// Where `esp_app_desc_t` has the digest of the ELF file.
const DESCRIPTION_DIGEST: std::ops::Range<usize> = 144..176;

/// Makes an image of segments that are in memory and do not overlap.
pub(super) fn write(entry: u32, parts: Vec<Part<'_>>, size: FlashSize, elf: &[u8]) -> Result<Vec<u8>, ImageError> {
    let (mut flash, mut ram): (VecDeque<_>, VecDeque<_>) =
        merged(parts).into_iter().partition(|part| flash_window(&part.extent).is_some());
    placement::check_windows(flash.iter().map(|part| &part.extent))?;
    if let Some(part) = flash.iter().find(|part| part.extent.address % 4 != 0) {
        return Err(AppError::Unaligned(part.extent).into());
    }
    if let Some(first) = flash.front_mut() {
        describe(first.bytes.to_mut(), elf);
    }
    let mut writer = Writer { image: header(entry, size), segments: 0, sum: CHECKSUM_SEED };
    while let Some(part) = flash.front() {
        match space_before(writer.image.len(), part.extent.address) {
            0 => {
                writer.segment(part.extent.address, &part.bytes);
                flash.pop_front();
            }
            space => match ram.front_mut().filter(|_| space > SEGMENT_HEADER_BYTES) {
                Some(filler) => {
                    let cut = space.min(filler.bytes.len());
                    let rest = filler.bytes.to_mut().split_off(cut);
                    writer.segment(filler.extent.address, &filler.bytes);
                    filler.extent.address += filler.bytes.len() as u32;
                    filler.bytes = rest.into();
                    if filler.bytes.is_empty() {
                        ram.pop_front();
                    }
                }
                None => writer.segment(0, &vec![0; space]),
            },
        }
    }
    for part in ram {
        writer.segment(part.extent.address, &part.bytes);
    }
    writer.finish()
}

/// Sorted by address, filled with zeros to whole words, and those that then touch made one.
fn merged(mut parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    parts.sort_by_key(|part| part.extent.address);
    let mut merged: Vec<Part<'_>> = Vec::with_capacity(parts.len());
    for mut part in parts {
        if part.bytes.len() % 4 != 0 {
            let words = part.bytes.len().next_multiple_of(4);
            part.bytes.to_mut().resize(words, 0);
            part.extent.bytes = words as u32;
        }
        match merged.last_mut() {
            // No range of addresses follows another without a gap, so that both are in the same.
            Some(last) if last.extent.end() == u64::from(part.extent.address) => {
                last.bytes.to_mut().extend_from_slice(&part.bytes);
                last.extent.bytes += part.extent.bytes;
            }
            _ => merged.push(part),
        }
    }
    merged
}

const _: () = assert!(DRAM.end < IRAM.start);

/// Puts the digest of the ELF file into the description of the app, if there is one with room for it.
fn describe(data: &mut [u8], elf: &[u8]) {
    if !data.starts_with(&DESCRIPTION_MAGIC) {
        return;
    }
    if let Some(digest) = data.get_mut(DESCRIPTION_DIGEST).filter(|digest| digest.iter().all(|byte| *byte == 0)) {
        digest.copy_from_slice(&Sha256::digest(elf));
    }
}

fn header(entry: u32, size: FlashSize) -> Vec<u8> {
    let mut header = vec![0; HEADER_BYTES];
    header[0] = MAGIC;
    header[2] = MODE_DIO;
    header[SIZE_AND_FREQUENCY] = size.code() << 4 | FREQUENCY_40_MHZ;
    header[4..8].copy_from_slice(&entry.to_le_bytes());
    header[8] = WRITE_PROTECT_PIN;
    header[12..14].copy_from_slice(&CHIP_ID.to_le_bytes());
    header[17..19].copy_from_slice(&MAX_REVISION.to_le_bytes());
    header[DIGEST_FLAG] = 1;
    header
}

/// How many bytes a segment between here and a flash segment has, so that the latter lies as the MMU needs it. More than
/// a page if the present one is too far on, as in esptool.
fn space_before(position: usize, address: u32) -> usize {
    let page = MMU_PAGE_BYTES as isize;
    let header = SEGMENT_HEADER_BYTES as isize;
    let distance = page - position as isize % page + address as isize % page - header;
    let space = match distance {
        _ if distance % page == 0 => 0,
        // The segment that fills the space has a header too.
        _ if distance > header => distance - header,
        _ => distance + page - header,
    };
    space.cast_unsigned()
}

struct Writer {
    image: Vec<u8>,
    segments: usize,
    sum: u8,
}

impl Writer {
    fn segment(&mut self, address: u32, bytes: &[u8]) {
        self.image.extend(address.to_le_bytes());
        self.image.extend((bytes.len() as u32).to_le_bytes());
        self.image.extend(bytes);
        self.sum = checksum(self.sum, [bytes]);
        self.segments += 1;
    }

    fn finish(mut self) -> Result<Vec<u8>, ImageError> {
        if self.segments > MAX_SEGMENTS {
            return Err(AppError::SegmentCount { offset: 1, count: self.segments }.into());
        }
        self.image[1] = self.segments as u8;
        self.image.resize(self.image.len() | 15, 0);
        self.image.push(self.sum);
        let digest = Sha256::digest(&self.image);
        self.image.extend_from_slice(&digest);
        Ok(self.image)
    }
}
