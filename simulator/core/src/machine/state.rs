//! [`Machine`]: what it is made of, and its power.

use super::config::MachineConfig;
use super::event::{Event, What};
use super::exit::Stuck;
use super::trace::Trace;
use crate::chip::soc::Soc;
use crate::chip::{Chip, Processor};
use crate::circuit::{Board, Circuit};
use crate::mem::{FlashImage, Memory, RomSizeError};
use crate::net::Network;
use crate::time::Instant;

/// A board with a chip that runs.
pub struct Machine<C: Chip> {
    pub(super) cpu: C::Cpu,
    pub(super) memory: Memory,
    pub(super) chip: C,
    pub(super) network: Network,
    pub(super) powered: bool,
    pub(super) halted: Option<u32>,
    pub(super) stuck: Option<Stuck>,
    /// Whether that was told.
    pub(super) told_stuck: bool,
    /// A reset that has been told of and is to be done.
    pub(super) due_reset: Option<C::Reset>,
    /// The core stands still until then.
    pub(super) boots_until: Instant,
    pub(super) events: Vec<Event<C::Port, C::Reset>>,
    pub(super) trace: Trace,
}

impl<C: Chip> std::fmt::Debug for Machine<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("now", &self.now())
            .field("cpu", &self.cpu)
            .field("powered", &self.powered)
            .field("halted", &self.halted)
            .field("stuck", &self.stuck)
            .finish_non_exhaustive()
    }
}

impl<C: Chip> Machine<C> {
    /// A board with this in its flash, which may be nothing that starts, and power off.
    pub fn new(board: Board, flash: impl Into<FlashImage>, config: MachineConfig) -> Self {
        let mut memory = Memory::new(C::memory_map(), flash.into());
        let mut chip = C::new(&config);
        chip.soc_mut().with_circuit(&mut memory, Instant::ZERO, |circuit| circuit.build(&board));
        Self {
            cpu: C::processor(&config),
            memory,
            chip,
            network: Network::new(config.network),
            powered: false,
            halted: None,
            stuck: None,
            told_stuck: false,
            due_reset: None,
            boots_until: Instant::ZERO,
            events: Vec::new(),
            trace: Trace::new(C::PORTS.len()),
        }
    }

    /// Puts in an image of the chip's ROM: from the next reset on the core begins there, and calls of its functions execute it.
    ///
    /// # Errors
    /// [`RomSizeError`] unless the image is as long as the ROM.
    pub fn load_rom(&mut self, image: &[u8]) -> Result<(), RomSizeError> {
        self.memory.load_rom(image)?;
        self.memory.perform_rom_functions(C::performs_rom_function);
        Ok(())
    }

    /// How much time has passed since power was first applied. It goes on while power is off.
    pub fn now(&self) -> Instant {
        self.chip.soc().time_of(self.cpu.cycle())
    }

    /// Whether the board has power.
    pub fn is_powered(&self) -> bool {
        self.powered
    }

    /// Applies power: RAM is zero, registers have their reset values, the app in the flash is started. Nothing happens
    /// if it is on already.
    pub fn power_on(&mut self) {
        if !self.powered {
            self.powered = true;
            self.memory.clear_ram();
            self.power_parts(true);
            self.start(C::POWER_ON);
        }
    }

    /// Takes power away. Flash keeps what it has, parts lose their power; connections are left to the network, which does
    /// not know.
    pub fn power_off(&mut self) {
        if self.powered {
            self.hold_in_reset();
            self.keep_power();
            self.power_parts(false);
        }
    }

    /// Pulls EN low and keeps it there: the chip stands still until [`power_on`](Self::power_on). The parts around it
    /// keep their power.
    pub fn hold_in_reset(&mut self) {
        if self.powered {
            self.collect();
            self.powered = false;
            let now = self.now();
            self.chip.power_off(&mut self.memory, now);
        }
    }

    /// Pulls EN low and lets it go, as the reset button does.
    pub fn reset(&mut self) {
        if self.powered {
            self.collect();
            self.memory.clear_ram();
            self.start(C::POWER_ON);
        }
    }

    /// The parts get power or lose it.
    fn power_parts(&mut self, is_on: bool) {
        let now = self.now();
        self.chip.soc_mut().with_circuit(&mut self.memory, now, |circuit| circuit.power(now, is_on));
    }

    /// Starts the app in the flash after a reset of this kind.
    pub(super) fn start(&mut self, cause: C::Reset) {
        let now = self.now();
        self.events.push(Event { at: now, what: What::Reset(cause) });
        (self.halted, self.stuck, self.due_reset) = (None, None, None);
        self.told_stuck = false;
        self.boots_until = Instant::ZERO;
        if let Err(why) = self.chip.start(&mut self.cpu, &mut self.memory, now, cause) {
            self.stuck = Some(Stuck::NotBootable(why));
        }
    }

    /// The nets and parts around the chip.
    pub fn circuit(&self) -> &Circuit {
        self.chip.soc().circuit()
    }
}
