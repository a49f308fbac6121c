//! [`OneWirePort`]: what a part on a 1-Wire bus owns.

use super::rom::{Rom, RomCode};
use super::slots::Line;
use crate::circuit::PartEnv;
use crate::part::Pin;
use crate::time::Instant;

/// Whose turn it is when the next slot begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Turn {
    /// The controller's: it writes a byte.
    Listens,
    /// The device's: this byte goes out, the lowest bit first.
    Sends(u8),
    /// The device's: this one bit goes out, as when the controller asks whether a conversion is done.
    SendsBit(bool),
}

/// What a part with a 1-Wire interface does with bytes, once it is chosen.
pub trait OneWireTarget {
    /// The controller has chosen this device, alone or with others; a command follows.
    fn select(&mut self);

    /// A byte from the controller.
    fn write(&mut self, byte: u8);

    /// Whose turn the next byte is. Asked at the beginning of the byte's first slot.
    fn turn(&mut self) -> Turn;
}

/// A device's end of a 1-Wire bus. It has deadlines, within each slot: the part asks to be woken at
/// [`deadline`](Self::deadline), or at its own if that is sooner, after each call.
#[derive(Clone, Hash, Debug)]
pub struct OneWirePort {
    pin: Pin,
    is_powered: bool,
    line: Line,
    rom: Rom,
}

impl OneWirePort {
    /// A device without power. The pin has to hear at once, and to drive.
    pub fn new(pin: Pin, code: RomCode) -> Self {
        Self { pin, is_powered: false, line: Line::new(pin), rom: Rom::new(code) }
    }

    /// The part gets power, or loses it. It waits for a reset pulse then.
    pub fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_powered = is_on;
        self.line.reset(env);
    }

    /// When the port has something to do: the part wants to be [woken](PartEnv::wake_at) then at the latest.
    pub fn deadline(&self) -> Instant {
        self.line.deadline()
    }

    /// An edge at one of the part's pins. The line is pulled as it has to be.
    pub fn edge(&mut self, env: &mut PartEnv<'_>, (pin, level): (Pin, bool), target: &mut impl OneWireTarget) {
        if pin == self.pin && self.is_powered {
            self.line.edge(env, level, &mut self.rom.with(target));
        }
    }

    /// Time has passed: does what is due, if anything is.
    pub fn wake(&mut self, env: &mut PartEnv<'_>, target: &mut impl OneWireTarget) {
        self.line.wake(env, &mut self.rom.with(target));
    }
}
