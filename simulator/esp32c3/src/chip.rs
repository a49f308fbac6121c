//! [`Esp32C3`]: the chip as a machine knows it.

use crate::console::Console;
use crate::download::DownloadFaults;
use crate::image::Boot;
use crate::map::{CORE, IRAM, MEMORY, MMU_ENTRIES, MMU_INVALID};
use crate::rom::handover::{self, HANDOVER};
use crate::rom::{self, Call, Outcome, RomState};
use crate::soc::{GPIO_COUNT, ResetCause, SerialPort, Soc, Start};
use hil_sim_core::air::Air;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::chip::{Chip, Ethernet, FlashChip, RomFault};
use hil_sim_core::circuit::DriverId;
use hil_sim_core::cpu::{self, Cpu, CsrNumber};
use hil_sim_core::machine::{Exit, Machine, MachineConfig};
use hil_sim_core::mem::{Memory, MemoryMap};
use hil_sim_core::time::{Instant, Span};
use std::hash::{DefaultHasher, Hash, Hasher};

/// `mstatus` with interrupts on: the ROM and the bootloader leave them so.
const MSTATUS_MIE: u32 = 1 << 3;
const SP: usize = 2;
/// Where the bootloader's stack is; the application's start code sets its own.
const BOOTLOADER_STACK: u32 = 0x3FCD_E710;

/// An ESP32-C3: its peripherals, and what of its mask ROM has a state.
#[derive(Clone, Debug)]
pub struct Esp32C3 {
    pub(crate) soc: Soc,
    pub(crate) rom: RomState,
    pub(crate) console: Console,
    /// What holds GPIO9, once something has.
    pub(crate) boot_button: Option<DriverId>,
    pub(crate) rom_messages: bool,
    pub(crate) download_faults: DownloadFaults,
}

impl Esp32C3 {
    /// The peripherals.
    pub fn soc(&self) -> &Soc {
        &self.soc
    }

    /// The ROM has started the program in the bootloader's place.
    fn hand_over(&mut self, cpu: &mut Cpu, memory: &mut Memory, deadline: u64) -> Result<(), RomFault> {
        if !self.soc.uart_tx_idle(SerialPort::Uart0) {
            // A bootloader takes longer than what the ROM has printed.
            cpu.sleep_until(deadline);
            return Ok(());
        }
        let (now, cause) = (self.soc.time_of(cpu.cycle()), self.soc.reset_cause());
        self.soc.reset(memory, now, cause, Start::App);
        // A ROM of a test has no such variable, and its pointer leads nowhere.
        let _ = handover::tell_flash_size(memory);
        self.start_app(cpu, memory).map_err(|_| RomFault::Unknown)
    }

    /// Leaves everything as ROM and bootloader do, and the core at the app's first instruction.
    fn start_app(&mut self, cpu: &mut Cpu, memory: &mut Memory) -> Result<(), String> {
        let boot = Boot::from_flash(memory.flash()).map_err(|error| {
            self.say_not_bootable(memory.flash());
            error.to_string()
        })?;
        let loaded = boot.load(memory);
        debug_assert!(loaded.is_ok(), "the segments of a checked image are in RAM");
        cpu.set_x(SP, BOOTLOADER_STACK);
        cpu.set_csr(memory, &mut self.soc, CsrNumber::MSTATUS, MSTATUS_MIE);
        // The ROM lets the performance counter count cycles.
        cpu.set_csr(memory, &mut self.soc, CsrNumber::MPCER, 1);
        cpu.set_csr(memory, &mut self.soc, CsrNumber::MPCMR, 1);
        cpu.set_pc(boot.entry);
        Ok(())
    }
}

impl Chip for Esp32C3 {
    type Cpu = Cpu;
    type Soc = Soc;
    type Port = SerialPort;
    type Reset = ResetCause;

    const PORTS: &'static [SerialPort] = &SerialPort::ALL;
    const PADS: u8 = GPIO_COUNT;
    const POWER_ON: ResetCause = ResetCause::PowerOn;

