//! Registers without a model, and what is told of them.

use super::report::{Report, Touch};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet};

/// Things without a model that are remembered; some of them have a number in their description.
const MOST_ASKED: usize = 1_000;
/// Registers without a model that are told of one block; its name says enough then.
const MOST_OF_A_BLOCK: u32 = 6;
/// Reports beyond this many are dropped, so that a firmware that runs wild cannot fill memory.
const MOST_REPORTS: usize = 1_000;

/// What the model of a chip noticed, and the values of registers that it does not model.
#[derive(Clone, Default, Hash, Debug)]
pub struct Reports {
    values: BTreeMap<u32, u32>,
    touched: BTreeMap<(u32, Touch), u64>,
    /// How many touches of each block were told.
    told_of: BTreeMap<&'static str, u32>,
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

    /// Tells that a register without a model is touched, the first time for each way; of a block with many of them that
    /// there are more. `name` gives the manual's name of the register, if it has one.
    pub fn touch(
        &mut self,
        block: &'static str,
        (address, touch): (u32, Touch),
        pc: u32,
        at: Instant,
        name: impl FnOnce() -> Option<String>,
    ) {
        let count = self.touched.entry((address, touch)).or_default();
        *count += 1;
        if *count > 1 {
            return;
        }
        let told = self.told_of.entry(block).or_default();
        *told += 1;
        match *told {
            ..=MOST_OF_A_BLOCK => self.push(Report::Unmodelled { address, name: name(), touch, pc, at }),
            _ => self.unsupported(block, "what more of its registers do".to_owned(), pc, at),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_with_many_registers_is_told_and_not_each_of_them() {
        let mut reports = Reports::default();
        for block in ["HMAC", "DS"] {
            for offset in (0..400).step_by(4) {
                reports.touch(block, (offset + block.len() as u32 * 0x1000, Touch::Write), 0, Instant::ZERO, || None);
            }
        }
        let told: Vec<_> = reports.take().iter().map(|report| report.shortcoming().expect("of the model")).collect();
        assert_eq!(told.len(), 2 * (MOST_OF_A_BLOCK as usize + 1));
        assert_eq!(told[6], "HMAC: what more of its registers do");
        assert_eq!(told.last().map(String::as_str), Some("DS: what more of its registers do"));
    }
}
