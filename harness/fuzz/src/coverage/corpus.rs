//! Inputs that found something new, what is known by them, and which of them is tried next.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use fastrand::Rng;
use sha2::{Digest as _, Sha256};
use simulator::cpu::Edge;

use super::finding::Finding;
use super::input::Input;
use super::store::name;

/// The newest inputs, which are tried more often.
const NEWEST: usize = 12;

/// An input that is kept.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) input: Input,
    /// Instructions that it takes: of two inputs for one edge, the cheaper is tried more often.
    cost: u64,
}

/// Everything that workers share.
#[derive(Debug)]
pub(super) struct Corpus {
    pub(super) entries: Vec<Arc<Entry>>,
    names: HashSet<String>,
    /// Of each edge, the buckets of its counts, and the cheapest input that takes it.
    known: HashMap<Edge, Known>,
    /// Inputs that are the cheapest for some edge.
    favoured: Vec<usize>,
    pub(super) findings: BTreeMap<String, Finding>,
    pub(super) last_new_edge: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    buckets: u8,
    cheapest: usize,
}

/// The bucket of a count, as AFL has them: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. One bit each.
pub(super) fn bucket(count: u8) -> u8 {
    match count {
        0 => 0,
        1 => 1,
        2 => 1 << 1,
        3 => 1 << 2,
        4..=7 => 1 << 3,
        8..=15 => 1 << 4,
        16..=31 => 1 << 5,
        32..=127 => 1 << 6,
        128.. => 1 << 7,
    }
}

impl Corpus {
    pub(super) fn new() -> Self {
        Self {
            entries: Vec::new(),
            names: HashSet::new(),
            known: HashMap::new(),
            favoured: Vec::new(),
            findings: BTreeMap::new(),
            last_new_edge: Instant::now(),
        }
    }

    /// Takes an input whose edges and buckets are given, if any of them is new.
    pub(super) fn offer(&mut self, input: &Input, taken: &[(Edge, u8)], cost: u64) -> bool {
        let is_new = |(edge, bucket): &(Edge, u8)| self.known.get(edge).is_none_or(|known| known.buckets & bucket == 0);
        if !taken.iter().any(is_new) || !self.names.insert(name(input)) {
            return false;
        }
        let index = self.entries.len();
        let mut better = false;
        for (edge, bucket) in taken {
            let known = self.known.entry(*edge).or_insert_with(|| {
                self.last_new_edge = Instant::now();
                better = true;
                Known { buckets: 0, cheapest: index }
            });
            known.buckets |= bucket;
            if self.entries.get(known.cheapest).is_some_and(|entry| entry.cost > cost) {
                known.cheapest = index;
                better = true;
            }
        }
        self.entries.push(Arc::new(Entry { input: input.clone(), cost }));
        if better {
            let favoured: HashSet<usize> = self.known.values().map(|known| known.cheapest).collect();
            self.favoured = favoured.into_iter().collect();
            self.favoured.sort_unstable();
        }
        true
    }

    /// The buckets of an edge that are known.
    pub(super) fn buckets(&self, edge: Edge) -> u8 {
        self.known.get(&edge).map_or(0, |known| known.buckets)
    }

    /// Edges that were taken.
    pub(super) fn edges(&self) -> usize {
        self.known.len()
    }

    /// An input to be changed.
    pub(super) fn choose(&self, random: &mut Rng) -> Option<Arc<Entry>> {
        let many = self.entries.len();
        if many == 0 {
            return None;
        }
        let index = match random.u8(..8) {
            0 | 1 => random.usize(many.saturating_sub(NEWEST)..many),
            2 => random.usize(..many),
            _ if self.favoured.is_empty() => random.usize(..many),
            _ => self.favoured[random.usize(..self.favoured.len())],
        };
        Some(Arc::clone(&self.entries[index]))
    }

    /// Whether this cause is new; then it is known.
    pub(super) fn is_new_cause(&self, fingerprint: &str) -> bool {
        !self.findings.contains_key(fingerprint)
    }
}

/// A hash of inputs, whatever their order.
pub fn corpus_hash<'a>(inputs: impl IntoIterator<Item = &'a Input>) -> u64 {
    let mut names: Vec<_> = inputs.into_iter().map(name).collect();
    names.sort_unstable();
    let digest = Sha256::digest(names.concat());
    digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
