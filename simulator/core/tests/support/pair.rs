//! The core under test and the reference core side by side on the same program.

use super::device::Device;
use super::generate::{Choice, DATA, POINTERS, PROGRAM, VECTOR, program};
use super::reference::Reference;
use hil_sim_core::cpu::{CoreConfig, Costs, Cpu, CsrNumber, Stop};
use hil_sim_core::mem::{FlashImage, Memory};
use hil_sim_esp32c3::map::{CORE, MEMORY};

/// What both must agree on beside registers.
const COMPARED: [u16; 24] = [
    0x300, 0x305, 0x340, 0x341, 0x342, 0x343, 0x3A0, 0x3A1, 0x3A2, 0x3A3, 0x3B0, 0x3B1, 0x3BF, 0x7A0, 0x7A1, 0x7A2,
    0x7A5, 0x7E0, 0x7E1, 0x7E2, 0x803, 0x805, 0x301, 0xF12,
];
/// Cycles that a `wfi` lasts, and a ROM call.
const IDLE: u64 = 7;
const CALL: u64 = 3;

/// A machine with the core under test.
pub struct Machine {
    pub cpu: Cpu,
    pub memory: Memory,
    pub device: Device,
}

pub fn memory(code: &[u8]) -> Memory {
    let flash: Vec<u8> = (0..0x1_0000u32).map(|at| (at * 7 + at / 256) as u8).collect();
    let mut memory = Memory::new(&MEMORY, FlashImage::with_image(0x2_0000, &flash));
    memory.set_mmu_entry(0, 0);
    memory.load(VECTOR, code).expect("the program is in SRAM");
    let data: Vec<u8> = (0..0x800u32).map(|at| (at * 13 + 5) as u8).collect();
    memory.load(DATA, &data).expect("the data are in SRAM");
    memory
}

impl Machine {
    pub fn new(choices: &[Choice], user_may: bool, costs: Costs) -> Self {
        let mut cpu = Cpu::new(CoreConfig { costs, semihosting: false, ..CORE });
        cpu.set_pc(PROGRAM);
        POINTERS.iter().enumerate().for_each(|(index, pointer)| cpu.set_x(8 + index, *pointer));
        cpu.set_x(2, DATA + 0x200);
        Self { cpu, memory: memory(&program(choices, user_may)), device: Device::default() }
    }

    /// The same, with machine code of all that the first 3,000 cycles execute.
    pub fn compiled(choices: &[Choice], user_may: bool, costs: Costs) -> Self {
        let mut machine = Self::new(choices, user_may, costs);
        machine.cpu.set_compilation(true);
        machine.compile_run(3_000);
        machine
    }

    /// Runs up to `until`, goes back, and makes machine code of what was executed.
    pub fn compile_run(&mut self, until: u64) {
        let (cpu, memory, device) = (self.cpu.snapshot(), self.memory.snapshot(), self.device.clone());
        self.run(until);
        self.cpu.restore(&cpu);
        self.memory.restore(&memory);
        self.device = device;
        self.cpu.compile().expect("there is a compiler for this computer");
    }

    /// Runs up to `until` and answers stops on the way; `false` if there is no going on.
    pub fn run(&mut self, until: u64) -> bool {
        loop {
            let stop = self.cpu.run(&mut self.memory, &mut self.device, until);
            if stop == Stop::Until || !self.answer(stop) {
                return stop == Stop::Until;
            }
        }
    }

    pub fn answer(&mut self, stop: Stop) -> bool {
        match stop {
            Stop::Wfi => {
                self.cpu.sleep_until(self.cpu.cycle() + IDLE);
                self.device.line = 5;
            }
            Stop::RomCall(_) => self.cpu.return_from_call(CALL),
            Stop::Until | Stop::SliceEnd => {}
            _ => return false,
        }
        true
    }

    pub fn hash(&self) -> (u64, u64, Device) {
        (self.cpu.hash(), self.memory.hash(), self.device.clone())
    }
}

/// Runs both for the budgets, one after the other, and compares them whenever they stop.
pub fn compare(choices: &[Choice], budgets: &[u16], user_may: bool, costs: Costs) {
    compare_with(Machine::new(choices, user_may, costs), choices, budgets, user_may, costs);
}

/// The same with this machine, which is about to execute that program.
pub fn compare_with(mut machine: Machine, choices: &[Choice], budgets: &[u16], user_may: bool, costs: Costs) {
    let mut reference = Reference::new(costs);
    reference.pc = PROGRAM;
    reference.x[8..16].copy_from_slice(&POINTERS);
    reference.x[2] = DATA + 0x200;
    let mut memory = memory(&program(choices, user_may));
    let mut device = Device::default();
    let mut until = 0;
    for budget in budgets {
        // Now and then an interrupt comes from outside between two slices.
        if budget % 8 == 5 {
            device.line = *budget as u8 >> 3 & 31;
            machine.device.line = device.line;
        }
        until = reference.cycle.max(until) + u64::from(*budget);
        loop {
            let stop = machine.cpu.run(&mut machine.memory, &mut machine.device, until);
            let other = reference.run(&mut memory, &mut device, until);
            assert_state(&machine, &reference, &device);
            if let Stop::ExceptionStorm(_) = stop {
                // The reference has no report to make.
                assert_eq!(other, Stop::Wfi);
                return;
            }
            assert_eq!(stop, other);
            if !machine.answer(stop) {
                return;
            }
            match stop {
                Stop::Wfi => {
                    reference.cycle += IDLE;
                    reference.csr.idle += IDLE;
                    device.line = 5;
                }
                Stop::RomCall(_) => {
                    reference.cycle += CALL;
                    reference.pc = reference.x[1] & !1;
                }
                Stop::Until => break,
                _ => {}
            }
        }
    }
    assert!(machine.memory.hash() == memory.hash(), "memory differs");
}

fn assert_state(machine: &Machine, reference: &Reference, device: &Device) {
    let cpu = &machine.cpu;
    let own: Vec<u32> = (0..32).map(|register| cpu.x(register)).collect();
    let at = (cpu.cycle(), cpu.instret(), cpu.pc(), cpu.is_user_mode());
    assert_eq!(at, (reference.cycle, reference.instret, reference.pc, reference.user), "cycle, instret, pc, mode");
    assert_eq!(own, reference.x, "registers at {:#010x}", reference.pc);
    for number in COMPARED {
        let mut bus = Device::default();
        let theirs = reference.csr.read(number.into(), reference.cycle, reference.instret, &mut bus);
        assert_eq!(cpu.csr(CsrNumber(number)), theirs, "CSR {number:#x} at {:#010x}", reference.pc);
    }
    assert_eq!(machine.device.line, device.line, "the interrupt line");
    assert_eq!(machine.device.log.last(), device.log.last(), "the last access to the peripheral");
    assert_eq!(machine.device.log.len(), device.log.len(), "accesses to the peripheral");
}
