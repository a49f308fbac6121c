//! What every peripheral is.

use super::dma::DmaDirection;
use super::hub::Env;

/// Registers with a meaning. Offsets are multiples of 4 from the block's base address.
///
/// Offsets that a peripheral does not model go to [`Env::unmodelled_read`] and [`Env::unmodelled_write`].
pub(crate) trait Device {
    /// A load of the register at `offset`.
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32;

    /// A store to the register at `offset`.
    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32);

    /// The block's reset bit in SYSTEM was set: the registers take their reset values. Deadlines and what was written to
    /// registers without a model are forgotten by the caller; interrupt sources and signals are the device's own to set.
    fn reset(&mut self, env: &mut Env<'_>);

    /// The moment has come that was asked for with [`Env::wake_at`]; it has to be asked for again.
    fn event(&mut self, env: &mut Env<'_>) {
        let _ = env;
    }

    /// An input signal of the GPIO matrix has this level now; its number is as in TRM table 5-2.
    fn input(&mut self, env: &mut Env<'_>, signal: u8, level: bool) {
        let _ = (env, signal, level);
    }

    /// A DMA channel that serves this peripheral was started: [`Env::dma_pull`] may have data, or [`Env::dma_push`] room.
    fn dma_started(&mut self, env: &mut Env<'_>, direction: DmaDirection) {
        let _ = (env, direction);
    }

    /// Pads were connected otherwise, or are watched: what
    /// [`is_observed`](super::pins::Pins::is_observed) says of this device's output signals may have changed.
    fn rerouted(&mut self, env: &mut Env<'_>) {
        let _ = env;
    }

    /// The APB clock, or the CPU's, has a new frequency from now on. Called after the change.
    fn clocks_changed(&mut self, env: &mut Env<'_>) {
        let _ = env;
    }
}
