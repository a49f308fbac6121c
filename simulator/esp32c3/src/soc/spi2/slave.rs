//! A transaction of the slave, in full duplex on one line each way: the master's clock and chip select drive it.

use super::bits::{Collector, nibble};
use super::master::BUFFER;
use crate::soc::dma::{DmaEnv as _, DmaPeripheral};
use crate::soc::hub::Env;

/// How data and clock belong together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct SlaveMode {
    /// Data is sampled with the falling edge of the clock.
    pub(super) samples_falling: bool,
    /// Data is put out with the rising edge of the clock.
    pub(super) puts_rising: bool,
    /// The first bit comes with the first edge, not with chip select.
    pub(super) first_with_clock: bool,
    pub(super) reads_lsb_first: bool,
    pub(super) writes_lsb_first: bool,
    pub(super) out_by_dma: bool,
    pub(super) into_by_dma: bool,
}

#[derive(Clone, Hash, Debug)]
pub(super) struct SlaveTransaction {
    mode: SlaveMode,
    /// Bits that have been put out, and that have been received.
    put: u32,
    received: u32,
    out: Vec<u8>,
    into: Collector,
    /// The master wanted more than there was.
    pub(super) underrun: bool,
    /// There was no room for what the master sent.
    pub(super) overrun: bool,
}

impl SlaveTransaction {
    /// Chip select has become active. Gives the first bit, if it is to be put out now.
    pub(super) fn new(env: &mut Env<'_>, mode: SlaveMode, buffer: &[u8; BUFFER]) -> (Self, bool) {
        let out = if mode.out_by_dma { Vec::new() } else { buffer.to_vec() };
        let into = Collector::default();
        let mut it = Self { mode, put: 0, received: 0, out, into, underrun: false, overrun: false };
        let first = !mode.first_with_clock && it.next_bit(env);
        (it, first)
    }

    /// Bits that were received.
    pub(super) fn bits(&self) -> u32 {
        self.received
    }

    fn next_bit(&mut self, env: &mut Env<'_>) -> bool {
        let byte = (self.put / 8) as usize;
        if self.mode.out_by_dma && byte >= self.out.len() && self.put.is_multiple_of(8) {
            let mut bytes = [0; 1];
            if env.dma_pull(DmaPeripheral::Spi2, &mut bytes) == 0 {
                self.underrun = true;
            }
            self.out.push(bytes[0]);
        }
        let cycle = if self.mode.out_by_dma { self.put } else { self.put % (8 * BUFFER as u32) };
        self.put = self.put.wrapping_add(1);
        nibble(&self.out, cycle, 1, self.mode.writes_lsb_first) == 1
    }

    /// An edge of the clock, with the level of MOSI. Gives the new level of MISO, if it changes with this edge.
    pub(super) fn clock(&mut self, env: &mut Env<'_>, rising: bool, mosi: bool) -> Option<bool> {
        if rising != self.mode.samples_falling {
            self.into.add(u8::from(mosi), 1, self.mode.reads_lsb_first);
            self.received = self.received.wrapping_add(1);
            if self.mode.into_by_dma && self.into.complete() >= BUFFER {
                self.deliver(env, false);
            }
        }
        (rising == self.mode.puts_rising).then(|| self.next_bit(env))
    }

    fn deliver(&mut self, env: &mut Env<'_>, last: bool) {
        let bytes = if last { self.into.take_all() } else { self.into.take_complete() };
        self.overrun |= env.dma_push(DmaPeripheral::Spi2, &bytes, last) < bytes.len();
    }

    /// Chip select has been released.
    pub(super) fn finish(&mut self, env: &mut Env<'_>, buffer: &mut [u8; BUFFER]) {
        if self.mode.into_by_dma {
            self.deliver(env, true);
        } else {
            for (n, byte) in self.into.take_all().into_iter().enumerate() {
                buffer[n % BUFFER] = byte;
            }
        }
    }
}
