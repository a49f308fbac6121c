//! The device's flash: NOR semantics, every operation seen, power that fails in the middle of one.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

use super::board::Supply;
use hil_model::observation::{FlashOp, Observation};
use hil_targets::BenchError;
use hil_targets::journal::Journal;

/// Erase sector of the ESP32-C3's flash, in bytes.
pub const SECTOR: usize = 4096;
/// Size of the flash, in bytes.
const CAPACITY: usize = 4 * 1024 * 1024;
/// Content of erased flash.
const ERASED: u8 = 0xFF;

/// The flash's content and its life; it outlives the device's resets. Clones are the same flash.
#[derive(Clone)]
pub struct FlashImage {
    shared: Rc<RefCell<Shared>>,
}

struct Shared {
    bytes: Vec<u8>,
    file: Option<PathBuf>,
    journal: Journal,
    /// Operations since the scenario's start.
    operations: u32,
    /// Operation (as counted in `operations`) in the middle of which power fails.
    cut_at: Option<u32>,
}

impl FlashImage {
    /// Blank flash, or the content of `file` if that exists; `file` is kept up to date.
    ///
    /// # Errors
    /// The file cannot be read or is larger than the flash.
    pub(super) fn open(file: Option<&Path>, journal: Journal) -> Result<Self, BenchError> {
        let mut bytes = Vec::new();
        if let Some(path) = file {
            let wrong = |problem: String| BenchError::File { path: path.to_owned(), problem };
            match std::fs::read(path) {
                Ok(content) if content.len() <= CAPACITY => bytes = content,
                Ok(content) => {
                    return Err(wrong(format!("holds {} bytes, the flash only {CAPACITY}", content.len())));
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(wrong(e.to_string())),
            }
        }
        bytes.resize(CAPACITY, ERASED);
        let file = file.map(Path::to_owned);
        Ok(Self { shared: Rc::new(RefCell::new(Shared { bytes, file, journal, operations: 0, cut_at: None })) })
    }

    /// Puts `bytes` at `offset`, as a flashing tool does; no operation of the device.
    pub(super) fn program(&self, offset: u32, bytes: &[u8]) {
        let mut shared = self.shared.borrow_mut();
        let at = offset as usize;
        shared.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Arms a power failure in the middle of the `k`-th operation from now (from 1).
    pub(super) fn cut_at_operation(&self, k: u32) {
        let mut shared = self.shared.borrow_mut();
        shared.cut_at = Some(shared.operations + k);
    }

    /// Operations still missing until an armed power failure.
    pub(super) fn pending_cut(&self) -> Option<u32> {
        let shared = self.shared.borrow();
        shared.cut_at.map(|at| at - shared.operations)
    }

    /// Gives up an armed power failure.
    pub(super) fn disarm(&self) {
        self.shared.borrow_mut().cut_at = None;
    }

    /// Writes the content to its file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn save(&self) -> Result<(), BenchError> {
        let shared = self.shared.borrow();
        let Some(path) = &shared.file else { return Ok(()) };
        std::fs::write(path, &shared.bytes).map_err(|e| BenchError::File { path: path.clone(), problem: e.to_string() })
    }
}

/// The flash as the running device sees it.
pub(super) struct Flash {
    pub(super) image: FlashImage,
    pub(super) supply: Supply,
}

/// An operation that the flash refused, or did not survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlashError {
    /// Out of bounds or not aligned.
    Request(NorFlashErrorKind),
    /// The supply is off.
    NoPower,
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Request(kind) => *kind,
            Self::NoPower => NorFlashErrorKind::Other,
        }
    }
}

impl Flash {
    /// Counts an operation on `offset..offset + length` and does as much of it as power lasts for: `change` is given
    /// the bytes that are reached.
    fn operate(
        &mut self,
        op: FlashOp,
        offset: u32,
        length: usize,
        change: impl FnOnce(&mut [u8]),
    ) -> Result<(), FlashError> {
        self.supply.step();
        if !self.supply.is_on() {
            return Err(FlashError::NoPower);
        }
        let mut shared = self.image.shared.borrow_mut();
        shared.operations += 1;
        let cut = shared.cut_at == Some(shared.operations);
        let reached = if cut { length / 2 } else { length };
        let at = offset as usize;
        change(&mut shared.bytes[at..at + reached]);
        shared.journal.record(Observation::Flash { op, offset, length: length as u32 });
        if cut {
            shared.cut_at = None;
            drop(shared);
            let op = if op == FlashOp::Write { "write" } else { "erase" };
            self.supply
                .fail(&format!("power failed in a flash {op} at 0x{offset:06x}, after {reached} of {length} bytes"));
            return Err(FlashError::NoPower);
        }
        Ok(())
    }
}

impl ErrorType for Flash {
    type Error = FlashError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        self.supply.step();
        check_read(self, offset, bytes.len()).map_err(FlashError::Request)?;
        let at = offset as usize;
        bytes.copy_from_slice(&self.image.shared.borrow().bytes[at..at + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        CAPACITY
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        check_erase(self, from, to).map_err(FlashError::Request)?;
        for sector in (from..to).step_by(SECTOR) {
            self.operate(FlashOp::Erase, sector, SECTOR, |bytes| bytes.fill(ERASED))?;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        check_write(self, offset, bytes.len()).map_err(FlashError::Request)?;
        self.operate(FlashOp::Write, offset, bytes.len(), |cells| {
            // Programming can only clear bits.
            cells.iter_mut().zip(bytes).for_each(|(cell, byte)| *cell &= byte);
        })
    }
}

impl esp_nvs::platform::Crc for Flash {
    fn crc32(init: u32, data: &[u8]) -> u32 {
        esp_nvs::platform::software_crc32(init, data)
    }
}
