//! What the peripherals share, and how they reach it.

use super::clock::Clocks;
use super::dma::Dma;
use super::interrupt::{InterruptMatrix, Source};
use super::map::DeviceId;
use super::pins::Pins;
use super::register_names::register_name;
use super::reset::ResetCause;
use super::serial::Serial;
use super::uhci::UhciLink;
use hil_sim_core::chip::{Ethernet, FlashChip, FlashFault, Reports, Schedule, Timebase, Touch};
use hil_sim_core::mem::Memory;
use hil_sim_core::time::{Instant, Span};
use std::hash::{Hash, Hasher};

/// What more than one peripheral needs.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    /// The moment of the access or event that is being handled.
    pub(crate) now: Instant,
    /// The instruction that is accessing a register; of an event the last one that did.
    pub(crate) pc: u32,
    pub(crate) timebase: Timebase,
    pub(crate) clocks: Clocks,
    pub(crate) interrupts: InterruptMatrix,
    pub(crate) pins: Pins,
    pub(crate) serial: Serial,
    pub(crate) uhci: UhciLink,
    pub(crate) flash: FlashChip,
    pub(crate) ethernet: Ethernet,
    /// The channels of the DMA controller.
    pub(crate) dma: Dma,
    /// Set when the core has to start again.
    pub(crate) reset: Option<ResetCause>,
    /// The core stands still until a peripheral wakes it.
    pub(crate) asleep: bool,
    /// Set when the digital core is to lose its power.
    pub(crate) power_down: bool,
    /// Set when the frequencies have changed and the peripherals have not been told of it.
    pub(crate) clocks_changed: bool,
    /// Bits of PERIP_RST_EN0 and, above them, PERIP_RST_EN1 that were set and not yet obeyed.
    pub(crate) peripheral_resets: u64,
    /// Set when something is to be done outside of the core's loop.
    pub(crate) slice_ends: bool,
    /// GPIO9 was low when the chip came out of its last reset.
    pub(crate) strapped_for_download: bool,
    pub(crate) reports: Reports,
    /// When peripherals want to be called.
    pub(crate) schedule: Schedule<{ DeviceId::ALL.len() }>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        let clocks = Clocks::AT_ENTRY;
        Self {
            now: Instant::ZERO,
            pc: 0,
            timebase: Timebase::new(0, Instant::ZERO, clocks.cpu_hz),
            clocks,
            interrupts: InterruptMatrix::default(),
            pins: Pins::default(),
            serial: Serial::default(),
            uhci: UhciLink::default(),
            flash: FlashChip::default(),
            ethernet: Ethernet::default(),
            dma: Dma::default(),
            reset: None,
            asleep: false,
            power_down: false,
            clocks_changed: false,
            peripheral_resets: 0,
            slice_ends: false,
            strapped_for_download: false,
            reports: Reports::default(),
            schedule: Schedule::default(),
        }
    }

    /// The peripheral whose event is due first, if that is not after `until`. Its deadline is taken away and time is set
    /// to it.
    pub(crate) fn take_due(&mut self, until: Instant) -> Option<DeviceId> {
        let (number, at) = self.schedule.take_due(until)?;
        self.now = at;
        Some(DeviceId::ALL[number])
    }

    fn set_deadline(&mut self, device: DeviceId, at: Instant) {
        self.slice_ends |= self.schedule.set(device as usize, at);
    }

    /// Whether what a peripheral did concerns others.
    pub(crate) fn has_consequences(&self) -> bool {
        self.pins.has_news()
            || self.dma.has_started()
            || self.clocks_changed
            || self.peripheral_resets != 0
            || self.power_down
    }

    /// A flash operation did not end well.
    pub(crate) fn flash_fault(&mut self, fault: FlashFault) {
        self.slice_ends |= fault == FlashFault::PowerCut;
    }

    /// The state that decides what happens next, for comparing machines.
    pub(crate) fn hash_state(&self, state: &mut impl Hasher) {
        let Self {
            now,
            timebase,
            clocks,
            interrupts,
            pins,
            serial: Serial { bridge, usb, output: _ },
            uhci,
            flash,
            ethernet,
            dma,
            reset,
            asleep,
            strapped_for_download,
            reports,
            schedule,
            // Of the access or event that is over, and seen to before anything else happens.
            pc: _,
            power_down: _,
            clocks_changed: _,
            peripheral_resets: _,
            slice_ends: _,
        } = self;
        (now, timebase, clocks, reset, asleep, schedule).hash(state);
        (flash, ethernet, strapped_for_download, bridge, usb, uhci).hash(state);
        (interrupts, pins, dma, reports).hash(state);
    }
}

