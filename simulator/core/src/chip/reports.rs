//! Registers without a model, and what is told of them.

use super::report::{Report, Touch};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// Things without a model that are remembered; some of them have a number in their description.
const MOST_ASKED: usize = 1_000;
/// Reports beyond this many are dropped, so that a firmware that runs wild cannot fill memory.
const MOST_REPORTS: usize = 1_000;

/// What the model of a chip noticed, and the values of registers that it does not model.
#[derive(Clone, Default, Hash, Debug)]
pub struct Reports {
    values: BTreeMap<u32, u32>,
    touched: BTreeMap<(u32, Touch), u64>,
    asked: BTreeSet<(&'static str, String)>,
    oscillated: bool,
    waiting: Vec<Report>,
}

impl Reports {
    /// Tells of something.
    pub fn push(&mut self, report: Report) {
        if self.waiting.len() < MOST_REPORTS {
            self.waiting.push(report);
        }
    }

    /// What was told since the last call.
    pub fn take(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.waiting)
    }

    /// Tells that a register without a model is touched, the first time for each way. `name` gives the manual's name of the
    /// register, if it has one.
    pub fn touch(&mut self, address: u32, touch: Touch, pc: u32, at: Instant, name: impl FnOnce() -> Option<String>) {
        let count = self.touched.entry((address, touch)).or_default();
        *count += 1;
        if *count == 1 {
            self.push(Report::Unmodelled { address, name: name(), touch, pc, at });
        }
    }

    /// Tells that a block is asked for something that its model does not do, the first time. After very many different
    /// things everything counts as told.
    pub fn unsupported(&mut self, block: &'static str, what: String, pc: u32, at: Instant) {
        if self.asked.len() < MOST_ASKED && self.asked.insert((block, what.clone())) {
            self.push(Report::Unsupported { block, what, pc, at });
        }
    }

    /// Tells once that the levels of pins do not settle.
    pub fn oscillation(&mut self, at: Instant) {
        if !std::mem::replace(&mut self.oscillated, true) {
            self.push(Report::Oscillation { at });
        }
    }

    /// What was last written to a register without a model, or 0.
    pub fn read(&self, address: u32) -> u32 {
        self.values.get(&address).copied().unwrap_or(0)
    }

    /// Keeps what is written to a register without a model.
    pub fn write(&mut self, address: u32, value: u32) {
        self.values.insert(address, value);
    }

    /// Forgets what was written, as a reset does.
    pub fn forget_values(&mut self) {
        self.values.clear();
    }
}
