//! Going back to an earlier state, and telling states and runs apart.

use super::exit::Stuck;
use super::state::Machine;
use super::trace::Trace;
use crate::air::Air;
use crate::chip::{Chip, Processor};
use crate::mem::MemorySnapshot;
use crate::net::Network;
use crate::time::Instant;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Everything that decides how a machine goes on. TCP connections are not part of it: the network of a restored machine
/// has none, and the firmware finds its own reset; unless the network
/// [holds connections](Network::hold_connections).
pub struct MachineSnapshot<C: Chip> {
    cpu: <C::Cpu as Processor>::Snapshot,
    memory: MemorySnapshot,
    chip: C,
    network: Network,
    powered: bool,
    halted: Option<u32>,
    stuck: Option<Stuck>,
    told_stuck: bool,
    due_reset: Option<C::Reset>,
    boots_until: Instant,
    trace: Trace,
}

impl<C: Chip> std::fmt::Debug for MachineSnapshot<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MachineSnapshot").field("cpu", &self.cpu).finish_non_exhaustive()
    }
}

impl<C: Chip> Machine<C> {
    /// The present state, for [`restore`](Self::restore). Costs little: pages of memory are copied when they are next
    /// written. Events that nobody has taken are not part of it.
    pub fn snapshot(&mut self) -> MachineSnapshot<C> {
        self.collect();
        let Self {
            cpu,
            memory,
            chip,
            network,
            powered,
            halted,
            stuck,
            told_stuck,
            due_reset,
            boots_until,
            // They are the caller's to take.
            events: _,
            trace,
        } = self;
        MachineSnapshot {
            cpu: cpu.snapshot(),
            memory: memory.snapshot(),
            chip: chip.clone(),
            network: network.without_connections(),
            powered: *powered,
            halted: *halted,
            stuck: stuck.clone(),
            told_stuck: *told_stuck,
            due_reset: *due_reset,
            boots_until: *boots_until,
            trace: trace.clone(),
        }
    }

    /// Goes back to a state of this machine. Events that nobody has taken are lost, and so are connections
    /// that the network does not hold.
    pub fn restore(&mut self, snapshot: &MachineSnapshot<C>) {
        let MachineSnapshot {
            cpu,
            memory,
            chip,
            network,
            powered,
            halted,
            stuck,
            told_stuck,
            due_reset,
            boots_until,
            trace,
        } = snapshot;
        self.cpu.restore(cpu);
        self.memory.restore(memory);
        self.chip = chip.clone();
        self.network.restore(network);
        (self.powered, self.halted) = (*powered, *halted);
        self.stuck.clone_from(stuck);
        (self.told_stuck, self.due_reset, self.boots_until) = (*told_stuck, *due_reset, *boots_until);
        self.trace = trace.clone();
        self.events.clear();
    }

    /// A hash over everything that decides how the machine goes on, but for TCP connections.
    pub fn state_hash(&self) -> u64 {
        let Self {
            cpu,
            memory,
            chip,
            network,
            powered,
            halted,
            stuck,
            told_stuck,
            due_reset,
            boots_until,
            // What was, not what will be.
            events: _,
            trace: _,
        } = self;
        let mut state = DefaultHasher::new();
        (cpu.hash(), memory.hash(), chip.hash(), network).hash(&mut state);
        (powered, halted, stuck, told_stuck, due_reset, boots_until).hash(&mut state);
        state.finish()
    }

    /// A hash over everything that the machine has done since it was made: every edge on a watched pin, all that parts have
    /// told of, every byte on a serial port, every frame on the wire and of the device's on the air, every change of the flash, each with its time. In how many runs it
    /// was done makes no difference.
    pub fn trace_hash(&mut self) -> u64 {
        self.collect();
        self.trace.finish(self.chip.air().map(Air::trace))
    }
}
