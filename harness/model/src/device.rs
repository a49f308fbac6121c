//! What happens to a device, or what it does to itself: the type that verdicts are made from.
//!
//! Nothing decides by the sentences that people read: those are made here, in one place, and a test
//! [rewords](DeviceEvent::reword) them all.

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::observation::FlashOp;

/// Something that has happened to a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum DeviceEvent {
    /// The bench switched its supply on.
    PoweredOn,
    /// The bench switched its supply off.
    PoweredOff,
    /// Its supply failed, as the scenario wants it to.
    PowerFailed {
        /// In the middle of what; `None` where that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        during: Option<CutOperation>,
    },
    /// The bench reset it, as the reset button does.
    Reset,
    /// It wakes from deep sleep, which is a reset that it has asked for.
    Woke,
    /// It reset itself; not by a watchdog.
    Restarted {
        /// Why, in words: `by software (RTC_SW_SYS_RST)`.
        cause: String,
    },
    /// Its supply was too low for it.
    BrownOut,
    /// A watchdog reset it.
    WatchdogReset {
        /// Which, in words: `the watchdog of timer group 0`.
        watchdog: String,
    },
    /// Its firmware panicked.
    Panicked {
        /// What it said.
        message: String,
    },
    /// It cannot go on.
    Halted {
        /// Why, in words.
        why: String,
    },
    /// Its firmware has come to an end.
    Returned,
    /// It was stopped, because it did not let simulated time go on.
    Spins {
        /// How that shows, in words.
        how: String,
    },
    /// It has no room left on its stack.
    StackOverflowed {
        /// How far its pointer is below the stack's end, in bytes.
        bytes: u32,
        /// The stack's end: its lowest address.
        end: u32,
        /// Address of the code.
        pc: u32,
    },
}

/// A flash operation in whose middle power failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOperation {
    /// Write or erase.
    pub op: FlashOp,
    /// Offset in the flash, in bytes.
    pub offset: u32,
    /// Length in bytes.
    pub length: u32,
    /// How many of them were done.
    pub reached: u32,
}

/// How an event is said.
pub type Wording = fn(&DeviceEvent) -> String;

static WORDING: OnceLock<Wording> = OnceLock::new();

impl DeviceEvent {
    /// Power on or off, by the bench.
    pub const fn powered(on: bool) -> Self {
        if on { Self::PoweredOn } else { Self::PoweredOff }
    }

    /// From now on all events are said in other words, in this process; the first who asks for it decides. For tests: nothing
    /// may behave otherwise then.
    pub fn reword(wording: Wording) {
        WORDING.get_or_init(|| wording);
    }
}

/// In one line, for people.
impl fmt::Display for DeviceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(wording) = WORDING.get() {
            return f.write_str(&wording(self));
        }
        match self {
            Self::PoweredOn => f.write_str("power on"),
            Self::PoweredOff => f.write_str("power off"),
            Self::PowerFailed { during: None } => f.write_str("power failed"),
            Self::PowerFailed { during: Some(cut) } => write!(f, "power failed in {cut}"),
            Self::Reset => f.write_str("reset"),
            Self::Woke => f.write_str("the device wakes from deep sleep"),
            Self::Restarted { cause } => write!(f, "the device reset itself: {cause}"),
            Self::BrownOut => f.write_str("the device's supply was too low (brown-out)"),
            Self::WatchdogReset { watchdog } => write!(f, "the device panicked: reset by {watchdog}"),
            Self::Panicked { message } => write!(f, "the device panicked: {message}"),
            Self::Halted { why } => write!(f, "the device halted: {why}"),
            Self::Returned => f.write_str("the firmware returned"),
            Self::Spins { how } => write!(f, "the device loops without waiting: {how}"),
            Self::StackOverflowed { bytes, end, pc } => write!(
                f,
                "the stack overflowed: its pointer is {bytes} bytes below its end, {end:#010x}, in the code at {pc:#010x}"
            ),
        }
    }
}

/// `a flash write at 0x310000, after 16 of 32 bytes`
impl fmt::Display for CutOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { op, offset, length, reached } = self;
        let op = match op {
            FlashOp::Write => "write",
            FlashOp::Erase => "erase",
        };
        write!(f, "a flash {op} at 0x{offset:06x}, after {reached} of {length} bytes")
    }
}
