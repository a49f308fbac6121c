//! [`Soc`]: all devices of a chip together, as the core sees them.

use super::{Block, Common, Device, Devices, Env, Hub};
use crate::chip::Report;
use crate::circuit::Circuit;
use crate::mem::{Access, AccessFault, Memory};
use crate::time::Instant;

/// Events at one moment beyond this many mean that devices keep calling each other.
const MOST_AT_ONCE: u32 = 100_000;
/// Changes of levels that one access or event may set off.
const MOST_CHANGES: u32 = 10_000;

/// Why a chip is reset, by its [`Soc`].
type Reset<S> = <<S as Soc>::Hub as Hub>::Reset;
/// A chip's block, by its [`Soc`].
type BlockOf<S> = <<S as Soc>::Hub as Hub>::Block;

/// Everything on a chip that is neither core nor memory. A chip gives what it consists of; how that works together is here.
pub trait Soc {
    /// What the devices share.
    type Hub: Hub;
    /// The devices.
    type Devices: Devices<Self::Hub>;

    /// What the devices share: of every chip, and of this one.
    fn shared(&self) -> (&Common<Self::Hub>, &Self::Hub);

    /// The same, and the devices, to be changed.
    fn pieces(&mut self) -> (&mut Common<Self::Hub>, &mut Self::Hub, &mut Self::Devices);

    /// Tells the devices of what one of them did, when [`Hub::has_news`] says that there is something to tell. A chip whose
    /// devices tell each other more than levels adds it to these two.
    fn settle_news(&mut self, memory: &mut Memory) {
        self.settle_levels(memory);
        self.report_contention();
    }

    // What it consists of.

    /// What the devices of every chip share.
    fn common(&self) -> &Common<Self::Hub> {
        self.shared().0
    }

    /// The same, to be changed.
    fn common_mut(&mut self) -> &mut Common<Self::Hub> {
        self.pieces().0
    }

    /// What the devices of this chip share besides.
    fn hub(&self) -> &Self::Hub {
        self.shared().1
    }

    /// The same, to be changed.
    fn hub_mut(&mut self) -> &mut Self::Hub {
        self.pieces().1
    }

    // Time.

    /// The moment in which a cycle of the core begins.
    fn time_of(&self, cycle: u64) -> Instant {
        self.common().timebase.time(cycle)
    }

    /// The first cycle of the core that does not begin before a moment.
    fn cycle_at(&self, at: Instant) -> u64 {
        self.common().timebase.cycle(at)
    }

    /// When a device, or a part outside, wants to be called next.
    fn next_event(&self) -> Instant {
        self.common().next_event().min(self.circuit().next_alarm())
    }

    /// Calls the devices and parts whose moment has come, in the order of their moments; of one moment the devices first.
    fn run_events(&mut self, memory: &mut Memory, until: Instant) {
        let mut at_once = 0;
        let mut last = Instant::ZERO;
        while self.next_event() <= until {
            let now = self.next_event();
            at_once = if now == last { at_once + 1 } else { 0 };
            last = now;
            let is_storm = at_once >= MOST_AT_ONCE;
            if is_storm {
                at_once = 0;
            }
            if let Some(number) = self.common_mut().take_due(now) {
                let id = BlockOf::<Self>::ALL[number];
                if is_storm {
                    // Its deadline is taken away already.
                    self.common_mut().reports.push(Report::Storm { block: id.describe().0, at: last });
                } else {
                    self.with(memory, id, |device, env| device.event(env));
                }
                continue;
            }
            self.common_mut().now = now;
            let part = self.circuit_mut().wake();
            if let Some(part) = part.filter(|_| is_storm) {
                let block = self.circuit_mut().silence(part);
                self.common_mut().reports.push(Report::Storm { block, at: last });
            }
            self.hub_mut().follow();
            self.settle(memory);
        }
        let common = self.common_mut();
        common.now = common.now.max(until);
    }

    // Devices.

