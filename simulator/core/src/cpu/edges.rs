//! Which ways control takes, and what branches compare: what a coverage-guided fuzzer steers by.
//!
//! An *edge* is a way out of a conditional branch, taken or not, or of an indirect jump or call to one of its targets.
//! Direct jumps and calls follow from these and are not counted; neither are returns, nor traps and interrupts. Edges are
//! exact: each has a counter of its own, up to 65,536 edges, beyond which no new ones are counted.
//!
//! Off, it costs nothing: branches are decoded into other operations only while it is on.

use super::api::Cpu;
use std::collections::HashMap;

/// Edges that are told apart.
const MOST_EDGES: usize = 1 << 16;
/// The last edges of indirect jumps are found without a search.
const RECENT: usize = 4096;
/// Spreads addresses over the recent edges.
const FACTOR: u32 = 0x9E37_79B9;
const SHIFT: i64 = 16;
/// Counters that are looked at together.
const CHUNK: usize = 32;
/// Different comparisons that are kept for one branch; more of them are a loop's counter or a clock.
const MOST_COMPARED: usize = 8;

/// A way that control took.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BranchEdge {
    /// The address of a branch; of an indirect jump or call, the address after it.
    pub from: u32,
    /// Where it led.
    pub to: u32,
}

/// Two different values that a branch has compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Comparison {
    /// The address of the branch.
    pub pc: u32,
    /// Its first operand.
    pub left: u32,
    /// Its second operand.
    pub right: u32,
}

/// An edge of an indirect jump, and its number.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
struct Recent {
    from: u32,
    to: u32,
    number: u32,
}

/// Counters of edges, and what was compared.
pub(super) struct Edges {
    numbers: HashMap<BranchEdge, u32>,
    edges: Vec<BranchEdge>,
    /// How often each was taken since they were last read, modulo 2^32.
    counters: [u32; MOST_EDGES],
    recent: [Recent; RECENT],
    compared: Option<HashMap<u32, Vec<(u32, u32)>>>,
}

/// What machine code has to know to count.
pub(super) mod layout {
    use super::{Edges, RECENT, Recent};
    use std::mem::offset_of;

    /// From the edges to the counters.
    pub(in crate::cpu) const COUNTERS: i32 = offset_of!(Edges, counters) as i32;
    /// Bytes of a counter.
    pub(in crate::cpu) const COUNTER: i32 = size_of::<u32>() as i32;
    /// From the edges to the recent edges of indirect jumps.
    pub(in crate::cpu) const RECENT_EDGES: i32 = offset_of!(Edges, recent) as i32;
    /// Their number, a power of two.
    pub(in crate::cpu) const PLACES: i64 = RECENT as i64;
    /// Bytes of one.
    pub(in crate::cpu) const PLACE: i64 = size_of::<Recent>() as i64;
    /// What is in one.
    pub(in crate::cpu) const FROM: i32 = offset_of!(Recent, from) as i32;
    pub(in crate::cpu) const TO: i32 = offset_of!(Recent, to) as i32;
    pub(in crate::cpu) const NUMBER: i32 = offset_of!(Recent, number) as i32;
    /// How an edge's place among them is found.
    pub(in crate::cpu) const FACTOR: u32 = super::FACTOR;
    pub(in crate::cpu) const SHIFT: i64 = super::SHIFT;
}

impl Edges {
    fn new() -> Self {
        let nothing = Recent { from: 1, to: 1, number: 0 };
        Self {
            numbers: HashMap::new(),
            edges: Vec::new(),
            counters: [0; MOST_EDGES],
            recent: [nothing; RECENT],
            compared: None,
        }
    }

    /// The number of a branch: that of the edge if it is taken; the edge if it is not has the next one. `None` if there
    /// is no room.
    pub(super) fn branch(&mut self, pc: u32, target: u32, next: u32) -> Option<u32> {
        // A branch to the next instruction has two edges all the same.
        let [taken, not_taken] = [target, next | 1].map(|to| BranchEdge { from: pc, to });
        if let Some(number) = self.numbers.get(&taken) {
            return Some(*number);
        }
        if self.edges.len() + 2 > MOST_EDGES {
            return None;
        }
        let number = self.add(taken);
        self.add(not_taken);
        Some(number)
    }

    fn add(&mut self, edge: BranchEdge) -> u32 {
        let number = self.edges.len() as u32;
        self.numbers.insert(edge, number);
        self.edges.push(edge);
        number
    }

    #[inline(always)]
    fn count(&mut self, number: u32) {
        let counter = &mut self.counters[number as usize % MOST_EDGES];
        *counter = counter.wrapping_add(1);
    }

