//! [`Machine`]: what it is made of, and everything that is done to it from outside but letting it run.

use super::board::{Board, Probe};
use super::console::Console;
use super::event::{Event, What};
use super::exit::Stuck;
use super::snapshot::Trace;
use crate::download::DownloadFaults;
use crate::image::{Boot, Firmware};
use crate::map::{CORE, MEMORY};
use crate::rom::RomState;
use crate::soc::{Drive, ExternalId, ResetCause, SerialPort, Soc};
use hil_sim_core::cpu::{self, Cpu, CsrNumber};
use hil_sim_core::mem::{FlashImage, Memory, RomSizeError};
use hil_sim_core::net::{self, Network};
use hil_sim_core::time::Instant;
use hil_sim_parts::ws2812;

/// `mstatus` with interrupts on: the ROM and the bootloader leave them so.
const MSTATUS_MIE: u32 = 1 << 3;
const SP: usize = 2;
/// Where the bootloader's stack is; the application's start code sets its own.
const BOOTLOADER_STACK: u32 = 0x3FCD_E710;

/// What makes one machine differ from another with the same board and firmware.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Config {
    /// The factory MAC address in the eFuses, if not the usual one.
    pub mac: Option<[u8; 6]>,
    /// Where the random number generator begins.
    pub seed: u64,
    /// The network behind the Ethernet MAC.
    pub network: net::Config,
    /// Whether semihosting calls come out of [`Machine::run`]; otherwise they are breakpoint exceptions, as on a chip
    /// without a debugger.
    pub semihosting: bool,
    /// Whether the mask ROM prints what it does after a reset, as chips do: about 140 bytes on UART0, during which the
    /// firmware waits.
    pub rom_messages: bool,
}

/// A board that runs.
pub struct Machine {
    pub(super) cpu: Cpu,
    pub(super) memory: Memory,
    pub(super) soc: Soc,
    pub(super) rom: RomState,
    pub(super) network: Network,
    pub(super) board: Board,
    pub(super) decoders: Vec<ws2812::Decoder>,
    buttons: Vec<ExternalId>,
    pub(super) boot_button: Option<ExternalId>,
    pub(super) rom_messages: bool,
    pub(super) console: Console,
    pub(super) download_faults: DownloadFaults,
    pub(super) powered: bool,
    pub(super) halted: Option<u32>,
    pub(super) stuck: Option<Stuck>,
    /// Whether that was told.
    pub(super) told_stuck: bool,
    /// A reset that has been told of and is to be done.
    pub(super) due_reset: Option<ResetCause>,
    /// The core stands still until then.
    pub(super) boots_until: Instant,
    pub(super) events: Vec<Event>,
    pub(super) trace: Trace,
}

impl std::fmt::Debug for Machine {
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

impl Machine {
    /// A board with this firmware in its flash, and power off.
    pub fn new(board: Board, firmware: &Firmware, config: Config) -> Self {
        Self::with_flash(board, firmware.flash.clone(), config)
    }

    /// A board with this in its flash, which may be nothing that starts, and power off.
    pub fn with_flash(board: Board, flash: FlashImage, config: Config) -> Self {
        let cpu_config = cpu::Config { semihosting: config.semihosting, ..CORE };
        let mut memory = Memory::new(&MEMORY, flash);
        let mut soc = Soc::new();
        soc.set_seed(config.seed);
        if let Some(mac) = config.mac {
            soc.set_mac(mac);
        }
        for (one, other) in &board.wires {
            soc.join(*one, *other);
        }
        for (gpio, level) in &board.ties {
            let tie = soc.attach(*gpio);
            soc.drive_external(&mut memory, Instant::ZERO, tie, (*level).into());
        }
        for it in &board.i2c {
            soc.attach_i2c(it.sda, it.scl, it.registers.clone());
        }
        let buttons = board.buttons.iter().map(|button| soc.attach(button.gpio)).collect();
        for gpio in board.chains.iter().map(|chain| chain.gpio).chain(board.probes.iter().map(|probe| probe.gpio)) {
            soc.watch(gpio);
        }
        let decoder =
            |chain: &super::Chain| ws2812::Decoder::new(ws2812::Config::new(chain.leds).with_order(chain.order));
        Self {
            cpu: Cpu::new(cpu_config),
            memory,
            soc,
            rom: RomState::default(),
            network: Network::new(config.network),
            decoders: board.chains.iter().map(decoder).collect(),
            board,
            buttons,
            boot_button: None,
            rom_messages: config.rom_messages,
            console: Console::default(),
            download_faults: DownloadFaults::default(),
            powered: false,
            halted: None,
            stuck: None,
            told_stuck: false,
            due_reset: None,
            boots_until: Instant::ZERO,
            events: Vec::new(),
            trace: Trace::default(),
        }
    }

