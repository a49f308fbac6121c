//! [`Hub`]: what the devices of one chip share.

use super::Block;
use crate::circuit::{Circuit, Drive};
use crate::time::Instant;
use std::fmt::Debug;
use std::hash::Hash;

/// An input signal of a device has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InputChange<B> {
    /// Whose signal it is; nobody's, on a signal that no model listens to.
    pub device: Option<B>,
    /// Its number.
    pub signal: u8,
    /// What it is now.
    pub level: bool,
}

/// What a chip has between its devices: pads and what they are wired to, interrupt lines, and what else only this chip's devices
/// know.
pub trait Hub: Clone + Debug {
    /// The blocks of registers.
    type Block: Block;
    /// Why the chip is reset.
    type Reset: Copy + Eq + Hash + Debug;
    /// What asks for interrupts.
    type Source: Copy;
    /// A way of serial data between the chip and the host.
    type Port: Copy + Eq + Hash + Debug + 'static;

    // Interrupts.

    /// Sets the level of an interrupt source.
    fn set_interrupt(&mut self, source: Self::Source, level: bool);

    /// The core's line, 1 to 31, on which an interrupt waits for it.
    fn interrupt(&self) -> Option<u8>;

    /// Whether [`interrupt`](Self::interrupt) may say something else than when this was last asked.
    fn take_interrupt_changed(&mut self) -> bool;

    // The pads.

    /// What the pads are wired to.
    fn circuit(&self) -> &Circuit;

    /// The same, to be changed; [`follow`](Self::follow) then.
    fn circuit_mut(&mut self) -> &mut Circuit;

    /// Takes over what has changed outside the pads.
    fn follow(&mut self) {
        while self.circuit_mut().nets_mut().take_pad_change().is_some() {}
    }

    /// Whether the chip's output at a pad is enabled.
    fn is_output(&self, pad: u8) -> bool;

    /// The resistor that the chip has switched on at a pad: [`Drive::PullUp`], [`Drive::PullDown`], or none.
    fn pull(&self, pad: u8) -> Drive {
        let _ = pad;
        Drive::None
    }

    // What devices tell each other.

    /// Whether what a device did concerns others; [`Soc::settle_news`](super::Soc::settle_news) then tells them.
    fn has_news(&self) -> bool {
        self.circuit().nets().has_news()
    }

    /// The next change of an input signal that its device is to be told of.
    fn take_input(&mut self) -> Option<InputChange<Self::Block>> {
        None
    }

    /// Tells nobody of the changes of levels that nobody was told of yet.
    fn forget_changes(&mut self) {
        self.circuit_mut().forget_changes();
    }

    // Signals between devices and pads, where a chip can connect any with any.

    /// Sets an output signal, by its number, and whether its output is enabled.
    fn drive(&mut self, now: Instant, signal: u8, level: bool, enabled: bool) {
        let _ = (now, signal, level, enabled);
    }

    /// The level of an input signal, by its number.
    fn input_level(&self, signal: u8) -> bool {
        let _ = signal;
        false
    }

    /// The input signals that are registers of the core; see [`Bus::gpio_in`](crate::mem::Bus::gpio_in).
    fn dedicated_inputs(&self) -> u32 {
        0
    }

    /// The same of outputs, with their enables.
    fn set_dedicated_outputs(&mut self, now: Instant, enable: u32, value: u32) {
        let _ = (now, enable, value);
    }
}
