//! Machines that run a program of a few instructions, and what the programs need beyond instructions.

use super::asm::*;
use super::firmware::{ElfFile, ElfSegment};
use hil_sim_core::mem::Width;
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::image::Firmware;
use hil_sim_esp32c3::machine::{Board, Event, Exit, Machine, MachineConfig, Stuck, What};
use hil_sim_esp32c3::soc::{Report, SerialPort};

/// Where programs begin: the instruction bus's view of the first byte of SRAM 1.
pub const CODE: u32 = 0x4038_0000;
/// Where programs keep data, out of the way of their code.
pub const DATA: u32 = 0x3FCA_0000;
/// A cycle of the core as the bootloader leaves it, at 80 MHz.
pub const CYCLE: Span = Span::from_ps(12_500);

pub const UART0_FIFO: u32 = 0x6000_0000;
pub const GPIO_OUT_W1TS: u32 = 0x6000_4008;
pub const GPIO_OUT_W1TC: u32 = 0x6000_400C;
pub const GPIO_ENABLE_W1TS: u32 = 0x6000_4024;
pub const GPIO_IN: u32 = 0x6000_403C;
pub const GPIO_FUNC0_OUT_SEL_CFG: u32 = 0x6000_4554;
pub const IO_MUX_GPIO0: u32 = 0x6000_9004;
pub const RTC_OPTIONS0: u32 = 0x6000_8000;
pub const RTC_STORE0: u32 = 0x6000_8050;
pub const RTC_FAST: u32 = 0x5000_0000;
pub const INTERRUPT_MAP: u32 = 0x600C_2000;
pub const CPU_INT_ENABLE: u32 = 0x600C_2104;
pub const CPU_INT_PRI: u32 = 0x600C_2114;
pub const SYSTIMER: u32 = 0x6002_3000;

/// SW_SYS_RST in RTC_CNTL_OPTIONS0, beside the register's reset value.
pub const SW_SYS_RST: u32 = 0x1C00_A000 | 1 << 31;
/// The interrupt source of SYSTIMER's first comparator.
pub const SYSTIMER_TARGET0: u32 = 37;

pub const MSTATUS: u16 = 0x300;
pub const MTVEC: u16 = 0x305;
pub const MCAUSE: u16 = 0x342;

/// Functions of the mask ROM.
pub mod rom {
    pub const RESET_REASON: u32 = 0x4000_0018;
    pub const DELAY_US: u32 = 0x4000_0050;
    pub const SOFTWARE_RESET: u32 = 0x4000_0090;
    pub const SOFTWARE_RESET_CPU: u32 = 0x4000_0094;
    pub const SPIFLASH_ERASE_SECTOR: u32 = 0x4000_0128;
    pub const SPIFLASH_WRITE: u32 = 0x4000_012C;
    pub const SPIFLASH_READ: u32 = 0x4000_0130;
    pub const MEMSET: u32 = 0x4000_0354;
    pub const MEMCPY: u32 = 0x4000_0358;
    pub const MD5_INIT: u32 = 0x4000_0614;
    pub const MD5_UPDATE: u32 = 0x4000_0618;
    pub const MD5_FINAL: u32 = 0x4000_061C;
    pub const CRC32_LE: u32 = 0x4000_0628;
    pub const CRC16_BE: u32 = 0x4000_0634;
    pub const DIVDI3: u32 = 0x4000_07B4;
    pub const UDIVDI3: u32 = 0x4000_08AC;
    pub const UMODDI3: u32 = 0x4000_08BC;
    /// One that the simulator does not have.
    pub const ETS_PRINTF: u32 = 0x4000_0040;
}

/// What programs for the chip do again and again.
pub trait ChipProgram {
    /// Writes a register or a word of memory. Uses t0 and t1.
    fn store(&mut self, address: u32, value: u32) -> &mut Self;

    /// Writes the word in a register to a fixed address. Uses t0.
    fn keep(&mut self, register: u32, address: u32) -> &mut Self;

    fn load(&mut self, register: u32, address: u32) -> &mut Self;

    /// Calls a function at a fixed address with these arguments. Uses t0.
    fn call(&mut self, function: u32, arguments: &[u32]) -> &mut Self;

    /// Lets cycles pass with nothing done.
    fn nops(&mut self, cycles: u32) -> &mut Self;

    /// Waits for interrupts for ever.
    fn idle(&mut self) -> &mut Self;

    /// Jumps to itself.
    fn stop_here(&mut self) -> &mut Self;

    /// Makes a GPIO an output that follows GPIO_OUT.
    fn output(&mut self, gpio: u32) -> &mut Self;

    /// A table of vectors that all lead to a label, and `mtvec` set to it. Goes on behind the table.
    fn vectors(&mut self, handler: &str) -> &mut Self;

    /// Lets an interrupt source reach the core on line 5.
    fn enable_source(&mut self, source: u32) -> &mut Self;

    /// SYSTIMER raises an interrupt once, after so many of its ticks of 62.5 ns.
    fn alarm(&mut self, ticks: u64) -> &mut Self;
}

