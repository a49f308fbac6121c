//! [`Loader`]: takes requests, carries them out, answers.

use super::fault::Fault;
use super::request::{Operation, Request};
use super::rom_view::RomView;
use super::slip;
use super::write::Write;
use hil_sim_core::time::{Instant, Span};
use md5::{Digest, Md5};
use std::collections::VecDeque;

/// The ROM's answer to SYNC, told eight times. The stub's value is 0, by which tools know that it runs.
const SYNC_VALUE: u32 = 0x2012_0707;
const SYNC_ANSWERS: usize = 8;
const API_VERSION: u32 = 0;
/// What the stub says when it runs.
const GREETING: &[u8] = b"OHAI";
/// The same in the stub's code: `lui` with the upper 20 bits of that word, rounded because what is added is negative.
const GREETING_LUI: u32 = 0x4941_5000;
const LUI: u32 = 0x37;
/// The most that READ_FLASH_SLOW gives.
const SLOW_READ_BYTES: u32 = 64;
/// How long the next packet of READ_FLASH waits for the acknowledgement of the one before. The stub does not wait while
/// the host allows more in flight; but espflash discards what arrives before it acknowledges, which on a wire is little.
const PATIENCE: Span = Span::from_ms(100);
/// Requests that wait while the flash is busy.
const MOST_WAITING: usize = 64;
/// What UART0 can be told to send at.
const BAUD_RATES: std::ops::RangeInclusive<u32> = 9_600..=5_000_000;

/// What is to be done outside of the loader, when everything has been sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Step {
    /// UART0 goes on at this rate.
    SetBaud(u32),
    /// The chip starts again, from flash.
    Boot,
    /// The core executes what is at this address.
    Execute(u32),
}

/// The ROM's download mode, and the flasher stub's.
#[derive(Clone, Hash, Debug, Default)]
pub(crate) struct Loader {
    decoder: slip::Decoder,
    waiting: VecDeque<Vec<u8>>,
    output: VecDeque<u8>,
    step: Option<Step>,
    busy_until: Instant,
    is_synchronized: bool,
    is_stub: bool,
    /// The size of the flash chip as SPI_SET_PARAMS gave it.
    flash_bytes: Option<u32>,
    write: Option<Write>,
    memory_at: Option<u32>,
    /// What was loaded into RAM greets like the flasher stub.
    has_stub: bool,
    read: Option<Read>,
}

/// A READ_FLASH that is under way: packets that the host acknowledges with the number of bytes it has.
#[derive(Clone, Hash, Debug)]
struct Read {
    start: u32,
    bytes: u32,
    packet: u32,
    most_in_flight: u32,
    sent: u32,
    acknowledged: u32,
    /// Until when the next packet waits.
    patience: Option<Instant>,
}

/// What an operation came to: a value and bytes for the answer, and how long it takes.
#[derive(Default)]
struct Done {
    value: u32,
    data: Vec<u8>,
    span: Span,
}

impl From<Span> for Done {
    fn from(span: Span) -> Self {
        Self { span, ..Self::default() }
    }
}

impl Loader {
    /// A byte from UART0.
    pub(crate) fn receive(&mut self, byte: u8) {
        if let Some(frame) = self.decoder.push(byte)
            && self.waiting.len() < MOST_WAITING
        {
            self.waiting.push_back(frame);
        }
    }

    /// The next byte for UART0.
    pub(crate) fn output(&self) -> Option<u8> {
        self.output.front().copied()
    }

    /// That byte was taken.
    pub(crate) fn sent(&mut self) {
        self.output.pop_front();
    }

    /// What is to be done once nothing is left to be sent.
    pub(crate) fn take_step(&mut self) -> Option<Step> {
        self.step.take()
    }

    /// Whether the host's rate is known: it is measured from the first request.
    pub(crate) fn is_synchronized(&self) -> bool {
        self.is_synchronized
    }

    /// Whether something is under way.
    pub(crate) fn is_busy(&self) -> bool {
        !self.waiting.is_empty() || !self.output.is_empty() || self.step.is_some()
    }

