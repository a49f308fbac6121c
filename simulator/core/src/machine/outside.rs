//! What is done to a machine from outside: serial ports, the network's cable, and the flash chip.

use super::event::Event;
use super::state::Machine;
use crate::air::{Air, VisitorConfig};
use crate::chip::soc::Soc;
use crate::chip::{Chip, FlashChip};
use crate::mem::{FlashImage, OutsideFlash};
use crate::net::Network;
use crate::time::Instant;

impl<C: Chip> Machine<C> {
    /// What was seen since the last call, in the order of time.
    pub fn take_events(&mut self) -> Vec<Event<C::Port, C::Reset>> {
        self.collect();
        std::mem::take(&mut self.events)
    }

    /// Bytes that the host sends to a serial port, at the port's speed. Says how many were accepted: the queue has 64 KB.
    pub fn serial_input(&mut self, port: C::Port, bytes: &[u8]) -> usize {
        self.chip.serial_input(&mut self.memory, port, bytes)
    }

    /// Whether [`run`](Self::run) comes back with [`Exit::Output`](super::Exit::Output) whenever bytes have come out of a
    /// serial port, at the very moment at which they were complete. At first it does not.
    pub fn stop_at_output(&mut self, stops: bool) {
        self.chip.soc_mut().common_mut().output.set_stops(stops);
    }

    /// Tells of the edges at a GPIO from now on, as [`What::Edge`](super::What::Edge).
    pub fn watch(&mut self, gpio: u8) {
        let now = self.now();
        self.chip.soc_mut().with_circuit(&mut self.memory, now, |circuit| circuit.watch(gpio));
    }

    /// The network behind the Ethernet MAC, for accepting connections and passing data. The next
    /// [`run`](Self::run) delivers what is due.
    pub fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Whether the network cable is in. A chip without Ethernet has none.
    pub fn link(&self) -> bool {
        self.chip.ethernet().is_some_and(|ethernet| ethernet.link)
    }

    /// Puts the network cable in or pulls it.
    pub fn set_link(&mut self, up: bool) {
        let now = self.now();
        if let Some(ethernet) = self.chip.ethernet_mut() {
            ethernet.link = up;
        }
        self.network.set_link(now, up);
    }

    /// The air around the radio: access points and who is a member. A chip without a radio has none.
    pub fn air(&self) -> Option<&Air> {
        self.chip.air()
    }

    /// Does something on the air at this moment. Nothing happens, and there is no result, if the chip has no radio.
    pub fn with_air<R>(&mut self, call: impl FnOnce(&mut Air, Instant) -> R) -> Option<R> {
        let now = self.now();
        let result = self.chip.air_mut().map(|air| call(air, now));
        self.chip.air_changed(&mut self.memory, now);
        result
    }

    /// Lets a visitor join the network that the device puts up itself; see [`Air::visit`]. With another network than before, the
    /// visitor's connections are forgotten. `None` if the chip has no radio.
    pub fn visit(&mut self, config: VisitorConfig) -> Option<()> {
        if self.with_air(|air, now| air.visit(now, config))? {
            self.network.renew_visitor();
        }
        Some(())
    }

    /// The flash chip's contents.
    pub fn flash(&self) -> &FlashImage {
        self.memory.flash()
    }

    /// Puts bytes into the flash chip as a programmer does; not an operation of the device.
    ///
    /// # Errors
    /// [`OutsideFlash`], and nothing is changed.
    pub fn write_flash(&mut self, offset: u32, bytes: &[u8]) -> Result<(), OutsideFlash> {
        self.memory.write_flash(offset as usize, bytes)
    }

    /// Cuts power in the middle of the `k`-th flash operation (write or erase) from now, from 1; the run then ends with
    /// [`Exit::PowerCut`](super::Exit::PowerCut).
    pub fn cut_power_at_flash_operation(&mut self, k: u32) {
        if let Some(flash) = self.chip.flash_chip_mut() {
            flash.cut_at_operation(k);
        }
    }

    /// Flash operations that are missing until power is cut, if that was asked for.
    pub fn pending_power_cut(&self) -> Option<u32> {
        self.chip.flash_chip().and_then(FlashChip::pending_cut)
    }

    /// Takes back [`cut_power_at_flash_operation`](Self::cut_power_at_flash_operation).
    pub fn keep_power(&mut self) {
        if let Some(flash) = self.chip.flash_chip_mut() {
            flash.disarm();
        }
    }

    /// Does something to the chip at this moment that only this chip knows, with its memory at hand.
    pub fn with_chip<R>(&mut self, call: impl FnOnce(&mut C, &mut crate::mem::Memory, Instant) -> R) -> R {
        let now = self.now();
        call(&mut self.chip, &mut self.memory, now)
    }
}
