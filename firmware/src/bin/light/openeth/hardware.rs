//! Registers, descriptors and buffers of the MAC ("Ethernet IP Core Specification", OpenCores, rev. 1.19).
//!
//! A descriptor belongs to the MAC while its bit READY (transmit) or EMPTY (receive) is set, and so does its buffer.
//! Fences keep what we do with a buffer on our side of the change of that bit.
#![expect(unsafe_code, reason = "registers and memory that the MAC reads and writes by itself")]

use core::{
    ptr::{read_volatile, write_volatile},
    slice,
    sync::atomic::{Ordering, fence},
};

use embassy_sync::waitqueue::AtomicWaker;
use esp_hal::{
    handler,
    interrupt::{self, Priority},
    peripherals::Interrupt,
};
use static_cell::StaticCell;

/// Where emulators of this chip put the MAC; the chip has nothing there.
const BASE: usize = 0x600C_D000;
const MODER: usize = 0x00;
const INT_SOURCE: usize = 0x04;
const INT_MASK: usize = 0x08;
const PACKETLEN: usize = 0x18;
const TX_BD_NUM: usize = 0x20;
const MIICOMMAND: usize = 0x2C;
const MIIADDRESS: usize = 0x30;
const MIIRX_DATA: usize = 0x38;
const MIISTATUS: usize = 0x3C;
const MAC_ADDR0: usize = 0x40;
const MAC_ADDR1: usize = 0x44;
const DESCRIPTORS: usize = BASE + 0x400;

/// MODER after a reset: padding and check sequences on.
const MODER_DEFAULT: u32 = 0xA000;
const MODER_RST: u32 = 1 << 11;
const MODER_TXEN: u32 = 1 << 1;
const MODER_RXEN: u32 = 1 << 0;

const INT_TXB: u32 = 1 << 0;
const INT_TXE: u32 = 1 << 1;
const INT_RXB: u32 = 1 << 2;
const INT_RXE: u32 = 1 << 3;
/// A frame was dropped as no descriptor was empty. Whoever sent it sends it again; we must only go on receiving.
const INT_BUSY: u32 = 1 << 4;

const MIICOMMAND_RSTAT: u32 = 1 << 1;
const MIISTATUS_BUSY: u32 = 1 << 1;
/// A management frame takes 64 bits at 2.5 MHz or less; emulators answer at once.
const MII_READS: usize = 10_000;

// Word 0 of a descriptor: length in the upper half, flags in the lower one.
const TX_READY: u32 = 1 << 15;
const RX_EMPTY: u32 = 1 << 15;
const IRQ: u32 = 1 << 14;
const WRAP: u32 = 1 << 13;
const TX_PAD: u32 = 1 << 12;
const TX_CRC: u32 = 1 << 11;
/// Overrun, invalid symbol, dribble nibble, too long, too short, CRC error, late collision.
const RX_ERRORS: u32 = 0x7F;

/// Frames that can wait to be sent.
pub const TX_FRAMES: usize = 4;
/// Frames that can wait for us.
const RX_FRAMES: usize = 8;
/// Bytes of a buffer: a frame with VLAN tag and check sequence, in whole words.
const FRAME: usize = 1536;
/// Ethernet header.
const HEADER: usize = 14;
/// Frame check sequence; the received length includes it.
const FCS: usize = 4;

/// Woken when a frame has come or was sent, and when the link changes.
pub static WAKER: AtomicWaker = AtomicWaker::new();

/// Whether the MAC was started. Its buffers are the token: there is one set of them.
static BUFFERS: StaticCell<[Buffer; TX_FRAMES + RX_FRAMES]> = StaticCell::new();

type Buffer = [u32; FRAME / 4];

/// The running MAC. Dropping it stops it.
pub struct Mac {
    pub receiver: Receiver,
    pub transmitter: Transmitter,
}

impl Mac {
    /// Resets the MAC and starts it. `None` if there is none, or it was started before.
    pub fn start(address: [u8; 6]) -> Option<Self> {
        write(MODER, MODER_DEFAULT | MODER_RST);
        write(MODER, MODER_DEFAULT);
        if read(MODER) != MODER_DEFAULT {
            return None;
        }
        let buffers = BUFFERS.try_init_with(|| [[0; FRAME / 4]; TX_FRAMES + RX_FRAMES])?;
        write(TX_BD_NUM, TX_FRAMES as u32);
        // The frames to receive, in bytes: shortest and longest.
        write(PACKETLEN, 64 << 16 | FRAME as u32);
        let [a, b, c, d, e, f] = address;
        write(MAC_ADDR0, u32::from_be_bytes([c, d, e, f]));
        write(MAC_ADDR1, u32::from_be_bytes([0, 0, a, b]));
        // From here on the buffers are the MAC's, except where a descriptor says otherwise.
        let buffers: *mut Buffer = buffers.as_mut_ptr();
        let ring = |first, count| Ring { buffers, first, count, next: 0 };
        let transmitter = Transmitter(ring(0, TX_FRAMES));
        let receiver = Receiver(ring(TX_FRAMES, RX_FRAMES));
        transmitter.0.initialize(0);
        receiver.0.initialize(RX_EMPTY | IRQ);
        interrupt::bind_handler(Interrupt::WIFI_MAC, on_interrupt);
        write(INT_SOURCE, u32::MAX);
        write(INT_MASK, INT_TXB | INT_TXE | INT_RXB | INT_RXE | INT_BUSY);
        write(MODER, MODER_DEFAULT | MODER_TXEN | MODER_RXEN);
        Some(Self { receiver, transmitter })
    }
}

