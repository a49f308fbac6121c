//! [`Env`]: what a device has at hand.

use super::{Block, Common, Hub};
use crate::chip::Touch;
use crate::mem::Memory;
use crate::time::{Instant, Span};

/// What a device has at hand while an access or an event is handled.
#[derive(Debug)]
pub struct Env<'a, H: Hub> {
    /// The block that is being called.
    pub device: H::Block,
    /// What the devices of every chip share.
    pub common: &'a mut Common<H>,
    /// What the devices of this chip share besides.
    pub hub: &'a mut H,
    /// Plain memory: for DMA, the flash controller and the MMU.
    pub memory: &'a mut Memory,
}

impl<H: Hub> Env<'_, H> {
    /// The same for another device.
    pub fn of(&mut self, device: H::Block) -> Env<'_, H> {
        Env { device, common: &mut *self.common, hub: &mut *self.hub, memory: &mut *self.memory }
    }

    /// The moment of the access or event.
    pub fn now(&self) -> Instant {
        self.common.now
    }

    /// Sets the level of an interrupt source.
    pub fn interrupt(&mut self, source: H::Source, level: bool) {
        self.hub.set_interrupt(source, level);
    }

    /// Asks for [`Device::event`](super::Device::event) at this moment, instead of at any that was asked for before. One
    /// that has passed is now.
    pub fn wake_at(&mut self, at: Instant) {
        self.common.set_deadline(self.device.number(), at.max(self.common.now));
    }

    /// The same, after a span.
    pub fn wake_after(&mut self, span: Span) {
        self.wake_at(self.common.now + span);
    }

    /// Takes back what [`wake_at`](Self::wake_at) asked for.
    pub fn sleep(&mut self) {
        self.common.set_deadline(self.device.number(), Instant::NEVER);
    }

    /// Sets an output signal of the pin matrix, by its number in the manual, and whether its output is enabled.
    pub fn drive(&mut self, signal: u8, level: bool, enabled: bool) {
        self.hub.drive(self.common.now, signal, level, enabled);
    }

    /// The level of an input signal of the pin matrix, by its number in the manual.
    pub fn input_level(&self, signal: u8) -> bool {
        self.hub.input_level(signal)
    }

    /// Asks for a reset before the next instruction.
    pub fn request_reset(&mut self, cause: H::Reset) {
        self.common.request_reset(cause);
    }

    /// Says that the firmware asks this device for something that the model does not do. Said once per `what`.
    pub fn unsupported(&mut self, what: impl Into<String>) {
        let (pc, at) = (self.common.pc, self.common.now);
        self.common.reports.unsupported(self.device.describe().0, what.into(), pc, at);
    }

    /// A register without a model is read: gives what was last written, and reports the first time.
    pub fn unmodelled_read(&mut self, offset: u32) -> u32 {
        let address = self.address(offset);
        self.report_touch(address, Touch::Read);
        self.common.reports.read(address)
    }

    /// A register without a model is written: keeps the value, and reports the first time.
    pub fn unmodelled_write(&mut self, offset: u32, value: u32) {
        let address = self.address(offset);
        self.report_touch(address, Touch::Write);
        self.common.reports.write(address, value);
    }

    /// A register that is known to do nothing that this model could show: reads as it was written. Not reported;
    /// `docs/fidelity.md` lists them.
    pub fn inert_read(&mut self, offset: u32) -> u32 {
        self.common.reports.read(self.address(offset))
    }

    /// See [`inert_read`](Self::inert_read).
    pub fn inert_write(&mut self, offset: u32, value: u32) {
        self.common.reports.write(self.address(offset), value);
    }

    fn report_touch(&mut self, address: u32, touch: Touch) {
        let (pc, at) = (self.common.pc, self.common.now);
        let block = self.device.describe().0;
        self.common.reports.touch(block, (address, touch), pc, at, || H::Block::register_name(address));
    }

    fn address(&self, offset: u32) -> u32 {
        self.device.describe().1 + offset
    }
}