    /// Whether it is noted what branches compare.
    pub(super) fn compares(&self) -> bool {
        self.compared.is_some()
    }

    /// A branch with this number goes its way. Returns whether what it has compared is to be [noted](Self::compare) too.
    #[inline(always)]
    pub(super) fn count_branch(&mut self, number: u32, taken: bool) -> bool {
        self.count(number + u32::from(!taken));
        self.compared.is_some()
    }

    pub(super) fn compare(&mut self, number: u32, left: u32, right: u32) {
        let Some(compared) = self.compared.as_mut().filter(|_| left != right) else { return };
        let pairs = compared.entry(number).or_default();
        if pairs.len() <= MOST_COMPARED && !pairs.contains(&(left, right)) {
            pairs.push((left, right));
        }
    }

    /// An indirect jump or call leads somewhere. Returns whether it is one of the recent ones; if not, it is not counted
    /// yet: [`count_new_jump`](Self::count_new_jump) does that.
    #[inline(always)]
    pub(super) fn count_jump(&mut self, from: u32, to: u32) -> bool {
        let recent = self.recent[place(BranchEdge { from, to })];
        let is_recent = recent.from == from && recent.to == to;
        if is_recent {
            self.count(recent.number);
        }
        is_recent
    }

    pub(super) fn count_new_jump(&mut self, from: u32, to: u32) {
        let edge = BranchEdge { from, to };
        let number = match self.numbers.get(&edge) {
            Some(number) => *number,
            None if self.edges.len() == MOST_EDGES => return,
            None => self.add(edge),
        };
        self.recent[place(edge)] = Recent { from, to, number };
        self.count(number);
    }
}

/// Where an edge of an indirect jump is among the recent ones.
#[inline(always)]
fn place(edge: BranchEdge) -> usize {
    (edge.from >> 1 ^ edge.to.wrapping_mul(FACTOR) >> SHIFT) as usize % RECENT
}

impl Cpu {
    /// Begins or ends to count which ways control takes; what was counted is forgotten either way.
    ///
    /// The firmware sees no difference. Resets and restored snapshots take nothing back.
    pub fn set_edge_coverage(&mut self, on: bool) {
        self.core.edges = on.then(|| Box::new(Edges::new()));
        self.core.forget = true;
        self.core.attention = true;
    }

    /// Tells each edge that was taken since the last call, by its number, and how often (at most 255 times). Then all
    /// counters are zero. They count modulo 2^32.
    ///
    /// Numbers are this core's own, counted from 0 in the order in which edges became known; [`edge`](Self::edge) tells
    /// what they stand for.
    pub fn take_edges(&mut self, mut each: impl FnMut(u32, u8)) {
        let Some(edges) = &mut self.core.edges else { return };
        let known = edges.edges.len();
        for (chunk, counters) in edges.counters[..known].chunks_mut(CHUNK).enumerate() {
            // Most are zero.
            if counters.iter().fold(0, |all, counter| all | counter) == 0 {
                continue;
            }
            for (index, counter) in counters.iter_mut().enumerate().filter(|(_, counter)| **counter != 0) {
                each((chunk * CHUNK + index) as u32, u8::try_from(std::mem::take(counter)).unwrap_or(u8::MAX));
            }
        }
    }

    /// The edge with this number.
    pub fn edge(&self, number: u32) -> Option<BranchEdge> {
        let edge = self.core.edges.as_ref()?.edges.get(number as usize)?;
        Some(BranchEdge { to: edge.to & !1, ..*edge })
    }

    /// Begins or ends to note what branches compare, while edges are counted.
    pub fn set_comparisons(&mut self, on: bool) {
        if let Some(edges) = &mut self.core.edges {
            edges.compared = on.then(HashMap::new);
        }
    }

    /// What branches have compared and found different since [`set_comparisons`](Self::set_comparisons), in order. A
    /// branch that has compared more than eight different pairs of values is left out: it counts a loop, or looks at a
    /// clock.
    pub fn take_comparisons(&mut self) -> Vec<Comparison> {
        let Some(edges) = &mut self.core.edges else { return Vec::new() };
        let Some(compared) = &mut edges.compared else { return Vec::new() };
        let few = std::mem::take(compared).into_iter().filter(|(_, pairs)| pairs.len() <= MOST_COMPARED);
        let mut all: Vec<_> = few
            .flat_map(|(number, pairs)| {
                let pc = edges.edges[number as usize].from;
                pairs.into_iter().map(move |(left, right)| Comparison { pc, left, right })
            })
            .collect();
        all.sort_unstable();
        all
    }
}