    fn memory_map() -> &'static MemoryMap {
        &MEMORY
    }

    fn new(config: &MachineConfig) -> Self {
        let mut soc = Soc::new();
        soc.set_seed(config.seed);
        soc.set_air(Air::new(&config.access_points, config.seed));
        if let Some(mac) = config.mac {
            soc.set_mac(mac);
        }
        Self {
            soc,
            rom: RomState::default(),
            console: Console::default(),
            boot_button: None,
            rom_messages: config.rom_messages,
            download_faults: DownloadFaults::default(),
        }
    }

    fn processor(config: &MachineConfig) -> Cpu {
        Cpu::new(cpu::CoreConfig { semihosting: config.semihosting, ..CORE })
    }

    fn advance(machine: &mut Machine<Self>, until: Instant, one_step: bool) -> Exit<ResetCause> {
        machine.advance(until, one_step)
    }

    fn soc(&self) -> &Soc {
        &self.soc
    }

    fn soc_mut(&mut self) -> &mut Soc {
        &mut self.soc
    }

    fn is_cpu_only(cause: ResetCause) -> bool {
        cause.is_cpu_only()
    }

    fn start(&mut self, cpu: &mut Cpu, memory: &mut Memory, at: Instant, cause: ResetCause) -> Result<(), String> {
        if cause == ResetCause::DeepSleep {
            memory.clear(IRAM);
        }
        self.latch_straps(cause);
        self.soc.end_life(at, cause, cpu.pc(), cpu.x(SP));
        cpu.reset();
        if memory.has_rom() && !self.soc.is_strapped_for_download() {
            self.console = Console::default();
            self.soc.reset(memory, at, cause, Start::Rom);
            memory.perform_rom_functions(|address| address == HANDOVER);
            if !cause.is_cpu_only() {
                (0..MMU_ENTRIES).for_each(|entry| memory.set_mmu_entry(entry, MMU_INVALID));
            }
            if handover::is_missing(memory) {
                handover::put(memory);
            }
            return Ok(());
        }
        self.soc.reset(memory, at, cause, Start::App);
        if self.begin_console(cause) {
            return Ok(());
        }
        self.start_app(cpu, memory)
    }

    fn booting(&self, memory: &Memory) -> Span {
        // Without a ROM, about the least that is seen on chips.
        if memory.has_rom() { Span::ZERO } else { Span::from_ms(20) }
    }

    fn power_off(&mut self, memory: &mut Memory, at: Instant) {
        self.console = Console::default();
        self.soc.power_off(memory, at);
    }

    fn rom_name(address: u32) -> Option<&'static str> {
        rom::name(address)
    }

    fn performs_rom_function(address: u32) -> bool {
        address == HANDOVER
    }

    fn call_rom(&mut self, cpu: &mut Cpu, memory: &mut Memory, address: u32, deadline: u64) -> Result<(), RomFault> {
        if address == HANDOVER {
            return self.hand_over(cpu, memory, deadline);
        }
        let (name, function) = rom::find(address).ok_or(RomFault::Unknown)?;
        let mut call = Call { cpu, memory, soc: &mut self.soc, state: &mut self.rom, deadline };
        match function(&mut call) {
            Ok(Outcome::Return(cycles)) => call.cpu.return_from_call(cycles),
            Ok(Outcome::ReturnAfter(span)) => rom::start_wait(&mut call, span),
            // A peripheral has to do something first.
            Ok(Outcome::Wait) => call.cpu.sleep_until(deadline),
            Ok(Outcome::Again) => {}
            Err(rom::Fault::Memory(address)) => return Err(RomFault::Argument { function: name, address }),
        }
        Ok(())
    }

    fn is_in_rom(&self) -> bool {
        self.console.is_active()
    }

    fn next_rom_event(&self) -> Instant {
        self.console.next_event()
    }

    fn serve_rom(&mut self, cpu: &mut Cpu, memory: &mut Memory, now: Instant) {
        self.serve_console(cpu, memory, now);
    }

    fn serial_input(&mut self, memory: &mut Memory, port: SerialPort, bytes: &[u8]) -> usize {
        self.soc.serial_input(memory, port, bytes)
    }

    fn flash_chip(&self) -> Option<&FlashChip> {
        Some(self.soc.flash_chip())
    }

    fn flash_chip_mut(&mut self) -> Option<&mut FlashChip> {
        Some(self.soc.flash_chip_mut())
    }

    fn ethernet(&self) -> Option<&Ethernet> {
        Some(self.soc.ethernet())
    }

    fn ethernet_mut(&mut self) -> Option<&mut Ethernet> {
        Some(self.soc.ethernet_mut())
    }

    fn receive_frame(&mut self, memory: &mut Memory, frame: Vec<u8>) {
        self.soc.receive_frame(memory, frame);
    }

    fn air(&self) -> Option<&Air> {
        Some(self.soc.air())
    }

    fn air_mut(&mut self) -> Option<&mut Air> {
        Some(self.soc.air_mut())
    }

    fn air_changed(&mut self, memory: &mut Memory, at: Instant) {
        self.soc.air_changed(memory, at);
    }

    fn hash(&self) -> u64 {
        let Self { soc, rom, console, boot_button: _, rom_messages: _, download_faults: _ } = self;
        let mut state = DefaultHasher::new();
        (soc.hash(), rom, console).hash(&mut state);
        state.finish()
    }
}
