//! What the model noticed and the firmware's author should know.

use crate::time::Instant;
use std::fmt;

/// How a register was touched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Touch {
    /// Read; the value it was given is what was last written, or 0.
    Read,
    /// Written; the value is kept and has no effect.
    Write,
}

/// Something that the model does not do, or that a real board would not do well with.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Report {
    /// A register without a model was touched.
    Unmodelled {
        /// The register's address.
        address: u32,
        /// The manual's name of the register, if it has one: `HMAC.SET_START`.
        name: Option<String>,
        /// Read or written.
        touch: Touch,
        /// The address of the instruction that touched it first.
        pc: u32,
        /// When that was.
        at: Instant,
    },
    /// A peripheral was asked for something that its model does not do.
    Unsupported {
        /// The block's name in the manual.
        block: &'static str,
        /// What it was asked for.
        what: String,
        /// The address of the instruction that asked.
        pc: u32,
        /// When that was.
        at: Instant,
    },
    /// A UART sends to the USB-to-serial bridge what that cannot read: another baud rate or frame format.
    SerialMismatch {
        /// The UART's baud rate.
        baud: u32,
        /// The bridge's baud rate; it reads 8N1.
        bridge_baud: u32,
        /// The GPIO that the bridge reads.
        gpio: u8,
        /// When the first such frame ended.
        at: Instant,
    },
    /// A peripheral's model wanted to be called again and again at one moment. It is not called any more until it is asked
    /// for something. A fault of the simulator.
    Storm {
        /// The block's name in the manual.
        block: &'static str,
        /// The moment.
        at: Instant,
    },
    /// An output leads back to an input that changes it, without any time in between.
    Oscillation {
        /// When it began, the first time.
        at: Instant,
    },
    /// So much was seen and not taken that nothing more is kept until it is.
    Lost {
        /// When the first thing was lost.
        at: Instant,
    },
    /// The USB-to-serial bridge follows the firmware to another baud rate.
    BaudFollowed {
        /// The rate from now on.
        baud: u32,
        /// When the first frame with it ended.
        at: Instant,
    },
    /// The firmware does nothing but read one register, again and again, for a second.
    Polling {
        /// The register's address.
        address: u32,
        /// The manual's name of the register, if it has one.
        name: Option<String>,
        /// What it reads.
        value: u32,
        /// The address of the instruction.
        pc: u32,
        /// When it had been at that for a second.
        at: Instant,
    },
    /// The chip is reset again and again for the same reason, and the firmware says the same each time.
    ResetLoop {
        /// Why, in words.
        cause: String,
        /// How often in a row.
        times: u32,
        /// When it was the last time.
        at: Instant,
    },
    /// Two outputs drive one net to different levels.
    Contention {
        /// One of the GPIOs on the net.
        gpio: u8,
        /// When it began.
        at: Instant,
    },
}

impl Report {
    /// When it was noticed.
    pub fn at(&self) -> Instant {
        match self {
            Self::Unmodelled { at, .. }
            | Self::Unsupported { at, .. }
            | Self::SerialMismatch { at, .. }
            | Self::Storm { at, .. }
            | Self::BaudFollowed { at, .. }
            | Self::Polling { at, .. }
            | Self::ResetLoop { at, .. }
            | Self::Oscillation { at }
            | Self::Lost { at }
            | Self::Contention { at, .. } => *at,
        }
    }

    /// What the model falls short of, without when and by which code: `register HMAC.SET_START (0x6003e040), read`. What the
    /// firmware does from there on may differ from a chip. Nothing if it is the board or the firmware that was noticed.
    pub fn shortcoming(&self) -> Option<String> {
        match self {
            Self::Unmodelled { address, name, touch, .. } => {
                let touch = match touch {
                    Touch::Read => "read",
                    Touch::Write => "written",
                };
                Some(format!("{}, {touch}", register(*address, name.as_deref())))
            }
            Self::Unsupported { block, what, .. } => Some(format!("{block}: {what}")),
            Self::Storm { block, .. } => Some(format!("{block}: a fault of the simulator")),
            Self::Lost { .. } => Some("more was seen than is kept".to_owned()),
            Self::SerialMismatch { .. }
            | Self::BaudFollowed { .. }
            | Self::Polling { .. }
            | Self::ResetLoop { .. }
            | Self::Oscillation { .. }
            | Self::Contention { .. } => None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmodelled { address, name, touch, pc, at } => {
                let (done, result) = match touch {
                    Touch::Read => ("read", "it gives what was last written to it, or 0"),
                    Touch::Write => ("written", "the value is kept and has no effect"),
                };
                let register = register(*address, name.as_deref());
                write!(f, "{register} is not modelled and was {done} at {at} by the code at {pc:#010x}; {result}")
            }
            Self::Unsupported { block, what, pc, at } => {
                write!(f, "{block}: {what} is not modelled (asked for at {at} by the code at {pc:#010x})")
            }
            Self::SerialMismatch { baud, bridge_baud, gpio, at } => write!(
                f,
                "the serial bridge on GPIO{gpio} reads {bridge_baud} baud, 8N1, and cannot read what is sent at {at} with {baud} baud",
            ),
            Self::Storm { block, at } => write!(
                f,
                "{block}: the model asks for event after event at {at} and is put to sleep; this is a fault of the simulator",
            ),
            Self::Oscillation { at } => write!(
                f,
                "at {at} an output changes its own input to and fro without end; the model leaves it somewhere in between",
            ),
            Self::Lost { at } => write!(
                f,
                "more was seen than is kept until somebody takes it; what comes from {at} on is not told, until that is done",
            ),
            Self::BaudFollowed { baud, at } => {
                write!(f, "the firmware has set {baud} baud; the serial bridge follows from {at} on")
            }
            Self::Polling { address, name, value, pc, at } => write!(
                f,
                "the firmware has done nothing for a second, until {at}, but read {} at {pc:#010x}, which gives {value:#x}",
                register(*address, name.as_deref()),
            ),
            Self::ResetLoop { cause, times, at } => write!(
                f,
                "at {at} the chip was reset {times} times in a row in the same way ({cause}), and the firmware printed the same \
                 each time",
            ),
            Self::Contention { gpio, at } => write!(f, "two outputs drive GPIO{gpio} to different levels at {at}"),
        }
    }
}

/// The manual's name for a register, with its address.
fn register(address: u32, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("register {name} ({address:#010x})"),
        None => format!("register {address:#010x}"),
    }
}