impl Drop for Mac {
    fn drop(&mut self) {
        write(INT_MASK, 0);
        write(MODER, MODER_DEFAULT);
    }
}

/// Reads a register of the PHY at `address`; `None` if there is no answer.
pub fn read_phy(address: u32, register: u32) -> Option<u16> {
    write(MIIADDRESS, register << 8 | address);
    write(MIICOMMAND, MIICOMMAND_RSTAT);
    let idle = (0..MII_READS).any(|_| read(MIISTATUS) & MIISTATUS_BUSY == 0);
    write(MIICOMMAND, 0);
    // The data lines are pulled up: all ones is nobody.
    let value = read(MIIRX_DATA) as u16;
    (idle && value != u16::MAX).then_some(value)
}

#[handler(priority = Priority::Priority1)]
fn on_interrupt() {
    // Writing a one clears it.
    write(INT_SOURCE, read(INT_SOURCE));
    WAKER.wake();
}

/// Descriptors `first..first + count`, used one after the other, and their buffers.
struct Ring {
    buffers: *mut Buffer,
    first: usize,
    count: usize,
    /// Of `count`: the descriptor whose turn it is.
    next: usize,
}

impl Ring {
    /// Gives each descriptor its buffer, and these flags.
    fn initialize(&self, flags: u32) {
        for i in 0..self.count {
            let descriptor = self.descriptor(i);
            // SAFETY: one of the MAC's descriptors, of two words; `i < count`, so the buffer is one of ours.
            unsafe { write_volatile(descriptor.add(1), self.buffers.add(self.first + i) as u32) };
            self.write(i, flags);
        }
    }

    fn descriptor(&self, i: usize) -> *mut u32 {
        (DESCRIPTORS + (self.first + i) * 8) as *mut u32
    }

    /// Word 0 of the descriptor whose turn it is.
    fn status(&self) -> u32 {
        // SAFETY: one of the MAC's descriptors.
        let status = unsafe { read_volatile(self.descriptor(self.next)) };
        // What we read in the buffer from now on is what the MAC had written before.
        fence(Ordering::Acquire);
        status
    }

    fn write(&self, i: usize, status: u32) {
        let wrap = if i + 1 == self.count { WRAP } else { 0 };
        // The MAC must find what we have written to the buffer until now.
        fence(Ordering::Release);
        // SAFETY: one of the MAC's descriptors.
        unsafe { write_volatile(self.descriptor(i), status | wrap) };
    }

    /// Gives the descriptor whose turn it is to the MAC.
    fn hand_over(&mut self, status: u32) {
        self.write(self.next, status);
        self.next = (self.next + 1) % self.count;
    }

    /// The first `len` bytes of the buffer whose turn it is; all of it if it is shorter. It must not be the MAC's.
    fn buffer(&mut self, len: usize) -> &mut [u8] {
        // SAFETY: within the buffers, which live for ever and were initialised; the descriptor is ours, so the MAC leaves
        // this buffer alone until `hand_over`, for which the borrow must have ended.
        unsafe { slice::from_raw_parts_mut(self.buffers.add(self.first + self.next).cast(), len.min(FRAME)) }
    }
}

/// The receiving half.
pub struct Receiver(Ring);

impl Receiver {
    /// Whether there is a frame. Passes over those that came with an error.
    pub fn has_frame(&mut self) -> bool {
        for _ in 0..RX_FRAMES {
            let status = self.0.status();
            if status & RX_EMPTY != 0 {
                return false;
            }
            let len = (status >> 16) as usize;
            if status & RX_ERRORS == 0 && (HEADER + FCS..=FRAME).contains(&len) {
                return true;
            }
            self.release();
        }
        false
    }

    /// The frame, without its check sequence. There must be one.
    pub fn frame(&mut self) -> &mut [u8] {
        let len = (self.0.status() >> 16) as usize;
        self.0.buffer(len.saturating_sub(FCS))
    }

    /// Lets the MAC receive into its buffer again.
    pub fn release(&mut self) {
        self.0.hand_over(RX_EMPTY | IRQ);
    }
}

/// The sending half. Frames that collide or come to grief otherwise are sent again by whoever misses their answer.
pub struct Transmitter(Ring);

impl Transmitter {
    /// Whether there is room for a frame.
    pub fn is_free(&self) -> bool {
        self.0.status() & TX_READY == 0
    }

    /// Room for a frame of `len` bytes. There must be room.
    pub fn frame(&mut self, len: usize) -> &mut [u8] {
        self.0.buffer(len)
    }

    /// Sends the `len` bytes that were written to [`frame`](Self::frame).
    pub fn send(&mut self, len: usize) {
        self.0.hand_over((len.min(FRAME) as u32) << 16 | TX_READY | IRQ | TX_PAD | TX_CRC);
    }
}

fn read(register: usize) -> u32 {
    // SAFETY: `register` is one of this module's constants, a register of the MAC.
    unsafe { read_volatile((BASE + register) as *const u32) }
}

fn write(register: usize, value: u32) {
    // SAFETY: `register` is one of this module's constants, a register of the MAC.
    unsafe { write_volatile((BASE + register) as *mut u32, value) }
}
