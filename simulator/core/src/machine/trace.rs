//! What tells runs apart.

use crate::chip::{FlashOperation, SerialByte};
use crate::circuit::{Edge, Told};
use crate::time::Instant;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Hashes over everything that a machine has done so far. One for each kind, so that it does not matter how often what was
/// seen is fetched.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    edges: DefaultHasher,
    /// One for each part: in which order those of one batch are told makes no difference.
    parts: Vec<DefaultHasher>,
    /// One for each port.
    serial: Vec<DefaultHasher>,
    flash: DefaultHasher,
    frames: DefaultHasher,
}

impl Trace {
    /// Nothing was done by a chip with so many serial ports.
    pub(super) fn new(ports: usize) -> Self {
        let new = DefaultHasher::new;
        Self { edges: new(), parts: Vec::new(), serial: vec![new(); ports], flash: new(), frames: new() }
    }

    pub(super) fn edge(&mut self, edge: Edge) {
        edge.hash(&mut self.edges);
    }

    pub(super) fn part(&mut self, told: &Told) {
        if self.parts.len() <= told.part {
            self.parts.resize(told.part + 1, DefaultHasher::default());
        }
        told.hash(&mut self.parts[told.part]);
    }

    pub(super) fn serial(&mut self, port: usize, byte: &SerialByte) {
        byte.hash(&mut self.serial[port]);
    }

    pub(super) fn flash(&mut self, operation: &FlashOperation) {
        operation.hash(&mut self.flash);
    }

    pub(super) fn frame(&mut self, at: Instant, frame: &[u8]) {
        (at, frame).hash(&mut self.frames);
    }

    /// The hash, together with that of the air, if there is one.
    pub(super) fn finish(&self, air: Option<u64>) -> u64 {
        let Self { edges, parts, serial, flash, frames } = self;
        let mut all = DefaultHasher::new();
        air.hash(&mut all);
        [edges, flash, frames].map(DefaultHasher::finish).hash(&mut all);
        for hashers in [serial, parts] {
            hashers.iter().map(DefaultHasher::finish).collect::<Vec<_>>().hash(&mut all);
        }
        all.finish()
    }
}
