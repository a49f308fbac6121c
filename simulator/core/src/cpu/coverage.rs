//! Which instructions have been executed. It costs next to nothing, because nothing is counted: blocks end at every branch
//! and jump, and a block is decoded when it is about to be executed for the first time.

use super::api::Cpu;
use super::block::Draft;
use std::collections::BTreeMap;
use std::ops::Range;

/// Straight runs of instructions that have been executed: from the first address to the end.
#[derive(Clone, Default, Debug)]
pub(super) struct Coverage(BTreeMap<u32, u32>);

impl Coverage {
    /// Notes a block that ends at its first branch or jump.
    pub(super) fn note(&mut self, block: &Draft) {
        let bytes: u32 = block.bytes.iter().map(|(_, bytes)| bytes).sum();
        let end = self.0.entry(block.pc).or_default();
        *end = block.pc.saturating_add(bytes).max(*end);
    }
}

impl Cpu {
    /// Begins or ends to note which instructions are executed; what was noted is forgotten either way.
    ///
    /// Code runs a little slower meanwhile, and otherwise just as without. An instruction that traps takes the
    /// rest of its straight run with it. Resets and restored snapshots take nothing back.
    pub fn set_coverage(&mut self, on: bool) {
        self.core.coverage = on.then(Coverage::default);
        self.core.forget = true;
        self.core.attention = true;
    }

    /// The addresses of instructions that have been executed since [`set_coverage`](Self::set_coverage), in order; ranges
    /// neither overlap nor touch.
    pub fn covered(&self) -> Vec<Range<u32>> {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (start, end) in self.core.coverage.iter().flat_map(|coverage| &coverage.0) {
            match ranges.last_mut() {
                Some(last) if *start <= last.end => last.end = last.end.max(*end),
                _ => ranges.push(*start..*end),
            }
        }
        ranges
    }
}