    /// Executes the functions that the simulator does not perform itself from Espressif's ROM image, which is read as
    /// data too. The ROM's own start is not executed, so that functions which rely on its variables do not find them set.
    ///
    /// # Errors
    /// [`RomSizeError`] unless the image has 384 KB.
    pub fn load_rom(&mut self, image: &[u8]) -> Result<(), RomSizeError> {
        self.memory.load_rom(image)?;
        self.memory.perform_rom_functions(|address| crate::rom::find(address).is_some());
        Ok(())
    }

    /// How much time has passed since power was first applied. It goes on while power is off.
    pub fn now(&self) -> Instant {
        self.soc.time_of(self.cpu.cycle())
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
            self.start(ResetCause::PowerOn);
        }
    }

    /// Takes power away. Flash keeps what it has, LEDs go dark; connections are left to the network, which does not
    /// know.
    pub fn power_off(&mut self) {
        if self.powered {
            self.collect();
            self.powered = false;
            self.console = Console::default();
            self.soc.power_off(&mut self.memory, self.soc.time_of(self.cpu.cycle()));
            self.soc.keep_power();
            self.go_dark();
        }
    }

    pub(super) fn go_dark(&mut self) {
        let _ = self.soc.take_edges();
        for (decoder, chain) in self.decoders.iter_mut().zip(&self.board.chains) {
            *decoder = ws2812::Decoder::new(ws2812::Config::new(chain.leds).with_order(chain.order));
        }
    }

    /// Pulls EN low and lets it go, as the reset button does.
    pub fn reset(&mut self) {
        if self.powered {
            self.collect();
            self.memory.clear_ram();
            self.start(ResetCause::PowerOn);
        }
    }

    /// Starts the app in the flash after a reset of this kind.
    pub(super) fn start(&mut self, cause: ResetCause) {
        let now = self.soc.time_of(self.cpu.cycle());
        self.events.push(Event { at: now, what: What::Reset(cause) });
        (self.halted, self.stuck, self.due_reset) = (None, None, None);
        self.told_stuck = false;
        self.boots_until = Instant::ZERO;
        self.latch_straps(cause);
        self.soc.reset(&mut self.memory, now, cause);
        self.cpu.reset();
        if self.begin_console(cause) {
            return;
        }
        match Boot::from_flash(self.memory.flash()) {
            Ok(boot) => {
                let loaded = boot.load(&mut self.memory);
                debug_assert!(loaded.is_ok(), "the segments of a checked image are in RAM");
                self.cpu.set_x(SP, BOOTLOADER_STACK);
                self.cpu.set_csr(&mut self.memory, &mut self.soc, CsrNumber::MSTATUS, MSTATUS_MIE);
                // The ROM lets the performance counter count cycles.
                self.cpu.set_csr(&mut self.memory, &mut self.soc, CsrNumber::MPCER, 1);
                self.cpu.set_csr(&mut self.memory, &mut self.soc, CsrNumber::MPCMR, 1);
                self.cpu.set_pc(boot.entry);
            }
            Err(error) => {
                self.stuck = Some(Stuck::NotBootable(error.to_string()));
                self.say_not_bootable();
            }
        }
    }

