//! Going back to an earlier state, and telling states and runs apart.

use super::console::Console;
use super::exit::Stuck;
use super::state::Machine;
use crate::rom::RomState;
use crate::soc::{FlashOperation, ResetCause, SerialByte, SerialPort, Soc};
use hil_sim_core::circuit::{Edge, Told};
use hil_sim_core::cpu::CpuSnapshot;
use hil_sim_core::mem::MemorySnapshot;
use hil_sim_core::net::Network;
use hil_sim_core::time::Instant;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Everything that decides how a machine goes on. TCP connections are not part of it: the network of a restored machine
/// has none, and the firmware finds its own reset; unless the network
/// [holds connections](Network::hold_connections).
pub struct MachineSnapshot {
    cpu: CpuSnapshot,
    memory: MemorySnapshot,
    soc: Soc,
    rom: RomState,
    network: Network,
    powered: bool,
    halted: Option<u32>,
    stuck: Option<Stuck>,
    told_stuck: bool,
    due_reset: Option<ResetCause>,
    boots_until: Instant,
    console: Console,
    trace: Trace,
}

impl std::fmt::Debug for MachineSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MachineSnapshot").field("cpu", &self.cpu).finish_non_exhaustive()
    }
}

/// Hashes over everything that a machine has done so far. One for each kind, so that it does not matter how often what was
/// seen is fetched.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    edges: DefaultHasher,
    /// One for each part: in which order those of one batch are told makes no difference.
    parts: Vec<DefaultHasher>,
    serial: [DefaultHasher; SerialPort::ALL.len()],
    flash: DefaultHasher,
    frames: DefaultHasher,
}

impl Trace {
    pub(super) fn edge(&mut self, edge: Edge) {
        edge.hash(&mut self.edges);
    }

    pub(super) fn part(&mut self, told: &Told) {
        if self.parts.len() <= told.part {
            self.parts.resize(told.part + 1, DefaultHasher::default());
        }
        told.hash(&mut self.parts[told.part]);
    }

    pub(super) fn serial(&mut self, port: SerialPort, byte: &SerialByte) {
        byte.hash(&mut self.serial[port as usize]);
    }

    pub(super) fn flash(&mut self, operation: &FlashOperation) {
        operation.hash(&mut self.flash);
    }

    pub(super) fn frame(&mut self, at: Instant, frame: &[u8]) {
        (at, frame).hash(&mut self.frames);
    }

    fn finish(&self) -> u64 {
        let mut all = DefaultHasher::new();
        [&self.edges, &self.flash, &self.frames].map(DefaultHasher::finish).hash(&mut all);
        self.serial.each_ref().map(DefaultHasher::finish).hash(&mut all);
        let parts: Vec<u64> = self.parts.iter().map(DefaultHasher::finish).collect();
        parts.hash(&mut all);
        all.finish()
    }
}

impl Machine {
    /// The present state, for [`restore`](Self::restore). Costs little: pages of memory are copied when they are next
    /// written. Events that nobody has taken are not part of it.
    pub fn snapshot(&mut self) -> MachineSnapshot {
        self.collect();
        MachineSnapshot {
            cpu: self.cpu.snapshot(),
            memory: self.memory.snapshot(),
            soc: self.soc.clone(),
            rom: self.rom.clone(),
            network: self.network.without_connections(),
            powered: self.powered,
            halted: self.halted,
            stuck: self.stuck.clone(),
            told_stuck: self.told_stuck,
            due_reset: self.due_reset,
            boots_until: self.boots_until,
            console: self.console.clone(),
            trace: self.trace.clone(),
        }
    }

    /// Goes back to a state of this machine. Events that nobody has taken are lost, and so are connections
    /// that the network does not hold.
    pub fn restore(&mut self, snapshot: &MachineSnapshot) {
        self.cpu.restore(&snapshot.cpu);
        self.memory.restore(&snapshot.memory);
        self.soc = snapshot.soc.clone();
        self.rom = snapshot.rom.clone();
        self.network.restore(&snapshot.network);
        (self.powered, self.halted) = (snapshot.powered, snapshot.halted);
        self.stuck.clone_from(&snapshot.stuck);
        (self.told_stuck, self.due_reset) = (snapshot.told_stuck, snapshot.due_reset);
        self.boots_until = snapshot.boots_until;
        self.console.clone_from(&snapshot.console);
        self.trace = snapshot.trace.clone();
        self.events.clear();
    }

    /// A hash over everything that decides how the machine goes on, but for TCP connections.
    pub fn state_hash(&self) -> u64 {
        let mut state = DefaultHasher::new();
        (self.cpu.hash(), self.memory.hash(), self.soc.hash(), self.powered, self.halted).hash(&mut state);
        (&self.rom, &self.network, self.due_reset, self.boots_until, &self.console).hash(&mut state);
        state.finish()
    }

    /// A hash over everything that the machine has done since it was made: every edge on a watched pin, all that parts
    /// have told of, every byte on a serial port, every frame, every change of the flash, each with its time. In how many runs it was done makes no
    /// difference.
    pub fn trace_hash(&mut self) -> u64 {
        self.collect();
        self.trace.finish()
    }
}
