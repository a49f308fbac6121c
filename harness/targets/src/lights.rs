//! What the lights on a board show, as the journal tells it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::layout::LightPosition;
use crate::journal::Journal;
use hil_model::observation::{Evidence, Observation, Rgb};
use hil_model::time::SimTime;

/// What the lights on the board show. A reset of the device leaves them as they are; without power they are dark.
#[derive(Clone)]
pub struct Lights {
    shown: Rc<RefCell<BTreeMap<(String, u16), Rgb>>>,
    journal: Journal,
    evidence: Evidence,
}

impl Lights {
    /// Lights of which nothing was seen yet; their waveform is decoded.
    pub fn new(journal: Journal) -> Self {
        Self { shown: Rc::default(), journal, evidence: Evidence::Observed }
    }

    /// The same lights, known in this way.
    pub fn by(&self, evidence: Evidence) -> Self {
        Self { evidence, ..self.clone() }
    }

    /// A light shows `color` from `at` on; only a change is worth an entry.
    pub fn show(&self, light: &LightPosition, color: Rgb, at: SimTime) {
        let LightPosition { part, index } = light.clone();
        if self.shown.borrow_mut().insert((part.clone(), index), color) != Some(color) {
            let evidence = self.evidence;
            self.journal.record_at(at, Observation::Led { part, index, color, evidence });
        }
    }

    /// What a light shows; dark until it was seen.
    pub fn color(&self, part: &str, index: u16) -> Rgb {
        self.shown.borrow().get(&(part.to_owned(), index)).copied().unwrap_or_default()
    }

    /// The supply is off.
    pub fn go_dark(&self) {
        let lit: Vec<_> = self.shown.borrow().keys().cloned().collect();
        let now = self.journal.now();
        lit.into_iter().for_each(|(part, index)| self.show(&LightPosition { part, index }, Rgb::default(), now));
    }

    /// Where it is recorded.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }
}
