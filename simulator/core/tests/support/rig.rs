//! A machine for tests of single behaviours: code in SRAM, the test device as its only peripheral.

use super::asm::Asm;
use super::device::Device;
use hil_sim_core::cpu::{BranchEdge, CoreConfig, Cpu, CsrNumber, Stop};
use hil_sim_core::mem::{FlashImage, Memory, Width};
use hil_sim_esp32c3::map::{CORE, MEMORY};

pub const CODE: u32 = 0x4038_1000;
pub const HANDLER: u32 = 0x4038_0000;
pub const DATA: u32 = 0x3FC9_0000;

/// The edges that were taken since the last call, in order, with their counts.
pub fn edges(cpu: &mut Cpu) -> Vec<(BranchEdge, u8)> {
    let mut numbers = Vec::new();
    cpu.take_edges(|number, count| numbers.push((number, count)));
    let mut edges: Vec<_> =
        numbers.into_iter().map(|(number, count)| (cpu.edge(number).expect("it was told"), count)).collect();
    edges.sort();
    edges
}

pub struct Rig {
    pub cpu: Cpu,
    pub memory: Memory,
    pub device: Device,
}

impl Rig {
    /// A machine about to execute what `write` assembles at `CODE`. The trap vector is a table of jumps to
    /// themselves.
    pub fn new(write: impl FnOnce(&mut Asm)) -> Self {
        Self::with(CORE, write)
    }

    pub fn with(config: CoreConfig, write: impl FnOnce(&mut Asm)) -> Self {
        let mut asm = Asm::new(CODE);
        write(&mut asm);
        let mut rig = Self {
            cpu: Cpu::new(config),
            memory: Memory::new(&MEMORY, FlashImage::erased(0x40_0000)),
            device: Device::default(),
        };
        rig.memory.load(CODE, &asm.bytes()).expect("the code is in SRAM");
        for entry in 0..32 {
            rig.memory.write(HANDLER + 4 * entry, Width::Word, 0x0000_006F).expect("so is the table");
        }
        rig.set_csr(CsrNumber::MTVEC, HANDLER);
        rig.cpu.set_pc(CODE);
        rig
    }

    pub fn run(&mut self, cycles: u64) -> Stop {
        let until = self.cpu.cycle() + cycles;
        self.cpu.run(&mut self.memory, &mut self.device, until)
    }

    pub fn set_csr(&mut self, number: CsrNumber, value: u32) {
        assert!(self.cpu.set_csr(&mut self.memory, &mut self.device, number, value));
    }

    pub fn csr(&self, number: CsrNumber) -> u32 {
        self.cpu.csr(number).expect("it exists")
    }

    /// `mcause`, `mepc` and `mtval`.
    pub fn trap(&self) -> (u32, u32, u32) {
        (self.csr(CsrNumber::MCAUSE), self.csr(CsrNumber::MEPC), self.csr(CsrNumber::MTVAL))
    }

    pub fn word(&self, address: u32) -> u32 {
        self.memory.read(address, Width::Word).expect("memory")
    }
}
