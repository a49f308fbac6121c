//! Frames under way in one direction.

use std::collections::BTreeMap;

use super::faults::Impairment;
use super::random::SplitMix64;
use super::statistics::{DropReason, Statistics};
use crate::time::{Instant, Span};

/// Frames that can be under way. Windows of TCP keep far below; a receiver that does not receive does not.
const FRAMES: usize = 1024;

/// Frames under way in one direction, in the order in which they arrive.
#[derive(Debug, Clone, Hash, Default)]
pub(super) struct Lane {
    /// By the time of arrival, then by the order of sending.
    frames: BTreeMap<(Instant, u64), Vec<u8>>,
    sent: u64,
}

impl Lane {
    /// Sends a frame that arrives after `latency`, unless `impairment` has it otherwise.
    pub(super) fn send(
        &mut self,
        now: Instant,
        frame: Vec<u8>,
        latency: Span,
        impairment: &Impairment,
        random: &mut SplitMix64,
        statistics: &mut Statistics,
    ) {
        if impairment.loss.happens(random) {
            return statistics.count_drop(DropReason::Loss);
        }
        let copy = impairment.duplication.happens(random).then(|| frame.clone());
        for frame in copy.into_iter().chain([frame]) {
            let mut arrival = now + latency + impairment.delay;
            if impairment.reordering.happens(random) {
                arrival += Impairment::REORDERING_DELAY;
            }
            if self.frames.len() == FRAMES {
                return statistics.count_drop(DropReason::QueueFull);
            }
            self.frames.insert((arrival, self.sent), frame);
            self.sent += 1;
        }
    }

    /// When the next frame arrives.
    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.frames.first_key_value().map(|((arrival, _), _)| *arrival)
    }

    /// The next frame and when it arrived, if that is at or before `now`.
    pub(super) fn receive(&mut self, now: Instant) -> Option<(Instant, Vec<u8>)> {
        let first = self.frames.first_entry()?;
        let (arrival, _) = *first.key();
        (arrival <= now).then(|| (arrival, first.remove()))
    }

    /// Loses all frames; returns how many.
    pub(super) fn lose_all(&mut self) -> usize {
        std::mem::take(&mut self.frames).len()
    }
}
