//! [`Device`]: what is behind a block of registers.

use super::{Env, Hub};

/// Which way DMA moves data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DmaDirection {
    /// From memory to the device.
    Out,
    /// From the device to memory.
    In,
}

/// Registers with a meaning. Offsets are multiples of 4 from the block's base address.
///
/// Offsets that a peripheral does not model go to [`Env::unmodelled_read`] and [`Env::unmodelled_write`].
pub trait Device<H: Hub> {
    /// A load of the register at `offset`.
    fn read(&mut self, env: &mut Env<'_, H>, offset: u32) -> u32;

    /// A store to the register at `offset`.
    fn write(&mut self, env: &mut Env<'_, H>, offset: u32, value: u32);

    /// Whether a store narrower than a word changes its bytes alone. Where it is not known what the block does, the store is reported.
    fn takes_bytes(&self) -> bool {
        false
    }

    /// The block is reset: its registers take their reset values. Deadlines and what was written to
    /// registers without a model are forgotten by the caller; interrupt sources and signals are the device's own to set.
    fn reset(&mut self, env: &mut Env<'_, H>);

    /// The moment has come that was asked for with [`Env::wake_at`]; it has to be asked for again.
    fn event(&mut self, env: &mut Env<'_, H>) {
        let _ = env;
    }

    /// An input signal of the pin matrix has this level now; its number is as in the manual.
    fn input(&mut self, env: &mut Env<'_, H>, signal: u8, level: bool) {
        let _ = (env, signal, level);
    }

    /// A DMA channel that serves this device was started: it may have data for the device, or room.
    fn dma_started(&mut self, env: &mut Env<'_, H>, direction: DmaDirection) {
        let _ = (env, direction);
    }

    /// Pads were connected otherwise, or are watched: whether anything would notice this device's output signals may have
    /// changed.
    fn rerouted(&mut self, env: &mut Env<'_, H>) {
        let _ = env;
    }

    /// A clock of the chip has a new frequency from now on. Called after the change.
    fn clocks_changed(&mut self, env: &mut Env<'_, H>) {
        let _ = env;
    }
}
