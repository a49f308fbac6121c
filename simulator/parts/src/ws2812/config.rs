//! What the decoder has to know of the chain.

use super::ColorOrder;

/// The chain on the data pin: how many LEDs, and their colour order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    pub(super) leds: usize,
    pub(super) order: ColorOrder,
}

impl Config {
    /// A chain of `leds` LEDs, all of them GRB. With no LED at all every bit is [surplus](super::Surplus).
    pub const fn new(leds: usize) -> Self {
        Self { leds, order: ColorOrder::Grb }
    }

    /// The colour order of every LED of the chain.
    pub const fn with_order(mut self, order: ColorOrder) -> Self {
        self.order = order;
        self
    }
}
