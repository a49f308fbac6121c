//! Writing to flash: what a BEGIN request announces and DATA requests bring, plain or compressed (zlib).

use super::fault::Fault;
use super::rom_view::RomView;
use hil_sim_core::time::Span;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

/// Bytes that are decompressed at once.
const CHUNK: usize = 16 * 1024;

/// A piece of flash that is being written.
#[derive(Clone)]
pub(super) struct Write {
    /// Where the next byte goes.
    at: u32,
    /// The end of what was announced, and erased.
    end: u32,
    inflate: Option<Box<InflateState>>,
    is_inflated: bool,
}

impl std::hash::Hash for Write {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // What the decompressor has in itself cannot be compared; how far it has come can.
        let Self { at, end, inflate, is_inflated } = self;
        (at, end, inflate.is_some(), is_inflated).hash(state);
    }
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Write").field("at", &self.at).field("end", &self.end).finish_non_exhaustive()
    }
}

impl Write {
    /// Erases, and says how long that takes.
    pub(super) fn begin(
        chip: &mut RomView<'_>,
        offset: u32,
        bytes: u32,
        is_compressed: bool,
    ) -> Result<(Self, Span), Fault> {
        let span = chip.erase_sectors(offset, bytes)?;
        let end = offset
            .checked_add(bytes)
            .ok_or(Fault::FlashWrite)?
            .next_multiple_of(hil_sim_core::mem::SECTOR_BYTES as u32);
        let inflate = is_compressed.then(|| InflateState::new_boxed(DataFormat::Zlib));
        Ok((Self { at: offset, end, inflate, is_inflated: false }, span))
    }

    /// Whether data is to be compressed.
    pub(super) fn is_compressed(&self) -> bool {
        self.inflate.is_some()
    }

    /// Programs a piece.
    pub(super) fn data(&mut self, chip: &mut RomView<'_>, piece: &[u8]) -> Result<Span, Fault> {
        let Some(mut state) = self.inflate.take() else {
            return self.program(chip, piece);
        };
        let result = self.inflate_piece(chip, &mut state, piece);
        self.inflate = Some(state);
        result
    }

    fn inflate_piece(&mut self, chip: &mut RomView<'_>, state: &mut InflateState, piece: &[u8]) -> Result<Span, Fault> {
        let mut buffer = vec![0; CHUNK];
        let (mut rest, mut span) = (piece, Span::ZERO);
        while !self.is_inflated {
            let result = inflate(state, rest, &mut buffer, MZFlush::None);
            rest = &rest[result.bytes_consumed..];
            span = span + self.program(chip, &buffer[..result.bytes_written])?;
            match result.status {
                Ok(MZStatus::StreamEnd) => self.is_inflated = true,
                // It needs more.
                Ok(_) if result.bytes_written < buffer.len() && rest.is_empty() => break,
                Err(miniz_oxide::MZError::Buf) => break,
                Ok(_) => {}
                Err(_) => return Err(Fault::Deflate),
            }
        }
        Ok(span)
    }

    fn program(&mut self, chip: &mut RomView<'_>, bytes: &[u8]) -> Result<Span, Fault> {
        // Tools fill the last block with 0xFF, which changes nothing, up to whole blocks that may be longer than sectors.
        let room = self.end.saturating_sub(self.at) as usize;
        let (inside, beyond) = bytes.split_at(bytes.len().min(room));
        if beyond.iter().any(|byte| *byte != 0xFF) {
            return Err(Fault::TooMuch);
        }
        let span = chip.program(self.at, inside)?;
        self.at += inside.len() as u32;
        Ok(span)
    }
}