    /// When the flash is done, if a request waits for that, or the next packet is due.
    pub(crate) fn next_event(&self) -> Instant {
        if !self.output.is_empty() || self.step.is_some() {
            return Instant::NEVER;
        }
        if self.waiting.is_empty() {
            return self.read.as_ref().and_then(|read| read.patience).unwrap_or(Instant::NEVER);
        }
        self.busy_until
    }

    /// Carries out what can be: one request after the other, each when the answer to the one before is out.
    pub(crate) fn run(&mut self, chip: &mut RomView<'_>) {
        while self.output.is_empty() && self.step.is_none() && chip.now >= self.busy_until {
            if let Some(frame) = self.waiting.pop_front() {
                self.frame(chip, &frame);
            } else if !self.send_packet(chip) {
                break;
            }
        }
    }

    fn frame(&mut self, chip: &mut RomView<'_>, frame: &[u8]) {
        if let Some(read) = &mut self.read
            && let Ok(count) = frame.try_into().map(u32::from_le_bytes)
        {
            read.acknowledged = count.clamp(read.acknowledged, read.sent);
            read.patience = None;
            self.end_read(chip);
            return;
        }
        let Some(request) = Request::parse(frame) else { return };
        // A host that asks for something else has given up reading.
        self.read = None;
        let known = request.operation.filter(|it| !if self.is_stub { it.is_of_rom() } else { it.is_of_stub() });
        let result = match known {
            None => Err(Fault::Unknown),
            Some(_) if !request.has_its_length => Err(Fault::Format),
            Some(operation) => self.perform(chip, operation, &request),
        };
        match result {
            Ok(done) => {
                self.busy_until = chip.now + done.span;
                let answers = if known == Some(Operation::Sync) { SYNC_ANSWERS } else { 1 };
                for _ in 0..answers {
                    self.answer(request.number, done.value, &done.data, Ok(()));
                }
                if known == Some(Operation::MemEnd) && std::mem::take(&mut self.has_stub) {
                    self.is_stub = true;
                    self.write = None;
                    self.output.extend(slip::encode(GREETING));
                }
            }
            Err(fault) => self.answer(request.number, 0, &[], Err(fault)),
        }
    }

    fn answer(&mut self, number: u8, value: u32, data: &[u8], result: Result<(), Fault>) {
        let (failed, code) = result.map_or_else(|fault| (1, fault.code(self.is_stub)), |()| (0, 0));
        let status = [failed, code, 0, 0];
        let status = if self.is_stub { &status[..2] } else { &status };
        let length = (data.len() + status.len()) as u16;
        let mut frame = vec![1, number];
        frame.extend(length.to_le_bytes());
        frame.extend(value.to_le_bytes());
        frame.extend(data);
        frame.extend(status);
        self.output.extend(slip::encode(&frame));
    }

    fn perform(&mut self, chip: &mut RomView<'_>, operation: Operation, request: &Request<'_>) -> Result<Done, Fault> {
        match operation {
            Operation::Sync => {
                self.is_synchronized = true;
                Ok(Done { value: if self.is_stub { 0 } else { SYNC_VALUE }, ..Done::default() })
            }
            Operation::GetSecurityInfo => {
                Ok(Done { data: security_info(chip.faults.identity.chip_id()), ..Done::default() })
            }
            Operation::ReadReg => {
                let [address] = request.words().ok_or(Fault::Format)?;
                Ok(Done { value: chip.read_word(address)?, ..Done::default() })
            }
            Operation::WriteReg => write_registers(chip, request),
            Operation::ChangeBaudrate => {
                let [baud] = request.words().ok_or(Fault::Format)?;
                if !BAUD_RATES.contains(&baud) {
                    return Err(Fault::Failed);
                }
                self.step = Some(Step::SetBaud(baud));
                Ok(Done::default())
            }
            Operation::MemBegin | Operation::MemData | Operation::MemEnd => self.memory(chip, operation, request),
            Operation::SpiAttach => Ok(Done::default()),
            Operation::SpiSetParams => {
                let [_, bytes] = request.words().ok_or(Fault::Format)?;
                self.flash_bytes = Some(bytes);
                Ok(Done::default())
            }
            _ => self.flash(chip, operation, request),
        }
    }

