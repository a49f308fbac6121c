//! Why [`Machine::run`](super::Machine::run) came back.

use crate::cpu::StormReport;
use std::fmt;

/// Why a run came back; `Reset` are the chip's causes of resets. Each can be followed by another.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Exit<Reset> {
    /// The moment that was asked for is reached.
    Until,
    /// The network has something to tell: see [`Network::take_event`](crate::net::Network::take_event).
    Network,
    /// Bytes came out of a serial port, and [`Machine::stop_at_output`](super::Machine::stop_at_output) asked for this;
    /// [`Machine::take_events`](super::Machine::take_events) has them. All came at this moment: one of a UART, a packet of
    /// USB.
    Output,
    /// The chip is about to be reset; the state is still that before it. The next run does it.
    Reset(Reset),
    /// The firmware has halted for good: it jumps to itself with interrupts off. Time passes, and a watchdog may end it.
    Halted {
        /// The address of the jump.
        pc: u32,
    },
    /// The firmware makes a semihosting call; to be answered with
    /// [`Machine::answer_semihosting`](super::Machine::answer_semihosting).
    Semihosting,
    /// The next instruction has a breakpoint.
    Breakpoint,
    /// Power was cut in the middle of a flash operation, as was asked for; the machine is off.
    PowerCut,
    /// The machine cannot go on until it is reset. Told once; then only time passes.
    Stuck(Stuck),
}

/// Why a machine cannot go on.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Stuck {
    /// The firmware called a function of the mask ROM that is not implemented.
    RomFunction {
        /// Its address.
        address: u32,
        /// Its name, if it is known.
        name: Option<&'static str>,
        /// Where it returns to.
        caller: u32,
    },
    /// The firmware gave a function of the mask ROM an address where there is no memory.
    RomArgument {
        /// The function's name.
        function: &'static str,
        /// The address where there is no memory.
        address: u32,
        /// Where the function returns to.
        caller: u32,
    },
    /// Exceptions follow each other without one instruction being executed.
    ExceptionStorm(StormReport),
    /// After a reset there is no app in the flash chip that could be started.
    NotBootable(String),
}

impl Stuck {
    /// The name of the mask ROM's function that it is about.
    pub fn rom_function(&self) -> Option<&'static str> {
        match self {
            Self::RomFunction { name, .. } => *name,
            Self::RomArgument { function, .. } => Some(function),
            Self::ExceptionStorm(_) | Self::NotBootable(_) => None,
        }
    }
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RomFunction { address, name, caller } => write!(
                f,
                "the firmware calls the ROM function {} at {address:#010x} from {caller:#010x}, which the simulator does \
                 not implement; give it Espressif's ROM image",
                name.unwrap_or("(unknown)")
            ),
            Self::RomArgument { function, address, caller } => write!(
                f,
                "the ROM function {function}, called from {caller:#010x}, was given the address {address:#010x}, where \
                 there is no memory for it"
            ),
            Self::ExceptionStorm(storm) => write!(
                f,
                "the trap handler itself faults, for ever: {} at {:#010x} (mtval {:#010x})",
                storm.exception, storm.pc, storm.value
            ),
            Self::NotBootable(why) => write!(f, "the flash holds no app that can be started: {why}"),
        }
    }
}

impl std::error::Error for Stuck {}