/// What a peripheral has at hand while an access or an event is handled.
pub(crate) struct Env<'a> {
    /// The peripheral that is being called.
    pub(crate) device: DeviceId,
    pub(crate) hub: &'a mut Hub,
    /// Plain memory: for DMA, the flash controller and the MMU.
    pub(crate) memory: &'a mut Memory,
}

impl Env<'_> {
    /// The moment of the access or event.
    pub(crate) fn now(&self) -> Instant {
        self.hub.now
    }

    /// Frequencies of the clocks now.
    pub(crate) fn clocks(&self) -> Clocks {
        self.hub.clocks
    }

    /// Sets the level of an interrupt source.
    pub(crate) fn interrupt(&mut self, source: Source, level: bool) {
        self.hub.interrupts.set(source, level);
    }

    /// Asks for [`Device::event`](super::device::Device::event) at this moment, instead of at any that was asked for
    /// before. One that has passed is now.
    pub(crate) fn wake_at(&mut self, at: Instant) {
        self.hub.set_deadline(self.device, at.max(self.hub.now));
    }

    /// The same, after a span.
    pub(crate) fn wake_after(&mut self, span: Span) {
        self.wake_at(self.hub.now + span);
    }

    /// Takes back what [`wake_at`](Self::wake_at) asked for.
    pub(crate) fn sleep(&mut self) {
        self.hub.set_deadline(self.device, Instant::NEVER);
    }

    /// Sets an output signal of the GPIO matrix, by its number in TRM table 5-2, and whether its output is enabled.
    pub(crate) fn drive(&mut self, signal: u8, level: bool, enabled: bool) {
        let now = self.hub.now;
        self.hub.pins.set_signal(now, signal, level, enabled);
    }

    /// The level of an input signal of the GPIO matrix, by its number in TRM table 5-2.
    pub(crate) fn input_level(&self, signal: u8) -> bool {
        self.hub.pins.input_level(signal)
    }

    /// Asks for a reset before the next instruction.
    pub(crate) fn request_reset(&mut self, cause: ResetCause) {
        self.hub.reset.get_or_insert(cause);
        self.hub.slice_ends = true;
    }

    /// Says that the firmware asks this peripheral for something that the model does not do. Said once per `what`.
    pub(crate) fn unsupported(&mut self, what: impl Into<String>) {
        let (what, block) = (what.into(), self.device.describe().0);
        let (pc, at) = (self.hub.pc, self.hub.now);
        self.hub.reports.unsupported(block, what, pc, at);
    }

    /// A register without a model is read: gives what was last written, and reports the first time.
    pub(crate) fn unmodelled_read(&mut self, offset: u32) -> u32 {
        let address = self.address(offset);
        self.report_touch(address, Touch::Read);
        self.hub.reports.read(address)
    }

    /// A register without a model is written: keeps the value, and reports the first time.
    pub(crate) fn unmodelled_write(&mut self, offset: u32, value: u32) {
        let address = self.address(offset);
        self.report_touch(address, Touch::Write);
        self.hub.reports.write(address, value);
    }

    /// A register that is known to do nothing that this model could show: reads as it was written. Not reported;
    /// `docs/fidelity.md` lists them.
    pub(crate) fn inert_read(&mut self, offset: u32) -> u32 {
        self.hub.reports.read(self.address(offset))
    }

    /// See [`inert_read`](Self::inert_read).
    pub(crate) fn inert_write(&mut self, offset: u32, value: u32) {
        self.hub.reports.write(self.address(offset), value);
    }

    fn report_touch(&mut self, address: u32, touch: Touch) {
        let (pc, at) = (self.hub.pc, self.hub.now);
        self.hub.reports.touch(address, touch, pc, at, || register_name(address));
    }

    fn address(&self, offset: u32) -> u32 {
        self.device.describe().1 + offset
    }
}
