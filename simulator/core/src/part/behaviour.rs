//! The trait [`Part`].

use super::part_type::{PartType, Pin};
use super::shows::{Picture, Shows};
use crate::circuit::PartEnv;
use crate::time::Instant;
use std::fmt;
use std::hash::{Hash, Hasher};

/// An edge at a pin of a part.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PinEdge {
    /// When.
    pub at: Instant,
    /// At which pin.
    pub pin: Pin,
    /// The level from now on.
    pub level: bool,
}

/// What is wired to pins; see the [module](super).
pub trait Part: PartState + fmt::Debug + Send + Sync + 'static {
    /// What it is: its pins, controls and attributes.
    fn part_type(&self) -> &'static PartType;

    /// The board gets power, or loses it. Without power a part keeps what is mechanical, as a switch does, and drives
    /// nothing. Called once with `false` before the first power-on, where a switch can close itself, and never twice with
    /// the same. Alarms are gone without power.
    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        let _ = (env, is_on);
    }

    /// The level at a pin that hears [at once](super::Hears::AtOnce) has changed, now.
    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        let _ = (env, pin, level);
    }

    /// All edges since the last call at the pins that hear [in batches](super::Hears::InBatches), in order, and none is
    /// missing up to [`PartEnv::now`]; often there are none. How a run is cut into calls must make no difference to what the
    /// part becomes and tells. It can not drive the past: what has to answer hears at once.
    fn edges(&mut self, env: &mut PartEnv<'_>, edges: &[PinEdge]) {
        let _ = (env, edges);
    }

    /// The moment has come that was asked for with [`PartEnv::wake_at`]; it has to be asked for again.
    fn wake(&mut self, env: &mut PartEnv<'_>) {
        let _ = env;
    }

    /// One of its [controls](PartType::controls) is set to a value that the control can have.
    fn set(&mut self, env: &mut PartEnv<'_>, control: &'static str, value: f64) {
        let _ = (env, control, value);
    }

    /// What it shows now; of edges in batches, as of those that it was told of.
    fn shows(&self) -> Shows {
        Shows::Nothing
    }

    /// The picture of this part while it shows that, as Wokwi takes it; none if it is not a part with a picture, or does not
    /// show such things.
    fn picture(&self, shows: &Shows) -> Option<Picture> {
        let _ = shows;
        None
    }
}

/// A part's state, in snapshots and hashes. Every type that is `Clone` and `Hash` has it.
pub trait PartState {
    /// The same part with the same state.
    fn clone_part(&self) -> Box<dyn Part>;

    /// Adds all that decides what the part does next.
    fn hash_state(&self, state: &mut dyn Hasher);
}

impl<T: Part + Clone + Hash> PartState for T {
    fn clone_part(&self) -> Box<dyn Part> {
        Box::new(self.clone())
    }

    fn hash_state(&self, mut state: &mut dyn Hasher) {
        self.hash(&mut state);
    }
}

impl Clone for Box<dyn Part> {
    fn clone(&self) -> Self {
        (**self).clone_part()
    }
}