    /// Calls a device, and then tells others of what its doing set off.
    fn with<R>(
        &mut self,
        memory: &mut Memory,
        device: BlockOf<Self>,
        call: impl FnOnce(&mut dyn Device<Self::Hub>, &mut Env<'_, Self::Hub>) -> R,
    ) -> R {
        let result = self.tell(memory, device, call);
        self.settle(memory);
        result
    }

    /// Calls a device and leaves what its doing set off for later.
    fn tell<R>(
        &mut self,
        memory: &mut Memory,
        device: BlockOf<Self>,
        call: impl FnOnce(&mut dyn Device<Self::Hub>, &mut Env<'_, Self::Hub>) -> R,
    ) -> R {
        let (common, hub, devices) = self.pieces();
        call(devices.get(device), &mut Env { device, common, hub, memory })
    }

    /// Tells devices and parts of what is new, if anything is.
    fn settle(&mut self, memory: &mut Memory) {
        if self.hub().has_news() {
            self.settle_news(memory);
        }
    }

    /// Tells devices and parts of changed levels, until none changes any more.
    fn settle_levels(&mut self, memory: &mut Memory) {
        let mut changes = 0;
        loop {
            changes += 1;
            if changes > MOST_CHANGES {
                self.hub_mut().forget_changes();
                let common = self.common_mut();
                common.reports.oscillation(common.now);
            }
            let now = self.common().now;
            if let Some(change) = self.hub_mut().take_input() {
                if let Some(id) = change.device {
                    self.tell(memory, id, |device, env| device.input(env, change.signal, change.level));
                }
            } else if self.circuit_mut().tell_one(now) {
                self.hub_mut().follow();
            } else {
                break;
            }
        }
    }

    /// Reports outputs that drive one net to different levels.
    fn report_contention(&mut self) {
        for (at, gpio) in self.circuit_mut().nets_mut().take_contended() {
            self.common_mut().reports.push(Report::Contention { gpio, at });
        }
    }

    /// A device's register is accessed by the core.
    ///
    /// # Errors
    /// [`AccessFault`] if no block has the address.
    fn access<R>(
        &mut self,
        access: &mut Access<'_>,
        address: u32,
        call: impl FnOnce(&mut dyn Device<Self::Hub>, &mut Env<'_, Self::Hub>, u32) -> R,
    ) -> Result<R, AccessFault> {
        let (id, offset) = BlockOf::<Self>::decode(address).ok_or(AccessFault)?;
        self.catch_up(access);
        self.common_mut().pc = access.pc;
        let result = self.with(access.memory, id, |device, env| call(device, env, offset));
        self.tell_core(access);
        Ok(result)
    }

    /// Tells of a register that the firmware does nothing but read.
    fn watch_polling(&mut self, pc: u32, address: u32, value: u32) {
        let common = self.common_mut();
        let at = common.now;
        if common.polling.read(address, pc, value, at) {
            let name = BlockOf::<Self>::register_name(address);
            common.reports.push(Report::Polling { address, name, value, pc, at });
        }
    }

    /// Handles what is due before an access.
    fn catch_up(&mut self, access: &mut Access<'_>) {
        let now = self.time_of(access.now);
        if self.common().next_event() <= now {
            self.run_events(access.memory, now);
        }
        let common = self.common_mut();
        common.now = common.now.max(now);
    }

    /// Says what the core has to look at before its next instruction.
    fn tell_core(&mut self, access: &mut Access<'_>) {
        if self.hub_mut().take_interrupt_changed() {
            access.interrupts_changed();
        }
        if self.take_slice_end() {
            access.end_slice();
        }
    }

    // The core.

    /// Whether an interrupt waits for the core.
    fn has_interrupt(&self) -> bool {
        self.hub().interrupt().is_some()
    }

    /// Whether the core stands still until a device wakes it.
    fn is_asleep(&self) -> bool {
        self.common().asleep
    }

    /// Whether something is to be done outside of the core's loop; asking takes it back.
    fn take_slice_end(&mut self) -> bool {
        let has_to_stop = self.circuit().has_many_edges() || self.common().output.is_stopping();
        let is_sooner = self.circuit_mut().take_sooner();
        std::mem::take(&mut self.common_mut().slice_ends) || has_to_stop || is_sooner
    }

    /// Asks for that on behalf of something that has accessed registers in the core's place.
    fn end_slice(&mut self) {
        self.common_mut().slice_ends = true;
    }

    /// Asks for a reset before the next instruction.
    fn request_reset(&mut self, cause: Reset<Self>) {
        self.common_mut().request_reset(cause);
    }

    /// The reset that was asked for, once.
    fn take_reset(&mut self) -> Option<Reset<Self>> {
        self.common_mut().take_reset()
    }

    /// What the model noticed since the last call.
    fn take_reports(&mut self) -> Vec<Report> {
        self.common_mut().reports.take()
    }

    // What is wired to the pads.

    /// What the pads are wired to.
    fn circuit(&self) -> &Circuit {
        self.hub().circuit()
    }

    /// The same, for what changes nothing on the nets: taking edges, and what parts have told of.
    fn circuit_mut(&mut self) -> &mut Circuit {
        self.hub_mut().circuit_mut()
    }

    /// Does something with what is wired to the pads at this moment, and lets it have its effect.
    fn with_circuit<R>(&mut self, memory: &mut Memory, at: Instant, call: impl FnOnce(&mut Circuit) -> R) -> R {
        self.run_events(memory, at);
        let result = call(self.circuit_mut());
        self.hub_mut().follow();
        self.settle(memory);
        result
    }
}