    /// A program for RAM.
    fn memory(&mut self, chip: &mut RomView<'_>, operation: Operation, request: &Request<'_>) -> Result<Done, Fault> {
        match operation {
            Operation::MemBegin => {
                let [_, _, _, address] = request.words().ok_or(Fault::Format)?;
                self.memory_at = Some(address);
            }
            Operation::MemData => {
                let payload = request.payload().ok_or(Fault::Format)?;
                if !request.fits(payload) {
                    return Err(Fault::Checksum);
                }
                let at = self.memory_at.ok_or(Fault::NotBegun)?;
                chip.memory.write_bytes(at, payload).map_err(|_| Fault::Failed)?;
                self.memory_at = Some(at.wrapping_add(payload.len() as u32));
                self.has_stub |= greets(payload);
            }
            _ => {
                let [stays, entry] = request.words().ok_or(Fault::Format)?;
                self.memory_at = None;
                self.has_stub &= stays == 0;
                if stays == 0 && !self.has_stub {
                    self.step = Some(Step::Execute(entry));
                }
            }
        }
        Ok(Done::default())
    }

    fn flash(&mut self, chip: &mut RomView<'_>, operation: Operation, request: &Request<'_>) -> Result<Done, Fault> {
        match operation {
            Operation::FlashBegin | Operation::FlashDeflBegin => {
                let [bytes, _, _, offset] = request.words().ok_or(Fault::Format)?;
                // A fifth word asks the ROM to encrypt; the eFuses say that this chip does not.
                let encrypts = !self.is_stub && request.word_count() > 4 && request.word(4) != Some(0);
                self.write = None;
                if encrypts {
                    return Err(Fault::Failed);
                }
                self.check_size(offset, bytes, Fault::FlashWrite)?;
                let is_compressed = operation == Operation::FlashDeflBegin;
                let (write, span) = Write::begin(chip, offset, bytes, is_compressed)?;
                self.write = Some(write);
                Ok(span.into())
            }
            Operation::FlashData | Operation::FlashDeflData => {
                let payload = request.payload().ok_or(Fault::Format)?;
                if !request.fits(payload) {
                    return Err(Fault::Checksum);
                }
                let is_compressed = operation == Operation::FlashDeflData;
                let write = self.write.as_mut().filter(|it| it.is_compressed() == is_compressed);
                write.ok_or(Fault::NotBegun)?.data(chip, payload).map(Done::from)
            }
            Operation::FlashEnd | Operation::FlashDeflEnd => {
                let [stays] = request.words().ok_or(Fault::Format)?;
                self.write = None;
                // The ROM knows only how to leave: 1 stands for going on with the app at once.
                if stays == 0 || !self.is_stub {
                    self.step = Some(Step::Boot);
                }
                Ok(Done::default())
            }
            Operation::SpiFlashMd5 => {
                let [offset, bytes] = request.words().ok_or(Fault::Format)?;
                let digest: [u8; 16] = Md5::digest(chip.read_flash(offset, bytes)?).into();
                let hex = || digest.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
                Ok(Done { data: if self.is_stub { digest.to_vec() } else { hex() }, ..Done::default() })
            }
            Operation::ReadFlashSlow => {
                let [offset, bytes] = request.words().ok_or(Fault::Format)?;
                if bytes > SLOW_READ_BYTES {
                    return Err(Fault::FlashRead);
                }
                let mut data = chip.read_flash(offset, bytes)?;
                // There are always as many in the answer.
                data.resize(SLOW_READ_BYTES as usize, 0);
                Ok(Done { data, ..Done::default() })
            }
            Operation::EraseFlash => chip.erase_sectors(0, chip.flash_bytes()).map(Done::from),
            Operation::EraseRegion => {
                let [offset, bytes] = request.words().ok_or(Fault::Format)?;
                self.check_size(offset, bytes, Fault::Failed)?;
                chip.erase_sectors(offset, bytes).map(Done::from)
            }
            Operation::ReadFlash => {
                let [start, bytes, packet, most_in_flight] = request.words().ok_or(Fault::Format)?;
                let is_inside = u64::from(start) + u64::from(bytes) <= u64::from(chip.flash_bytes());
                if !is_inside || !(1..=0x1_0000).contains(&packet) || most_in_flight == 0 {
                    return Err(Fault::FlashRead);
                }
                self.read =
                    Some(Read { start, bytes, packet, most_in_flight, sent: 0, acknowledged: 0, patience: None });
                Ok(Done::default())
            }
            _ => {
                self.step = Some(Step::Boot);
                Ok(Done::default())
            }
        }
    }

