//! A chip that is as small as one can be and runs programs: RV32IMAC, RAM and ROM windows of its own, a UART without a baud
//! rate, and a timer with an interrupt. It shows what a new chip has to say, and that the machine knows none.

use hil_sim_core::chip::{Chip, HostOutput, Schedule, Timebase};
use hil_sim_core::circuit::{Circuit, Drive, Volts};
use hil_sim_core::cpu::{self, Cpu, TrapVector};
use hil_sim_core::machine::{Exit, Machine, MachineConfig};
use hil_sim_core::mem::{Access, AccessFault, Backing, Bus, Memory, MemoryMap, MmuFormat, Region, Width};
use hil_sim_core::time::{Instant, Span};
use std::hash::{DefaultHasher, Hash, Hasher};

pub const RAM: u32 = 0x8000_0000;
pub const FLASH: u32 = 0x2000_0000;
/// UART: a store is a byte to be sent; a load says whether one is still under way.
pub const UART: u32 = 0x1000_0000;
/// Timer: a store is microseconds until its interrupt, a load those that are left; 4 bytes on a store takes it back.
pub const TIMER: u32 = 0x1000_1000;
/// GPIO: the levels of pads 0 and 1.
pub const GPIO: u32 = 0x1000_2000;
/// A store resets the chip.
pub const RESET: u32 = 0x1000_3000;
/// The line of the timer's interrupt.
pub const TIMER_LINE: u8 = 7;

const HZ: u32 = 10_000_000;
/// 115,200 baud, 10 bits.
const BYTE_TIME: Span = Span::from_ns(86_806);
const PADS: u8 = 2;
const PAGE_BYTES: u32 = 0x4000;

