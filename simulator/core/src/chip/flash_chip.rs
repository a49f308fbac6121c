//! The flash chip on SPI0/1: a 3.3 V NOR chip with the common commands, as Winbond's W25Q32JV data sheet has them. Not
//! for its contents, which are in [`Memory`].

use crate::mem::{Memory, SECTOR_BYTES};
use crate::time::{Instant, Span};

/// Operations beyond this many that nobody has fetched are dropped from the record.
const MOST_RECORDED: usize = 100_000;
/// Bytes of a page: programming wraps around within it.
const PAGE_BYTES: usize = 256;
const STATUS_BUSY: u8 = 1 << 0;
const STATUS_WRITE_ENABLED: u8 = 1 << 1;

/// What was done to the flash chip's contents.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FlashOperationKind {
    /// Bits were programmed from one to zero.
    Write,
    /// Bytes were set to 0xFF.
    Erase,
}

/// An operation that changed the flash chip's contents.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FlashOperation {
    /// When it began.
    pub at: Instant,
    /// What it was.
    pub kind: FlashOperationKind,
    /// Its first byte, from the start of the chip.
    pub offset: u32,
    /// How many bytes it was to change.
    pub length: u32,
    /// How many of them it changed: fewer than `length` if power was cut in the middle.
    pub reached: u32,
}

/// A NOR flash chip: its own state. Its contents are in [`Memory`].
#[derive(Clone, Hash, Debug, Default)]
pub struct FlashChip {
    busy_until: Instant,
    write_enabled: bool,
    /// Status registers 1 (without busy and write-enable), 2 and 3.
    status: [u8; 3],
    operations: u64,
    /// The number of the operation in the middle of which power is cut.
    cut_at: Option<u64>,
    /// Power was cut, and nobody has asked yet.
    is_cut: bool,
    recorded: Vec<FlashOperation>,
}

/// Power was cut in the middle of an operation, or there are no such bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlashFault {
    /// Power was cut.
    PowerCut,
    /// There are no such bytes.
    Outside,
}

impl FlashChip {
    /// Cuts power in the middle of the `k`-th operation from now, from 1.
    pub fn cut_at_operation(&mut self, k: u32) {
        self.cut_at = Some(self.operations + u64::from(k));
    }

    /// Operations that are missing until power is cut, if that is asked for.
    pub fn pending_cut(&self) -> Option<u32> {
        self.cut_at.map(|at| (at - self.operations) as u32)
    }

    /// Takes back [`cut_at_operation`](Self::cut_at_operation).
    pub fn disarm(&mut self) {
        self.cut_at = None;
    }

    /// Whether power was cut in the middle of an operation since the last call.
    pub fn take_power_cut(&mut self) -> bool {
        std::mem::take(&mut self.is_cut)
    }

    /// The operations since the last call, in order.
    pub fn take_operations(&mut self) -> Vec<FlashOperation> {
        std::mem::take(&mut self.recorded)
    }

    /// The chip loses power or is reset: what it was doing has ended.
    pub fn power_cycle(&mut self) {
        (self.busy_until, self.write_enabled) = (Instant::ZERO, false);
    }

    /// Programs bytes. Gives how long the chip is busy with it.
    ///
    /// # Errors
    /// [`FlashFault`] if it did not end well.
    pub fn program(
        &mut self,
        memory: &mut Memory,
        now: Instant,
        offset: u32,
        bytes: &[u8],
    ) -> Result<Span, FlashFault> {
        let reached = self.operate(now, FlashOperationKind::Write, offset, bytes.len())?;
        let programmed = memory.program_flash(offset as usize, &bytes[..reached]);
        self.finish(now, programmed.is_ok(), reached == bytes.len(), program_time(bytes.len()))
    }

    /// Erases bytes, whole sectors. Gives how long the chip is busy with it.
    ///
    /// # Errors
    /// [`FlashFault`] if it did not end well.
    pub fn erase(&mut self, memory: &mut Memory, now: Instant, offset: u32, bytes: usize) -> Result<Span, FlashFault> {
        let reached = self.operate(now, FlashOperationKind::Erase, offset, bytes)?;
        let erased = memory.erase_flash(offset as usize, reached);
        self.finish(now, erased.is_ok(), reached == bytes, erase_time(bytes))
    }

    /// Counts an operation and says how many of its bytes are reached.
    fn operate(
        &mut self,
        at: Instant,
        kind: FlashOperationKind,
        offset: u32,
        bytes: usize,
    ) -> Result<usize, FlashFault> {
        self.operations += 1;
        let cut = self.cut_at == Some(self.operations);
        let reached = if cut { bytes / 2 } else { bytes };
        if cut {
            self.cut_at = None;
        }
        if self.recorded.len() < MOST_RECORDED {
            let (length, reached) = (bytes as u32, reached as u32);
            self.recorded.push(FlashOperation { at, kind, offset, length, reached });
        }
        Ok(reached)
    }

    fn finish(&mut self, now: Instant, inside: bool, whole: bool, time: Span) -> Result<Span, FlashFault> {
        self.write_enabled = false;
        match (inside, whole) {
            (_, false) => {
                self.is_cut = true;
                Err(FlashFault::PowerCut)
            }
            (false, true) => Err(FlashFault::Outside),
            (true, true) => {
                self.busy_until = now + time;
                Ok(time)
            }
        }
    }

