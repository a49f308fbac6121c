//! A part's UART: a GPS receiver, a Modbus sensor, a modem. It has a baud rate and a format of its own, reads its input by
//! sampling it, and drives every edge of what it sends. Where chip and part do not agree on the rate, each reads what is on
//! the wire: other bytes, and errors.
//!
//! The port has deadlines, between edges that it sends and in the middle of the stop bit that it waits for: the part asks to
//! be woken at [`deadline`](UartPort::deadline), or at its own if that is sooner, after each call.
//!
//! Not modelled: flow control, breaks that the part sends, half duplex on one wire.

use crate::circuit::{Drive, PartEnv};
use crate::part::Pin;
use crate::serial::{Format, Pattern, Received, Receiver};
use crate::time::{Instant, Span};
use std::collections::VecDeque;

/// The pins of a part that are its UART. One that the part does not have is a pin that is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct UartPins {
    /// Data to the part, which has to hear it [at once](crate::part::Hears::AtOnce).
    pub rx: Pin,
    /// Data from the part.
    pub tx: Pin,
}

/// What has arrived at a part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct UartFrame {
    /// When its start bit began.
    pub start: Instant,
    /// When its stop bit ends; it is told of in the middle of it.
    pub end: Instant,
    /// The byte, or what is wrong with it.
    pub byte: Result<u8, UartError>,
}

/// What is wrong with a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum UartError {
    /// The parity bit is not that of the data.
    #[error("a frame with the data {0:#04x} has the wrong parity")]
    Parity(u8),
    /// There is no stop bit where it should be.
    #[error("a frame with the data {0:#04x} has no stop bit")]
    Framing(u8),
    /// The line is low for longer than a frame.
    #[error("the line is held low for a whole frame")]
    Break,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Sending {
    pattern: Pattern,
    start: Instant,
    /// When the level changes next, or the frame ends.
    next: Instant,
    end: Instant,
}

/// A UART of a part.
#[derive(Clone, Hash, Debug)]
pub struct UartPort {
    pins: UartPins,
    format: Format,
    /// The length of a bit.
    bit: Span,
    is_powered: bool,
    receiver: Receiver,
    sending: Option<Sending>,
    /// What waits to be sent.
    queue: VecDeque<u8>,
}

impl UartPort {
    /// A UART without power.
    ///
    /// # Panics
    /// If `baud` is 0.
    pub fn new(pins: UartPins, baud: u32, format: Format) -> Self {
        Self {
            pins,
            format,
            bit: Span::of_cycles(1, baud),
            is_powered: false,
            receiver: Receiver::default(),
            sending: None,
            queue: VecDeque::new(),
        }
    }

    /// The part gets power, or loses it: what was on its way is gone, and the output is at rest, or let go.
    pub fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_powered = is_on;
        self.sending = None;
        self.queue.clear();
        self.receiver.reset(env.level(self.pins.rx));
        env.drive(self.pins.tx, if is_on { Drive::High } else { Drive::None });
    }

    /// Sends bytes, after those that wait already. Without power they are lost.
    pub fn send(&mut self, env: &mut PartEnv<'_>, bytes: &[u8]) {
        if self.is_powered {
            self.queue.extend(bytes);
            self.transmit(env);
        }
    }

    /// When the port has something to do: the part wants to be [woken](PartEnv::wake_at) then at the latest.
    pub fn deadline(&self) -> Instant {
        self.receiver.deadline().min(self.sending.map_or(Instant::NEVER, |sending| sending.next))
    }

    /// An edge at one of the part's pins. Gives a frame that is complete.
    pub fn edge(&mut self, env: &mut PartEnv<'_>, (pin, level): (Pin, bool)) -> Option<UartFrame> {
        let frame = self.wake(env);
        if pin == self.pins.rx && self.is_powered {
            self.receiver.set_level(env.now(), level, self.format, Some(self.bit));
        }
        frame
    }

    /// Time has passed: does what is due, if anything is. Gives a frame that is complete.
    pub fn wake(&mut self, env: &mut PartEnv<'_>) -> Option<UartFrame> {
        if !self.is_powered {
            return None;
        }
        self.transmit(env);
        match self.receiver.sample(env.now())? {
            Received::Glitch => None,
            Received::Frame { frame, start, end } => {
                let byte = match frame.byte {
                    _ if frame.is_break => Err(UartError::Break),
                    byte if frame.frame_error => Err(UartError::Framing(byte)),
                    byte if frame.parity_error => Err(UartError::Parity(byte)),
                    byte => Ok(byte),
                };
                Some(UartFrame { start, end, byte })
            }
        }
    }

    /// Drives the output, which begins the next frame where one has ended.
    fn transmit(&mut self, env: &mut PartEnv<'_>) {
        let now = env.now();
        self.sending = self.sending.filter(|sending| sending.end > now);
        if self.sending.is_none() {
            self.sending = self.queue.pop_front().map(|byte| self.frame(now, byte));
        }
        let level = self.sending.as_mut().is_none_or(|sending| sending.level(now, self.bit));
        env.drive(self.pins.tx, level.into());
    }

    fn frame(&self, start: Instant, byte: u8) -> Sending {
        let pattern = self.format.encode(byte);
        Sending { pattern, start, next: start, end: start + pattern.length(self.bit) }
    }
}

impl Sending {
    /// The level now; finds when it changes next.
    fn level(&mut self, now: Instant, bit: Span) -> bool {
        let number = now.since(self.start).ps() / bit.ps().max(1);
        let change = self.pattern.next_change(number);
        self.next = change.map_or(self.end, |number| self.start + bit.times(number));
        self.pattern.level(number)
    }
}