    /// Nothing is done past the size that the host gave.
    fn check_size(&self, offset: u32, bytes: u32, fault: Fault) -> Result<(), Fault> {
        let is_past = |size| u64::from(offset) + u64::from(bytes) > u64::from(size);
        if self.flash_bytes.is_some_and(is_past) { Err(fault) } else { Ok(()) }
    }

    /// Adds the next packet of a READ_FLASH to what is to be sent; says whether there was one.
    fn send_packet(&mut self, chip: &mut RomView<'_>) -> bool {
        let Some(read) = &mut self.read else { return false };
        let in_flight = (read.sent - read.acknowledged).div_ceil(read.packet);
        if read.sent == read.bytes || in_flight >= read.most_in_flight {
            read.patience = None;
            return self.end_read(chip);
        }
        if in_flight > 0 && chip.now < *read.patience.get_or_insert(chip.now + PATIENCE) {
            return false;
        }
        read.patience = None;
        let count = read.packet.min(read.bytes - read.sent);
        let bytes = chip.read_flash(read.start + read.sent, count).unwrap_or_default();
        read.sent += count;
        self.output.extend(slip::encode(&bytes));
        true
    }

    /// Sends the check sum if the host has everything.
    fn end_read(&mut self, chip: &mut RomView<'_>) -> bool {
        let Some(read) = self.read.take_if(|read| read.acknowledged == read.bytes) else { return false };
        let bytes = chip.read_flash(read.start, read.bytes).unwrap_or_default();
        let digest: [u8; 16] = Md5::digest(bytes).into();
        self.output.extend(slip::encode(&digest));
        true
    }
}

/// Whether a program says what the flasher stub says when it begins. All of Espressif's do it with the same instruction.
fn greets(program: &[u8]) -> bool {
    let is_lui = |bytes: &[u8; 4]| {
        let instruction = u32::from_le_bytes(*bytes);
        instruction & !0xFFF == GREETING_LUI && instruction & 0x7F == LUI
    };
    let at_halves = (0..program.len()).step_by(2).filter_map(|at| program[at..].first_chunk());
    at_halves.into_iter().any(is_lui) || program.windows(GREETING.len()).any(|bytes| bytes == GREETING)
}

/// Flags, key purposes: nothing is burnt.
fn security_info(chip_id: u32) -> Vec<u8> {
    let mut info = vec![0; 12];
    info.extend(chip_id.to_le_bytes());
    info.extend(API_VERSION.to_le_bytes());
    info
}

/// Address, value, mask and a delay in microseconds for each register.
fn write_registers(chip: &mut RomView<'_>, request: &Request<'_>) -> Result<Done, Fault> {
    let mut span = Span::ZERO;
    let count = request.word_count();
    if count == 0 || !count.is_multiple_of(4) {
        return Err(Fault::Format);
    }
    for first in (0..count).step_by(4) {
        let [address, value, mask, delay] = std::array::from_fn(|index| request.word(first + index).unwrap_or(0));
        let value = if mask == u32::MAX { value } else { chip.read_word(address)? & !mask | value & mask };
        chip.write_word(address, value)?;
        span = span + Span::from_us(delay.into());
    }
    Ok(span.into())
}