    /// Performs a command as it comes over SPI: the command byte, an address, bytes to the chip, and as many from it as
    /// `answer` has room for. Says what went wrong if it did not end well.
    ///
    /// # Errors
    /// A command that the chip does not know.
    pub fn command(
        &mut self,
        memory: &mut Memory,
        now: Instant,
        command: u8,
        address: u32,
        data: &[u8],
        answer: &mut [u8],
    ) -> Result<Option<FlashFault>, u8> {
        let busy = now < self.busy_until;
        let size = memory.flash().len();
        let repeat = |answer: &mut [u8], pattern: &[u8]| {
            answer.iter_mut().zip(pattern.iter().cycle()).for_each(|(to, from)| *to = *from);
        };
        let mut changed = Ok(Span::ZERO);
        match command {
            0x05 => repeat(answer, &[self.status_1(busy)]),
            0x35 => repeat(answer, &[self.status[1]]),
            0x15 => repeat(answer, &[self.status[2]]),
            // While it is busy the chip answers nothing else.
            _ if busy => answer.fill(0xFF),
            0x9F => repeat(answer, &jedec_id(size)),
            0x90 => repeat(answer, &[0xEF, capacity_code(size).wrapping_sub(1)]),
            0xAB => repeat(answer, &[capacity_code(size).wrapping_sub(1)]),
            0x4B => repeat(answer, b"hilbench"),
            // It has no table of parameters (SFDP).
            0x5A => answer.fill(0xFF),
            0x03 | 0x0B | 0x3B | 0x6B | 0xBB | 0xEB => {
                for (index, byte) in answer.iter_mut().enumerate() {
                    let mut one = [0xFF];
                    let at = (address as usize).wrapping_add(index) % size.max(1);
                    let _ = memory.flash().read(at, &mut one);
                    *byte = one[0];
                }
            }
            0x06 | 0x50 => self.write_enabled = true,
            0x04 => self.write_enabled = false,
            0x01 | 0x31 | 0x11 if self.write_enabled => {
                let first = match command {
                    0x01 => 0,
                    0x31 => 1,
                    _ => 2,
                };
                let registers = self.status[first..].iter_mut().zip(data);
                registers.for_each(|(status, value)| *status = value & !(STATUS_BUSY | STATUS_WRITE_ENABLED));
                self.write_enabled = false;
            }
            0x02 | 0x32 if self.write_enabled => changed = self.program_page(memory, now, address, data),
            0x20 if self.write_enabled => changed = self.erase_aligned(memory, now, address, SECTOR_BYTES),
            0x52 if self.write_enabled => changed = self.erase_aligned(memory, now, address, 0x8000),
            0xD8 if self.write_enabled => changed = self.erase_aligned(memory, now, address, 0x1_0000),
            0x60 | 0xC7 if self.write_enabled => changed = self.erase(memory, now, 0, size),
            // Without write-enable these do nothing; power-down, its end, and resets need nothing here.
            0x01 | 0x31 | 0x11 | 0x02 | 0x32 | 0x20 | 0x52 | 0xD8 | 0x60 | 0xC7 | 0xB9 | 0x66 | 0x99 | 0xFF => {}
            unknown => {
                answer.fill(0xFF);
                return Err(unknown);
            }
        }
        Ok(changed.err())
    }

    fn status_1(&self, busy: bool) -> u8 {
        let enabled = if self.write_enabled { STATUS_WRITE_ENABLED } else { 0 };
        self.status[0] | enabled | if busy { STATUS_BUSY } else { 0 }
    }

    fn program_page(
        &mut self,
        memory: &mut Memory,
        now: Instant,
        address: u32,
        data: &[u8],
    ) -> Result<Span, FlashFault> {
        let address = address as usize % memory.flash().len().max(1);
        let room = PAGE_BYTES - address % PAGE_BYTES;
        let (here, wrapped) = data.split_at(data.len().min(room));
        let time = self.program(memory, now, address as u32, here)?;
        if !wrapped.is_empty() {
            let start = address - address % PAGE_BYTES;
            memory.program_flash(start, wrapped).map_err(|_| FlashFault::Outside)?;
        }
        Ok(time)
    }

    fn erase_aligned(
        &mut self,
        memory: &mut Memory,
        now: Instant,
        address: u32,
        unit: usize,
    ) -> Result<Span, FlashFault> {
        let address = address as usize % memory.flash().len().max(1);
        self.erase(memory, now, (address - address % unit) as u32, unit)
    }
}

/// Manufacturer, memory type and capacity, as the command 0x9F gives them.
pub fn jedec_id(bytes: usize) -> [u8; 3] {
    [0xEF, 0x40, capacity_code(bytes)]
}

/// The binary logarithm of the size in bytes; 0 if the chip is empty.
fn capacity_code(bytes: usize) -> u8 {
    bytes.checked_ilog2().unwrap_or(0) as u8
}

/// Data sheet, "AC electrical characteristics": 30 µs for the first byte of a page and 2.5 µs for each further one, at
/// most 0.4 ms for a page.
fn program_time(bytes: usize) -> Span {
    let page = |bytes: usize| Span::from_ns((27_500 + 2_500 * bytes as u64).min(400_000));
    page(PAGE_BYTES).times((bytes / PAGE_BYTES) as u64)
        + if bytes.is_multiple_of(PAGE_BYTES) { Span::ZERO } else { page(bytes % PAGE_BYTES) }
}

/// The same: typically 45 ms for a sector of 4 KB, 150 ms for a block of 64 KB, 10 s for a chip of 4 MB.
fn erase_time(bytes: usize) -> Span {
    match bytes {
        0x1_0000.. => Span::from_ms(150).times((bytes / 0x1_0000) as u64),
        0x8000.. => Span::from_ms(120),
        _ => Span::from_ms(45).times(bytes.div_ceil(SECTOR_BYTES) as u64),
    }
}