    /// What was seen since the last call, in the order of time.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.collect();
        std::mem::take(&mut self.events)
    }

    /// The wires and parts around the chip.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// What the LEDs of a chain show.
    ///
    /// # Panics
    /// If there is no chain with this index.
    pub fn shown(&self, chain: usize) -> &[ws2812::Rgb] {
        self.decoders[chain].shown()
    }

    /// Presses or releases a button, by its index in [`Board::buttons`].
    ///
    /// # Panics
    /// If there is no button with this index.
    pub fn set_button(&mut self, button: usize, pressed: bool) {
        let drive = if pressed { self.board.buttons[button].level.into() } else { Drive::None };
        let now = self.now();
        self.soc.drive_external(&mut self.memory, now, self.buttons[button], drive);
    }

    /// Bytes that the host sends to a serial port, at the port's speed. Says how many were accepted: the queue has 64 KB.
    pub fn serial_input(&mut self, port: SerialPort, bytes: &[u8]) -> usize {
        self.soc.serial_input(&mut self.memory, port, bytes)
    }

    /// Whether [`run`](Self::run) comes back with [`Exit::Output`](super::Exit::Output) whenever bytes have come out of a
    /// serial port, at the very moment at which they were complete. At first it does not.
    pub fn stop_at_output(&mut self, stops: bool) {
        self.soc.set_stop_at_output(stops);
    }

    /// Puts the cable of a host into the USB serial/JTAG port, or pulls it. At first there is none.
    pub fn connect_usb(&mut self, is_connected: bool) {
        self.soc.connect_usb(&mut self.memory, is_connected);
    }

    /// Adds a line of a logic analyzer: edges are seen from now on.
    pub fn add_probe(&mut self, probe: Probe) {
        self.soc.watch(probe.gpio);
        self.board.probes.push(probe);
    }

    /// The network behind the Ethernet MAC, for accepting connections and passing data. The next
    /// [`run`](Self::run) delivers what is due.
    pub fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Whether the network cable is in.
    pub fn link(&self) -> bool {
        self.soc.link()
    }

    /// Puts the network cable in or pulls it.
    pub fn set_link(&mut self, up: bool) {
        let now = self.now();
        self.soc.set_link(up);
        self.network.set_link(now, up);
    }

    /// The flash chip's contents.
    pub fn flash(&self) -> &FlashImage {
        self.memory.flash()
    }

    /// Puts bytes into the flash chip as a programmer does; not an operation of the device.
    ///
    /// # Errors
    /// [`OutsideFlash`](hil_sim_core::mem::OutsideFlash), and nothing is changed.
    pub fn write_flash(&mut self, offset: u32, bytes: &[u8]) -> Result<(), hil_sim_core::mem::OutsideFlash> {
        self.memory.write_flash(offset as usize, bytes)
    }

    /// Cuts power in the middle of the `k`-th flash operation (write or erase) from now, from 1; the run then ends with
    /// [`Exit::PowerCut`](super::Exit::PowerCut).
    pub fn cut_power_at_flash_operation(&mut self, k: u32) {
        self.soc.cut_power_at_flash_operation(k);
    }

    /// Flash operations that are missing until power is cut, if that was asked for.
    pub fn pending_power_cut(&self) -> Option<u32> {
        self.soc.pending_power_cut()
    }

    /// Takes back [`cut_power_at_flash_operation`](Self::cut_power_at_flash_operation).
    pub fn keep_power(&mut self) {
        self.soc.keep_power();
    }

    /// The core, for a debugger.
    pub fn cpu(&self) -> &Cpu {
        &self.cpu
    }

    /// The core, for a debugger that changes it.
    pub fn cpu_mut(&mut self) -> &mut Cpu {
        &mut self.cpu
    }

    /// Memory, for a debugger.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Memory, for a debugger that changes it.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// The peripherals, for looking at pins.
    pub fn soc(&self) -> &Soc {
        &self.soc
    }

    /// Goes on after [`Exit::Semihosting`](super::Exit::Semihosting), with this result.
    pub fn answer_semihosting(&mut self, result: u32) {
        self.cpu.answer_semihosting(result);
    }
}
