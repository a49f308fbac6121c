//! Where and until when a step looks at a light, and what it sees there.

use super::light::{Change, Light};
use crate::context::Context;
use hil_model::time::SimTime;
use hil_scenario::step::ExpectLed;
use hil_targets::journal::Journal;

/// A step's look at a light. Its times are those of `journal`, which is the scenario's, or a record of the lights alone.
pub(crate) struct Look {
    pub(super) journal: Journal,
    pub(super) light: Light,
    /// Until then a colour must appear, or a pattern begin.
    pub(super) limit: SimTime,
    /// Nothing is waited for beyond it.
    pub(super) deadline: SimTime,
}

/// What a step has seen that held.
#[derive(Debug)]
pub(crate) struct Seen {
    /// What it says for itself.
    pub(crate) text: String,
    /// The change that no later step may take for its own.
    pub(crate) used: Option<Change>,
    /// It holds only if the light is known up to here.
    pub(crate) until: SimTime,
}

impl Look {
    /// In the scenario's journal, from the step's window on.
    pub(super) fn new(cx: &Context, expect: &ExpectLed) -> Self {
        let light = Light::new(cx, expect);
        Self { journal: cx.journal.clone(), light, limit: cx.limit(expect.within), deadline: cx.deadline }
    }
}
