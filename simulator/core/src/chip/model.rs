//! [`Chip`]: all that a machine asks of the chip that it is made for.

use super::soc::{Hub, Soc};
use super::{Ethernet, FlashChip, Processor};
use crate::air::Air;
use crate::machine::{Exit, Machine, MachineConfig};
use crate::mem::{Memory, MemoryMap};
use crate::time::{Instant, Span};
use std::fmt::Debug;
use std::hash::Hash;

/// A function of the mask ROM that could not be performed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RomFault {
    /// There is none at this address that the model knows how to perform.
    Unknown,
    /// It was given an address where there is no memory.
    Argument {
        /// The function's name.
        function: &'static str,
        /// The address where there is no memory.
        address: u32,
    },
}

/// A model of a chip: everything around the core that is not plain memory. It is `Clone`, and its clone is what a snapshot
/// keeps, so that no state of it can be forgotten.
///
/// Times are those since power was first applied. Methods that take a moment are called with moments that do not go back.
pub trait Chip: Clone + Debug {
    /// The core.
    type Cpu: Processor;
    /// What is around the core.
    type Soc: Soc<Hub: Hub<Port = Self::Port, Reset = Self::Reset>>;
    /// A way of serial data between the chip and the host.
    type Port: Copy + Eq + Hash + Debug + 'static;
    /// Why the chip was reset.
    type Reset: Copy + Eq + Hash + Debug;

    /// All serial ports.
    const PORTS: &'static [Self::Port];
    /// Pads, which boards call GPIOs. They are numbered from 0.
    const PADS: u8;
    /// The reset that is power coming.
    const POWER_ON: Self::Reset;

    /// Which addresses are plain memory.
    fn memory_map() -> &'static MemoryMap;

    /// A chip without power, with nothing on its pads.
    fn new(config: &MachineConfig) -> Self;

    /// Its core.
    fn processor(config: &MachineConfig) -> Self::Cpu;

    /// Lets a machine with this chip run: `machine.advance(until, one_step)`. It is a method of the chip so that the machine's
    /// loop, which is generic, is compiled once, in the chip's crate and optimised as that is; not in each program.
    fn advance(machine: &mut Machine<Self>, until: Instant, one_step: bool) -> Exit<Self::Reset>;

    /// What is around the core.
    fn soc(&self) -> &Self::Soc;

    /// The same, to be changed.
    fn soc_mut(&mut self) -> &mut Self::Soc;

    // Resets.

    /// Whether only the core starts again, while the peripherals go on.
    fn is_cpu_only(cause: Self::Reset) -> bool;

    /// Resets the chip and its core, and starts what is in the flash. With an image of the ROM the core begins at its reset vector;
    /// without one everything is as the ROM and the bootloader leave it. All RAM is zero already if power has come.
    ///
    /// # Errors
    /// In words why there is nothing to start; the core then stands still.
    fn start(
        &mut self,
        cpu: &mut Self::Cpu,
        memory: &mut Memory,
        at: Instant,
        cause: Self::Reset,
    ) -> Result<(), String>;

    /// How long the core stands still after a reset that the chip makes itself, in place of a ROM and a bootloader that are not
    /// executed. At power-on they take no time then, so that firmware starts when it is told to.
    fn booting(&self, memory: &Memory) -> Span;

    /// Power is taken away: peripherals stop, and pads let go of their nets.
    fn power_off(&mut self, memory: &mut Memory, at: Instant);

    // The mask ROM.

    /// The name of the ROM's function at an address.
    fn rom_name(address: u32) -> Option<&'static str> {
        let _ = address;
        None
    }

    /// Whether [`call_rom`](Self::call_rom) performs the function at an address also where there is an image of the ROM.
    fn performs_rom_function(address: u32) -> bool {
        let _ = address;
        false
    }

    /// Performs the function of the ROM that the core has called, at least a part of it. May let time pass on the core up to
    /// the cycle `deadline`. Events have been run up to now.
    ///
    /// # Errors
    /// [`RomFault`], and the machine is stuck.
    fn call_rom(
        &mut self,
        cpu: &mut Self::Cpu,
        memory: &mut Memory,
        address: u32,
        deadline: u64,
    ) -> Result<(), RomFault> {
        let _ = (cpu, memory, address, deadline);
        Err(RomFault::Unknown)
    }

    /// Whether the ROM runs in the firmware's place: it prints, or waits for commands.
    fn is_in_rom(&self) -> bool {
        false
    }

    /// When the ROM wants to be called, if nothing comes from outside.
    fn next_rom_event(&self) -> Instant {
        Instant::NEVER
    }

    /// Lets the ROM do what it can do now, if it runs.
    fn serve_rom(&mut self, cpu: &mut Self::Cpu, memory: &mut Memory, now: Instant) {
        let _ = (cpu, memory, now);
    }

    // The host.

    /// Gives bytes to a serial port, which receives them from now on, one after the other. Says how many were accepted.
    fn serial_input(&mut self, memory: &mut Memory, port: Self::Port, bytes: &[u8]) -> usize {
        let _ = (memory, port, bytes);
        0
    }

    /// The flash chip, if there is one.
    fn flash_chip(&self) -> Option<&FlashChip> {
        None
    }

    /// The same, to be changed.
    fn flash_chip_mut(&mut self) -> Option<&mut FlashChip> {
        None
    }

    /// The cable at the Ethernet MAC, if there is one.
    fn ethernet(&self) -> Option<&Ethernet> {
        None
    }

    /// The same, to be changed.
    fn ethernet_mut(&mut self) -> Option<&mut Ethernet> {
        None
    }

    /// A frame arrives at the Ethernet MAC; it is lost if the cable is out.
    fn receive_frame(&mut self, memory: &mut Memory, frame: Vec<u8>) {
        let _ = (memory, frame);
    }

    /// The air around its radio, if it has one.
    fn air(&self) -> Option<&Air> {
        None
    }

    /// The same, to be changed; [`air_changed`](Self::air_changed) then.
    fn air_mut(&mut self) -> Option<&mut Air> {
        None
    }

    /// Something was done on the air at this moment, in which the radio has to see when it is to be called.
    fn air_changed(&mut self, memory: &mut Memory, at: Instant) {
        let _ = (memory, at);
    }

    /// A hash over all state that decides what happens next.
    fn hash(&self) -> u64;
}