static MAP: MemoryMap = MemoryMap {
    ram_bytes: 0x8000,
    regions: &[
        Region { addresses: RAM..RAM + 0x8000, backing: Backing::Ram, offset: 0, executable: true },
        Region { addresses: FLASH..FLASH + 0x8000, backing: Backing::Flash, offset: 0, executable: true },
    ],
    // Two pages of 16 KB; an entry is the number of the page plus one.
    mmu: MmuFormat { entries: 2, page_bytes: PAGE_BYTES, initial: 0, page: |entry| entry.checked_sub(1) },
    ..MemoryMap::EMPTY
};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Port {
    Uart,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetCause {
    Power,
    Software,
}

/// Numbers in the schedule.
const SENDS: usize = 0;
const RINGS: usize = 1;

#[derive(Clone, Debug)]
pub struct TinyChip {
    now: Instant,
    timebase: Timebase,
    schedule: Schedule<2>,
    circuit: Circuit,
    output: HostOutput<Port>,
    /// The byte that the UART is sending.
    sending: Option<u8>,
    rings_at: Instant,
    is_ringing: bool,
    levels: u32,
    reset: Option<ResetCause>,
    slice_ends: bool,
}

impl TinyChip {
    fn set(&mut self, number: usize, at: Instant) {
        self.slice_ends |= self.schedule.set(number, at);
    }

    fn event(&mut self, number: usize) {
        match number {
            SENDS => {
                if let Some(byte) = self.sending.take() {
                    self.output.push(Port::Uart, self.now, byte);
                }
            }
            _ => self.is_ringing = true,
        }
    }

    fn settle(&mut self) {
        while self.circuit.nets_mut().take_pad_change().is_some() || self.circuit.tell_one(self.now) {}
        self.slice_ends |= self.circuit.take_sooner() || self.output.is_stopping();
    }

    fn access(&mut self, access: &mut Access<'_>) {
        let now = self.timebase.time(access.now);
        self.run_events(access.memory, now);
    }

    fn finish(&mut self, access: &mut Access<'_>) {
        self.settle();
        access.interrupts_changed();
        if self.take_slice_end() {
            access.end_slice();
        }
    }
}

impl Bus for TinyChip {
    fn read(&mut self, access: &mut Access<'_>, address: u32, width: Width) -> Result<u32, AccessFault> {
        self.access(access);
        match (address, width) {
            (UART, Width::Word) => Ok(self.sending.is_some().into()),
            (TIMER, Width::Word) => Ok((self.rings_at.since(self.now).ns() / 1_000) as u32),
            (GPIO, Width::Word) => Ok(self.levels),
            _ => Err(AccessFault),
        }
    }

    fn write(&mut self, access: &mut Access<'_>, address: u32, _: Width, value: u32) -> Result<(), AccessFault> {
        self.access(access);
        match address {
            UART => {
                self.sending = Some(value as u8);
                self.set(SENDS, self.now + BYTE_TIME);
            }
            TIMER => {
                self.rings_at = self.now + Span::from_us(value.into());
                self.set(RINGS, self.rings_at);
            }
            0x1000_1004 => self.is_ringing = false,
            GPIO => {
                self.levels = value & 3;
                for pad in 0..PADS {
                    let level = value >> pad & 1 == 1;
                    self.circuit.nets_mut().drive_pad(self.now, pad, level.into());
                }
            }
            RESET => {
                self.reset = Some(ResetCause::Software);
                self.slice_ends = true;
            }
            _ => return Err(AccessFault),
        }
        self.finish(access);
        Ok(())
    }

    fn interrupt(&mut self) -> Option<u8> {
        self.is_ringing.then_some(TIMER_LINE)
    }
}

impl Chip for TinyChip {
    type Cpu = Cpu;
    type Port = Port;
    type Reset = ResetCause;

    const PORTS: &'static [Port] = &[Port::Uart];
    const PADS: u8 = PADS;
    const POWER_ON: ResetCause = ResetCause::Power;
    const BOOTING: Span = Span::from_us(50);

    fn memory_map() -> &'static MemoryMap {
        &MAP
    }

    fn new(_: &MachineConfig) -> Self {
        Self {
            now: Instant::ZERO,
            timebase: Timebase::new(0, Instant::ZERO, HZ),
            schedule: Schedule::default(),
            circuit: Circuit::new(PADS, Volts::from_millivolts(3_300)),
            output: HostOutput::new(Self::PORTS),
            sending: None,
            rings_at: Instant::ZERO,
            is_ringing: false,
            levels: 0,
            reset: None,
            slice_ends: false,
        }
    }

    fn processor(config: &MachineConfig) -> Cpu {
        Cpu::new(cpu::CoreConfig {
            atomics: true,
            reset_vector: FLASH,
            trap_vector: TrapVector::Any,
            semihosting: config.semihosting,
            ..cpu::CoreConfig::PLAIN
        })
    }

    fn advance(machine: &mut Machine<Self>, until: Instant, one_step: bool) -> Exit<ResetCause> {
        machine.advance(until, one_step)
    }

    fn time_of(&self, cycle: u64) -> Instant {
        self.timebase.time(cycle)
    }

    fn cycle_at(&self, at: Instant) -> u64 {
        self.timebase.cycle(at)
    }

    fn next_event(&self) -> Instant {
        self.schedule.next().min(self.circuit.next_alarm())
    }

    fn run_events(&mut self, _: &mut Memory, until: Instant) {
        while self.next_event() <= until {
            match self.schedule.take_due(self.next_event()) {
                Some((number, at)) => {
                    self.now = at;
                    self.event(number);
                }
                None => {
                    self.now = self.circuit.next_alarm();
                    self.circuit.wake();
                }
            }
            self.settle();
        }
        self.now = self.now.max(until);
    }

    fn has_interrupt(&self) -> bool {
        self.is_ringing
    }

    fn take_slice_end(&mut self) -> bool {
        std::mem::take(&mut self.slice_ends)
    }

    fn take_reset(&mut self) -> Option<ResetCause> {
        self.reset.take()
    }

    fn is_cpu_only(_: ResetCause) -> bool {
        false
    }

    /// The first two pages of the flash are seen, and the core begins there.
    fn start(&mut self, cpu: &mut Cpu, memory: &mut Memory, at: Instant, _: ResetCause) -> Result<(), String> {
        self.power_off(memory, at);
        memory.set_mmu_entry(0, 1);
        memory.set_mmu_entry(1, 2);
        cpu.reset();
        match memory.flash().is_empty() {
            true => Err("there is no flash chip".to_owned()),
            false => Ok(()),
        }
    }

    fn power_off(&mut self, memory: &mut Memory, at: Instant) {
        self.run_events(memory, at);
        self.schedule.clear();
        (self.sending, self.is_ringing, self.levels, self.reset) = (None, false, 0, None);
        for pad in 0..PADS {
            self.circuit.nets_mut().drive_pad(at, pad, Drive::None);
        }
        self.settle();
    }

    fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    fn circuit_mut(&mut self) -> &mut Circuit {
        &mut self.circuit
    }

    fn with_circuit<R>(&mut self, memory: &mut Memory, at: Instant, call: impl FnOnce(&mut Circuit) -> R) -> R {
        self.run_events(memory, at);
        let result = call(&mut self.circuit);
        self.settle();
        result
    }

    fn is_output(&self, _: u8) -> bool {
        true
    }

    fn output(&self) -> &HostOutput<Port> {
        &self.output
    }

    fn output_mut(&mut self) -> &mut HostOutput<Port> {
        &mut self.output
    }

    fn hash(&self) -> u64 {
        // What waits for the host decides nothing, and the slice ends before anything else happens.
        let Self {
            now,
            timebase,
            schedule,
            circuit,
            output: _,
            sending,
            rings_at,
            is_ringing,
            levels,
            reset,
            slice_ends: _,
        } = self;
        let mut state = DefaultHasher::new();
        (now, timebase, schedule, circuit).hash(&mut state);
        (sending, rings_at, is_ringing, levels, reset).hash(&mut state);
        state.finish()
    }
}
