//! Registers, memory and flash as the ROM reaches them.

use super::fault::Fault;
use super::identity::{ChipIdentity, DownloadFaults};
use crate::soc::{FlashResult, Soc};
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::mem::{Access, Bus, Memory, SECTOR_BYTES, Width};
use hil_sim_core::time::{Instant, Span};

/// A word of the ROM that tools tell chips and their revisions apart by.
const CHIP_MAGIC: u32 = 0x4000_1000;

const UART0_FIFO: u32 = 0x6000_0000;
const UART0_CLKDIV: u32 = 0x6000_0014;
const UART0_STATUS: u32 = 0x6000_001C;
const UART0_ID: u32 = 0x6000_0080;
const UART_ID_REG_UPDATE: u32 = 1 << 31;
const RXFIFO_CNT: u32 = 0x3FF;

/// The chip without its core, at the moment that events have been run until.
#[derive(Debug)]
pub(crate) struct RomView<'a> {
    pub(crate) soc: &'a mut Soc,
    pub(crate) memory: &'a mut Memory,
    pub(crate) now: Instant,
    pub(crate) faults: DownloadFaults,
}

impl RomView<'_> {
    pub(super) fn read_word(&mut self, address: u32) -> Result<u32, Fault> {
        if address == CHIP_MAGIC {
            return Ok(self.faults.identity.magic());
        }
        if !address.is_multiple_of(4) {
            return Err(Fault::Failed);
        }
        match self.memory.read(address, Width::Word) {
            Ok(word) => Ok(word),
            Err(_) => {
                self.on_bus(|soc, access| soc.read(access, address, Width::Word)).or_else(|it| self.elsewhere(it, 0))
            }
        }
    }

    pub(super) fn write_word(&mut self, address: u32, value: u32) -> Result<(), Fault> {
        if !address.is_multiple_of(4) {
            return Err(Fault::Failed);
        }
        match self.memory.write(address, Width::Word, value) {
            Ok(()) => Ok(()),
            Err(_) => self
                .on_bus(|soc, access| soc.write(access, address, Width::Word, value))
                .or_else(|it| self.elsewhere(it, ())),
        }
    }

    /// Another chip has something where this one has nothing.
    fn elsewhere<R>(&self, fault: Fault, found: R) -> Result<R, Fault> {
        if self.faults.identity == ChipIdentity::Esp32C3 { Err(fault) } else { Ok(found) }
    }

    fn on_bus<R>(
        &mut self,
        call: impl FnOnce(&mut Soc, &mut Access<'_>) -> Result<R, hil_sim_core::mem::AccessFault>,
    ) -> Result<R, Fault> {
        let cycle = self.soc.cycle_at(self.now);
        call(self.soc, &mut Access::new(self.memory, cycle, 0)).map_err(|_| Fault::Failed)
    }

    pub(super) fn flash_bytes(&self) -> u32 {
        self.memory.flash().len() as u32
    }

    /// Bytes of the flash chip.
    pub(super) fn read_flash(&self, offset: u32, count: u32) -> Result<Vec<u8>, Fault> {
        let end = u64::from(offset) + u64::from(count);
        if end > self.memory.flash().len() as u64 {
            return Err(Fault::FlashRead);
        }
        let mut bytes = vec![0; count as usize];
        self.memory.flash().read(offset as usize, &mut bytes).map_err(|_| Fault::FlashRead)?;
        Ok(bytes)
    }

    /// Erases the sectors that these bytes are in, and says how long that takes.
    pub(super) fn erase_sectors(&mut self, offset: u32, bytes: u32) -> Result<Span, Fault> {
        let sector = SECTOR_BYTES as u64;
        let first = u64::from(offset) / sector * sector;
        let end = (u64::from(offset) + u64::from(bytes)).next_multiple_of(sector);
        if end > u64::from(self.flash_bytes()) {
            return Err(Fault::FlashWrite);
        }
        if bytes == 0 {
            return Ok(Span::ZERO);
        }
        time(self.soc.erase_flash(self.memory, first as u32, (end - first) as usize))
    }

    /// Programs bytes, and says how long that takes.
    pub(super) fn program(&mut self, offset: u32, bytes: &[u8]) -> Result<Span, Fault> {
        if bytes.is_empty() {
            return Ok(Span::ZERO);
        }
        if u64::from(offset) + bytes.len() as u64 > u64::from(self.flash_bytes()) {
            return Err(Fault::FlashWrite);
        }
        if !self.faults.flash_writes {
            return time(self.soc.program_flash(self.memory, offset, bytes));
        }
        let mut worn = bytes.to_vec();
        if let Some(byte) = worn.iter_mut().find(|byte| **byte != 0xFF) {
            // The lowest bit that is 0.
            *byte |= *byte + 1;
        }
        time(self.soc.program_flash(self.memory, offset, &worn))
    }

    /// The next byte that UART0 has received.
    pub(crate) fn receive(&mut self) -> Option<u8> {
        let count = self.read_word(UART0_STATUS).unwrap_or(0) & RXFIFO_CNT;
        (count > 0).then(|| self.read_word(UART0_FIFO).unwrap_or(0) as u8)
    }

    /// Gives UART0 this rate; the divider is a number of cycles of the crystal, in sixteenths.
    pub(crate) fn set_baud(&mut self, baud: u32) {
        let sixteenths = (u64::from(crate::soc::XTAL_HZ) * 16 + u64::from(baud) / 2) / u64::from(baud.max(1));
        let sixteenths = sixteenths.clamp(16, 0xFFFF) as u32;
        let clkdiv = sixteenths >> 4 & 0xFFF | (sixteenths & 0xF) << 20;
        let written = self.write_word(UART0_CLKDIV, clkdiv).and_then(|()| {
            let id = self.read_word(UART0_ID)?;
            self.write_word(UART0_ID, id | UART_ID_REG_UPDATE)
        });
        debug_assert!(written.is_ok(), "UART0 is there");
    }
}

fn time(result: FlashResult) -> Result<Span, Fault> {
    match result {
        FlashResult::Busy(span) => Ok(span),
        FlashResult::Outside | FlashResult::PowerCut => Err(Fault::FlashWrite),
    }
}
