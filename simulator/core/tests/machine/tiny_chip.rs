//! A chip that is as small as one can be and runs programs: RV32IMAC, RAM and ROM windows of its own, a UART without a baud
//! rate, and a timer with an interrupt. It shows what a new chip has to say, and that the machine knows none.

use hil_sim_core::chip::Chip;
use hil_sim_core::chip::soc::{Block as _, Common, Device, Env, Hub, Soc};
use hil_sim_core::circuit::{Circuit, Drive, Volts};
use hil_sim_core::cpu::{self, Cpu, TrapVector};
use hil_sim_core::machine::{Exit, Machine, MachineConfig};
use hil_sim_core::mem::{Backing, Memory, MemoryMap, MmuFormat, Region};
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
pub const RESET: u32 = GPIO + 4;
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

hil_sim_core::blocks! {
    /// The blocks of registers.
    pub enum DeviceId, inert [], names [""] {
        Uart "UART" 0x1000_0000;
        Timer "TIMER" 0x1000_1000;
        Gpio "GPIO" 0x1000_2000;
    }
}

hil_sim_core::devices! {
    /// The devices.
    pub struct Devices for TinyHub, DeviceId {
        uart: Uart = Uart;
        timer: Timer = Timer;
        gpio: Gpio = Gpio;
    }
}

/// What the devices share: the pads, and the timer's interrupt.
#[derive(Clone, Hash, Debug)]
pub struct TinyHub {
    circuit: Circuit,
    is_ringing: bool,
}

impl Hub for TinyHub {
    type Block = DeviceId;
    type Reset = ResetCause;
    type Source = ();
    type Port = Port;

    fn set_interrupt(&mut self, (): (), level: bool) {
        self.is_ringing = level;
    }

    fn interrupt(&self) -> Option<u8> {
        self.is_ringing.then_some(TIMER_LINE)
    }

    /// It may have: asking again costs this chip little.
    fn take_interrupt_changed(&mut self) -> bool {
        true
    }

    fn circuit(&self) -> &Circuit {
        &self.circuit
    }

    fn circuit_mut(&mut self) -> &mut Circuit {
        &mut self.circuit
    }

    fn is_output(&self, _: u8) -> bool {
        true
    }
}

/// The byte that the UART is sending.
#[derive(Clone, Default, Hash, Debug)]
pub struct Uart(Option<u8>);

impl Device<TinyHub> for Uart {
    fn read(&mut self, _: &mut Env<'_, TinyHub>, _: u32) -> u32 {
        self.0.is_some().into()
    }

    fn write(&mut self, env: &mut Env<'_, TinyHub>, _: u32, value: u32) {
        self.0 = Some(value as u8);
        env.wake_after(BYTE_TIME);
    }

    fn reset(&mut self, _: &mut Env<'_, TinyHub>) {
        self.0 = None;
    }

    fn event(&mut self, env: &mut Env<'_, TinyHub>) {
        if let Some(byte) = self.0.take() {
            env.common.output.push(Port::Uart, env.common.now, byte);
        }
    }
}

/// When the timer rings.
#[derive(Clone, Default, Hash, Debug)]
pub struct Timer(Instant);

impl Device<TinyHub> for Timer {
    fn read(&mut self, env: &mut Env<'_, TinyHub>, _: u32) -> u32 {
        (self.0.since(env.now()).ns() / 1_000) as u32
    }

    fn write(&mut self, env: &mut Env<'_, TinyHub>, offset: u32, value: u32) {
        match offset {
            0 => {
                self.0 = env.now() + Span::from_us(value.into());
                env.wake_at(self.0);
            }
            4 => env.interrupt((), false),
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, env: &mut Env<'_, TinyHub>) {
        env.interrupt((), false);
    }

    fn event(&mut self, env: &mut Env<'_, TinyHub>) {
        env.interrupt((), true);
    }
}

/// The levels that the pads drive.
#[derive(Clone, Default, Hash, Debug)]
pub struct Gpio(u32);

impl Gpio {
    fn drive(env: &mut Env<'_, TinyHub>, drive: impl Fn(u8) -> Drive) {
        (0..PADS).for_each(|pad| env.hub.circuit.nets_mut().drive_pad(env.common.now, pad, drive(pad)));
        env.hub.follow();
    }
}

impl Device<TinyHub> for Gpio {
    fn read(&mut self, _: &mut Env<'_, TinyHub>, _: u32) -> u32 {
        self.0
    }

    fn write(&mut self, env: &mut Env<'_, TinyHub>, offset: u32, value: u32) {
        if offset == 4 {
            return env.request_reset(ResetCause::Software);
        }
        self.0 = value & 3;
        Self::drive(env, |pad| (value >> pad & 1 == 1).into());
    }

    fn reset(&mut self, env: &mut Env<'_, TinyHub>) {
        self.0 = 0;
        Self::drive(env, |_| Drive::None);
    }
}

#[derive(Clone, Hash, Debug)]
pub struct TinyChip {
    common: Common<TinyHub>,
    hub: TinyHub,
    devices: Devices,
}

impl Soc for TinyChip {
    type Hub = TinyHub;
    type Devices = Devices;

    fn shared(&self) -> (&Common<TinyHub>, &TinyHub) {
        (&self.common, &self.hub)
    }

    fn pieces(&mut self) -> (&mut Common<TinyHub>, &mut TinyHub, &mut Devices) {
        (&mut self.common, &mut self.hub, &mut self.devices)
    }
}

impl Chip for TinyChip {
    type Cpu = Cpu;
    type Soc = Self;
    type Port = Port;
    type Reset = ResetCause;

    const PORTS: &'static [Port] = &[Port::Uart];
    const PADS: u8 = PADS;
    const POWER_ON: ResetCause = ResetCause::Power;

    fn memory_map() -> &'static MemoryMap {
        &MAP
    }

    fn new(_: &MachineConfig) -> Self {
        let circuit = Circuit::new(PADS, Volts::from_millivolts(3_300));
        let hub = TinyHub { circuit, is_ringing: false };
        Self { common: Common::new(Self::PORTS, HZ), hub, devices: Devices::default() }
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

    fn soc(&self) -> &Self {
        self
    }

    fn soc_mut(&mut self) -> &mut Self {
        self
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

    fn booting(&self, _: &Memory) -> Span {
        Span::from_us(50)
    }

    fn power_off(&mut self, memory: &mut Memory, at: Instant) {
        self.run_events(memory, at);
        self.common.restart(HZ);
        for id in DeviceId::ALL {
            self.with(memory, *id, |device, env| device.reset(env));
        }
    }

    fn hash(&self) -> u64 {
        let mut state = DefaultHasher::new();
        Hash::hash(self, &mut state);
        state.finish()
    }
}
