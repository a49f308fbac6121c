//! What the decoder has to know of the chain.

use hil_color::ColorOrder;

/// The chain on the data pin: how many LEDs, and their colour order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Config {
    pub(super) before: usize,
    pub(super) leds: usize,
    pub(super) order: ColorOrder,
}

impl Config {
    /// A chain of `leds` LEDs, all of them GRB. With no LED at all every bit is [surplus](super::Surplus).
    pub const fn new(leds: usize) -> Self {
        Self { before: 0, leds, order: ColorOrder::Grb }
    }

    /// This many LEDs come first, and take what is for them. The decoder passes over their bits, and counts its own LEDs
    /// from 0; pauses that are wrong for the whole chain are left to the decoder of its first LED.
    pub const fn behind(mut self, leds: usize) -> Self {
        self.before = leds;
        self
    }

    /// The colour order of every LED of the chain.
    pub const fn with_order(mut self, order: ColorOrder) -> Self {
        self.order = order;
        self
    }
}
