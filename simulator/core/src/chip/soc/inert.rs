//! Blocks that only configure analogue circuits or the radio: their registers read as they were written, and that is all
//! that there is to see without the circuits. `docs/fidelity.md` names them.

use super::{Device, Env, Hub};

/// Such a block.
#[derive(Clone, Default, Hash, Debug)]
pub struct Inert;

impl<H: Hub> Device<H> for Inert {
    fn read(&mut self, env: &mut Env<'_, H>, offset: u32) -> u32 {
        env.inert_read(offset)
    }

    fn write(&mut self, env: &mut Env<'_, H>, offset: u32, value: u32) {
        env.inert_write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_, H>) {}
}

/// A block without a model: every touch is reported.
#[derive(Clone, Default, Hash, Debug)]
pub struct WithoutModel;

impl<H: Hub> Device<H> for WithoutModel {
    fn read(&mut self, env: &mut Env<'_, H>, offset: u32) -> u32 {
        env.unmodelled_read(offset)
    }

    fn write(&mut self, env: &mut Env<'_, H>, offset: u32, value: u32) {
        env.unmodelled_write(offset, value);
    }

    fn reset(&mut self, _: &mut Env<'_, H>) {}
}