impl ChipProgram for Asm {
    fn store(&mut self, address: u32, value: u32) -> &mut Self {
        self.li(T0, address).li(T1, value).sw(T1, 0, T0)
    }

    fn keep(&mut self, register: u32, address: u32) -> &mut Self {
        self.li(T0, address).sw(register, 0, T0)
    }

    fn load(&mut self, register: u32, address: u32) -> &mut Self {
        self.li(register, address).lw(register, 0, register)
    }

    fn call(&mut self, function: u32, arguments: &[u32]) -> &mut Self {
        for (register, value) in (A0..).zip(arguments) {
            self.li(register, *value);
        }
        self.li(T0, function).jalr(RA, T0, 0)
    }

    fn nops(&mut self, cycles: u32) -> &mut Self {
        for _ in 0..cycles {
            self.addi(ZERO, ZERO, 0);
        }
        self
    }

    fn idle(&mut self) -> &mut Self {
        self.word(WFI).word(j_type(ZERO, -4))
    }

    fn stop_here(&mut self) -> &mut Self {
        self.word(j_type(ZERO, 0))
    }

    fn output(&mut self, gpio: u32) -> &mut Self {
        self.store(IO_MUX_GPIO0 + 4 * gpio, 1 << 12 | 1 << 9).store(GPIO_ENABLE_W1TS, 1 << gpio)
    }

    fn vectors(&mut self, handler: &str) -> &mut Self {
        self.la(T0, "vectors").csrrw(ZERO, MTVEC, T0).j("behind the vectors");
        while !self.here().is_multiple_of(256) {
            self.word(0);
        }
        self.label("vectors");
        for _ in 0..32 {
            self.j(handler);
        }
        self.label("behind the vectors")
    }

    fn enable_source(&mut self, source: u32) -> &mut Self {
        self.store(INTERRUPT_MAP + 4 * source, 5).store(CPU_INT_PRI + 4 * 5, 1).store(CPU_INT_ENABLE, 1 << 5)
    }

    fn alarm(&mut self, ticks: u64) -> &mut Self {
        // Target mode, unit 0; then COMP0_LOAD, and the first comparator on.
        self.store(SYSTIMER + 0x1C, (ticks >> 32) as u32)
            .store(SYSTIMER + 0x20, ticks as u32)
            .store(SYSTIMER + 0x34, 0);
        self.store(SYSTIMER + 0x50, 1).store(SYSTIMER, 0x4600_0000 | 1 << 24).store(SYSTIMER + 0x64, 1)
    }
}

/// An ELF file with this code in RAM.
pub fn elf(code: Vec<u8>) -> ElfFile {
    let segments = vec![ElfSegment { section: ".text", address: CODE, bytes: code, zeros: 0 }];
    ElfFile { entry: CODE, segments, symbols: Vec::new() }
}

/// The firmware of a program.
pub fn firmware(write: impl FnOnce(&mut Asm) -> &mut Asm) -> Firmware {
    let mut asm = Asm::new(CODE);
    write(&mut asm);
    Firmware::parse(&elf(asm.bytes()).to_bytes()).expect("a valid ELF file")
}

/// A machine that is on.
pub fn machine_on(board: Board, write: impl FnOnce(&mut Asm) -> &mut Asm) -> Machine {
    let mut machine = Machine::new(board, &firmware(write), MachineConfig::default());
    machine.power_on();
    machine
}

/// A machine with nothing around the chip that is on.
pub fn machine(write: impl FnOnce(&mut Asm) -> &mut Asm) -> Machine {
    machine_on(Board::default(), write)
}

/// Runs for a span; gives what it came back for.
pub fn run(machine: &mut Machine, span: Span) -> Vec<Exit> {
    let until = machine.now() + span;
    let mut exits = Vec::new();
    loop {
        match machine.run(until) {
            Exit::Until => return exits,
            exit => exits.push(exit),
        }
        assert!(exits.len() < 10_000, "it comes back for ever: {:?}", exits.last());
    }
}

/// Runs until it is stuck.
pub fn stuck(machine: &mut Machine) -> Stuck {
    match run(machine, Span::from_ms(100)).as_slice() {
        [Exit::Stuck(stuck)] => stuck.clone(),
        other => panic!("{other:?} with pc {:#010x}", machine.cpu().pc()),
    }
}

pub fn word(machine: &Machine, address: u32) -> u32 {
    machine.memory().read(address, Width::Word).expect("memory")
}

/// What came out of UART0.
pub fn text(events: &[Event]) -> String {
    let byte = |event: &Event| match event.what {
        What::Serial { port: SerialPort::Uart0, byte } => Some(char::from(byte)),
        _ => None,
    };
    events.iter().filter_map(byte).collect()
}

/// The edges on probes: when, and the level.
pub fn edges(events: &[Event]) -> Vec<(Instant, bool)> {
    let edge = |event: &Event| match event.what {
        What::Edge(edge) => Some((edge.at, edge.level)),
        _ => None,
    };
    events.iter().filter_map(edge).collect()
}

pub fn reports(events: Vec<Event>) -> Vec<Report> {
    let report = |event: Event| match event.what {
        What::Report(report) => Some(report),
        _ => None,
    };
    events.into_iter().filter_map(report).collect()
}
