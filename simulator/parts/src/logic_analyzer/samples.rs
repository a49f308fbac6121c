//! [`Samples`]: a list that grows and is cheap to copy, since every snapshot of a machine has it.

use hil_sim_core::time::Instant;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Samples that are copied when the list is; those before are shared.
const LOOSE: usize = 4_096;

/// When levels changed, and the levels.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    full: Vec<Arc<[(Instant, u8)]>>,
    last: Vec<(Instant, u8)>,
}

impl Samples {
    pub(super) fn len(&self) -> usize {
        self.full.len() * LOOSE + self.last.len()
    }

    /// Whether the last sample is of this moment.
    pub(super) fn is_last(&self, at: Instant) -> bool {
        self.last.last().is_some_and(|(last, _)| *last == at)
    }

    pub(super) fn push(&mut self, at: Instant, levels: u8) {
        match self.last.last_mut() {
            // Of one moment only the last levels are seen.
            Some((last, shown)) if *last == at => *shown = levels,
            _ => {
                if self.last.len() == LOOSE {
                    self.full.push(std::mem::take(&mut self.last).into());
                }
                self.last.push((at, levels));
            }
        }
    }

    pub(super) fn to_vec(&self) -> Vec<(Instant, u8)> {
        self.full.iter().flat_map(|samples| samples.iter()).chain(&self.last).copied().collect()
    }
}

/// Only their number decides what is recorded next.
impl Hash for Samples {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stay_in_their_order_and_copies_go_their_own_ways() {
        let mut samples = Samples::default();
        for ns in 0..10_000 {
            samples.push(Instant::from_ns(ns), ns as u8);
        }
        let mut copy = samples.clone();
        copy.push(Instant::NEVER, 0);
        copy.push(Instant::NEVER, 1);
        assert_eq!((samples.len(), copy.len()), (10_000, 10_001));
        let times: Vec<u64> = samples.to_vec().iter().map(|(at, _)| at.ns()).collect();
        assert_eq!(times, (0..10_000).collect::<Vec<_>>());
    }
}
