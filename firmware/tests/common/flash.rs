//! A flash in memory, with the chip's rules, whose power can be cut within any operation.

use std::{cell::RefCell, rc::Rc};

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};

pub const SECTOR: u32 = 4096;

/// How the operation that the power cut hits looks afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Torn {
    /// Not begun.
    Nothing,
    /// A part of its words is done: these many eighths.
    Words(u32),
    /// Every byte is touched, but some bits are not where they should be.
    Bits(u8),
}

#[derive(Clone)]
pub struct RamFlash(Rc<RefCell<Cells>>);

struct Cells {
    bytes: Vec<u8>,
    writes: u32,
    erases: u32,
    /// Operations left until the power is cut, and how.
    cut: Option<(u32, Torn)>,
    dead: bool,
}

impl RamFlash {
    pub fn new(sectors: u32) -> Self {
        Self::holding(vec![0xFF; (sectors * SECTOR) as usize])
    }

    pub fn holding(bytes: Vec<u8>) -> Self {
        Self(Rc::new(RefCell::new(Cells { bytes, writes: 0, erases: 0, cut: None, dead: false })))
    }

    pub fn len(&self) -> u32 {
        self.0.borrow().bytes.len() as u32
    }

    pub fn contents(&self) -> Vec<u8> {
        self.0.borrow().bytes.clone()
    }

    pub fn writes(&self) -> u32 {
        self.0.borrow().writes
    }

    pub fn erases(&self) -> u32 {
        self.0.borrow().erases
    }

    /// Cuts the power within the operation that comes after `operations` more.
    pub fn cut_after(&self, operations: u32, torn: Torn) {
        self.0.borrow_mut().cut = Some((operations, torn));
    }

    /// Whether the power was cut.
    pub fn is_dead(&self) -> bool {
        self.0.borrow().dead
    }

    /// A flash with the same contents and the power back on.
    pub fn power_on(&self) -> Self {
        Self::holding(self.contents())
    }
}

impl Cells {
    /// What becomes of an operation: `None` if it goes through.
    fn begin(&mut self) -> Result<Option<Torn>, PowerCut> {
        if self.dead {
            return Err(PowerCut);
        }
        match &mut self.cut {
            Some((0, torn)) => {
                self.dead = true;
                Ok(Some(*torn))
            }
            Some((left, _)) => {
                *left -= 1;
                Ok(None)
            }
            None => Ok(None),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct PowerCut;

impl NorFlashError for PowerCut {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for RamFlash {
    type Error = PowerCut;
}

impl ReadNorFlash for RamFlash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), PowerCut> {
        assert!(offset.is_multiple_of(4) && bytes.len().is_multiple_of(4));
        let cells = self.0.borrow();
        if cells.dead {
            return Err(PowerCut);
        }
        bytes.copy_from_slice(&cells.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.len() as usize
    }
}

impl NorFlash for RamFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR as usize;

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), PowerCut> {
        assert!(offset.is_multiple_of(4) && bytes.len().is_multiple_of(4));
        let mut cells = self.0.borrow_mut();
        let torn = cells.begin()?;
        cells.writes += 1;
        let (done, missing_bits) = match torn {
            None => (bytes.len(), 0),
            Some(Torn::Nothing) => (0, 0),
            Some(Torn::Words(eighths)) => (bytes.len() / 4 * eighths as usize / 8 * 4, 0),
            Some(Torn::Bits(bits)) => (bytes.len(), bits),
        };
        for (cell, byte) in cells.bytes[offset as usize..].iter_mut().zip(&bytes[..done]) {
            // Programming only clears bits.
            *cell &= byte | missing_bits;
        }
        torn.map_or(Ok(()), |_| Err(PowerCut))
    }

    fn erase(&mut self, from: u32, to: u32) -> Result<(), PowerCut> {
        assert!(from.is_multiple_of(SECTOR) && to.is_multiple_of(SECTOR));
        let mut cells = self.0.borrow_mut();
        let torn = cells.begin()?;
        cells.erases += 1;
        let len = (to - from) as usize;
        let (done, set_bits) = match torn {
            None => (len, 0xFF),
            Some(Torn::Nothing) => (0, 0),
            Some(Torn::Words(eighths)) => (len * eighths as usize / 8, 0xFF),
            Some(Torn::Bits(bits)) => (len, bits),
        };
        for cell in &mut cells.bytes[from as usize..][..done] {
            *cell |= set_bits;
        }
        torn.map_or(Ok(()), |_| Err(PowerCut))
    }
}
