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
/// In the second status register: an operation is suspended.
const STATUS_SUSPENDED: u8 = 1 << 7;
/// The bits of status registers 1, 2 and 3 that can be written: protection; QE, LB and CMP; WPS and DRV.
const STATUS_WRITABLE: [u8; 3] = [0xFC, 0x7B, 0x64];

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
    /// Status registers 1 (without busy and write-enable), 2 (without suspend) and 3.
    status: [u8; 3],
    /// What an operation that is suspended has left to do.
    suspended: Option<Span>,
    /// Commands with an address have four bytes of it; else three.
    has_long_addresses: bool,
    /// The upper byte of addresses that have three.
    extended_address: u8,
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
        (self.busy_until, self.write_enabled, self.suspended) = (Instant::ZERO, false, None);
        (self.has_long_addresses, self.extended_address) = (false, 0);
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
        let (command, has_long_address) = short_of(command).map_or((command, self.has_long_addresses), |it| (it, true));
        let address = match has_long_address {
            true => address,
            false => u32::from(self.extended_address) << 24 | address & 0x00FF_FFFF,
        };
        match command {
            0x05 => repeat(answer, &[self.status_1(busy)]),
            0x35 => repeat(answer, &[self.status_2()]),
            0x15 => repeat(answer, &[self.status[2]]),
            0x75 if busy => {
                self.suspended = Some(self.busy_until.since(now));
                self.busy_until = now;
            }
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
                let registers = self.status.iter_mut().zip(STATUS_WRITABLE).skip(first).zip(data);
                registers.for_each(|((status, writable), value)| *status = value & writable);
                self.write_enabled = false;
            }
            0x7A => {
                if let Some(left) = self.suspended.take() {
                    self.busy_until = now + left;
                }
            }
            0xB7 => self.has_long_addresses = true,
            0xE9 => self.has_long_addresses = false,
            0xC8 => repeat(answer, &[self.extended_address]),
            0xC5 if self.write_enabled => {
                self.extended_address = data.first().copied().unwrap_or(0);
                self.write_enabled = false;
            }
            0x02 | 0x32 if self.write_enabled => changed = self.program_page(memory, now, address, data),
            0x20 if self.write_enabled => changed = self.erase_aligned(memory, now, address, SECTOR_BYTES),
            0x52 if self.write_enabled => changed = self.erase_aligned(memory, now, address, 0x8000),
            0xD8 if self.write_enabled => changed = self.erase_aligned(memory, now, address, 0x1_0000),
            0x60 | 0xC7 if self.write_enabled => changed = self.erase(memory, now, 0, size),
            // Without write-enable these do nothing, nor does a suspension of nothing; power-down, its end, and resets need
            // nothing here.
            0x01 | 0x31 | 0x11 | 0x02 | 0x32 | 0x20 | 0x52 | 0xD8 | 0x60 | 0xC7 | 0xC5 | 0x75 => {}
            0xB9 | 0x66 | 0x99 | 0xFF => {}
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

    fn status_2(&self) -> u8 {
        self.status[1] | if self.suspended.is_some() { STATUS_SUSPENDED } else { 0 }
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

/// The command that does the same with an address of three bytes, of one that always has four; W25Q256JV's data sheet.
fn short_of(command: u8) -> Option<u8> {
    Some(match command {
        0x13 => 0x03,
        0x0C => 0x0B,
        0x3C => 0x3B,
        0x6C => 0x6B,
        0xBC => 0xBB,
        0xEC => 0xEB,
        0x12 => 0x02,
        0x34 => 0x32,
        0x21 => 0x20,
        0xDC => 0xD8,
        _ => return None,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::{Backing, FlashImage, MemoryMap, MmuFormat, Region};

    static MAP: MemoryMap = MemoryMap {
        ram_bytes: 0x1000,
        regions: &[Region { addresses: 0..0x1000, backing: Backing::Ram, offset: 0, executable: false }],
        rom: 0..0,
        mmu: MmuFormat { entries: 0, page_bytes: 0x1_0000, initial: 0, page: |_| None },
    };

    /// A chip with so many megabytes, and time.
    struct Bench {
        chip: FlashChip,
        memory: Memory,
        now: Instant,
    }

    impl Bench {
        fn new(megabytes: usize) -> Self {
            let memory = Memory::new(&MAP, FlashImage::erased(megabytes << 20));
            Self { chip: FlashChip::default(), memory, now: Instant::ZERO }
        }

        fn send(&mut self, command: u8, address: u32, data: &[u8]) {
            let done = self.chip.command(&mut self.memory, self.now, command, address, data, &mut []);
            assert_eq!(done, Ok(None), "{command:#04x}");
        }

        fn ask(&mut self, command: u8, address: u32) -> u8 {
            let mut answer = [0];
            let done = self.chip.command(&mut self.memory, self.now, command, address, &[], &mut answer);
            assert_eq!(done, Ok(None), "{command:#04x}");
            answer[0]
        }

        fn change(&mut self, command: u8, address: u32, data: &[u8]) {
            self.send(0x06, 0, &[]);
            self.send(command, address, data);
        }
    }

    #[test]
    fn quad_enable_is_kept_however_it_is_written() {
        let mut bench = Bench::new(4);
        bench.change(0x31, 0, &[0x02]);
        assert_eq!(bench.ask(0x35, 0), 0x02);
        bench.change(0x01, 0, &[0x00, 0x00]);
        assert_eq!(bench.ask(0x35, 0), 0x00);
        bench.change(0x01, 0, &[0xFF, 0xFF]);
        assert_eq!(
            (bench.ask(0x05, 0), bench.ask(0x35, 0)),
            (0xFC, 0x7B),
            "busy, write-enable and suspend are not settings"
        );
        bench.change(0x01, 0, &[0x00]);
        assert_eq!(bench.ask(0x35, 0), 0x7B, "one byte is for the first register");
        bench.send(0x31, 0, &[0]);
        assert_eq!(bench.ask(0x35, 0), 0x7B, "without write-enable nothing is written");
        bench.chip.power_cycle();
        assert_eq!(bench.ask(0x35, 0), 0x7B);
    }

    #[test]
    fn a_suspended_erase_goes_on_where_it_was() {
        let mut bench = Bench::new(4);
        bench.change(0x20, 0, &[]);
        bench.now += Span::from_ms(15);
        assert_eq!((bench.ask(0x05, 0), bench.ask(0x9F, 0)), (STATUS_BUSY, 0xFF));
        bench.send(0x75, 0, &[]);
        assert_eq!((bench.ask(0x05, 0), bench.ask(0x35, 0), bench.ask(0x9F, 0)), (0, STATUS_SUSPENDED, 0xEF));
        bench.now += Span::from_ms(100);
        bench.send(0x7A, 0, &[]);
        bench.now += Span::from_ms(29);
        assert_eq!((bench.ask(0x05, 0), bench.ask(0x35, 0)), (STATUS_BUSY, 0));
        bench.now += Span::from_ms(2);
        assert_eq!(bench.ask(0x05, 0), 0);
        bench.send(0x7A, 0, &[]);
        assert_eq!(bench.ask(0x05, 0), 0, "nothing is left to resume");
    }

    #[test]
    fn bytes_beyond_16_mb_need_a_fourth_byte_of_the_address() {
        let mut bench = Bench::new(32);
        bench.change(0x12, 0x0100_0010, &[0x5A]);
        bench.now += Span::from_ms(1);
        assert_eq!((bench.ask(0x13, 0x0100_0010), bench.ask(0x03, 0x0100_0010)), (0x5A, 0xFF));
        bench.send(0xB7, 0, &[]);
        assert_eq!(bench.ask(0xEB, 0x0100_0010), 0x5A);
        bench.send(0xE9, 0, &[]);
        bench.change(0xC5, 0, &[1]);
        assert_eq!((bench.ask(0xC8, 0), bench.ask(0x0B, 0x10)), (1, 0x5A));
    }

    #[test]
    fn the_identity_has_the_capacity() {
        assert_eq!([2, 4, 8, 16].map(|megabytes| jedec_id(megabytes << 20)[2]), [0x15, 0x16, 0x17, 0x18]);
    }
}
