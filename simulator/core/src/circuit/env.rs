//! What a part has at hand while it is called.

use super::drive::{Drive, Volts};
use super::nets::Nets;
use super::parts::{Place, Told};
use crate::part::{PartEvent, Pin};
use crate::time::{Instant, Span};

/// What a part has at hand while it is called: its pins, the time, its alarm, and a way to tell of what happens.
#[derive(Debug)]
pub struct PartEnv<'a> {
    pub(super) now: Instant,
    /// Its index on the board.
    pub(super) part: u16,
    pub(super) place: &'a Place,
    pub(super) nets: &'a mut Nets,
    /// When it is to be called.
    pub(super) alarm: &'a mut Instant,
    pub(super) told: &'a mut Vec<Told>,
}

impl PartEnv<'_> {
    /// The moment of the call. For edges that are told in batches it is the moment up to which they are complete.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Whether a pin is joined with anything.
    pub fn is_wired(&self, pin: Pin) -> bool {
        self.place.net(pin).is_some()
    }

    /// The level at a pin; low if it is open.
    pub fn level(&self, pin: Pin) -> bool {
        self.place.net(pin).is_some_and(|net| self.nets.net_level(net))
    }

    /// The voltage at a pin; none if it is open, or nothing drives or pulls its net.
    pub fn volts(&self, pin: Pin) -> Option<Volts> {
        self.place.net(pin).and_then(|net| self.nets.net_volts(net))
    }

    /// What the part puts on the net of a pin from now on. Nothing happens at a pin that is open.
    ///
    /// # Panics
    /// If the part's type does not say that this pin [drives](crate::part::PinType::drives).
    pub fn drive(&mut self, pin: Pin, drive: Drive) {
        if let Some(driver) = self.place.driver(pin) {
            self.nets.drive(self.now, driver, drive);
        }
    }

    /// Closes or opens a switch between two pins, by its index in [`PartType::switches`](crate::part::PartType). Nothing
    /// happens if one of the pins is open.
    ///
    /// # Panics
    /// If the part's type has no such switch.
    pub fn close(&mut self, switch: usize, closed: bool) {
        if let Some(switch) = self.place.switch(switch) {
            self.nets.close(self.now, switch, closed);
        }
    }

    /// Asks for [`Part::wake`](crate::part::Part::wake) at this moment, instead of at any that was asked for before. One that
    /// has passed is now.
    pub fn wake_at(&mut self, at: Instant) {
        *self.alarm = at.max(self.now);
    }

    /// The same, after a span.
    pub fn wake_after(&mut self, span: Span) {
        self.wake_at(self.now + span);
    }

    /// Takes back what [`wake_at`](Self::wake_at) asked for.
    pub fn sleep(&mut self) {
        *self.alarm = Instant::NEVER;
    }

    /// Tells of something that happened at `at`, which is not after [`now`](Self::now).
    pub fn tell(&mut self, at: Instant, event: PartEvent) {
        self.told.push(Told { at, part: self.part.into(), event });
    }
}
