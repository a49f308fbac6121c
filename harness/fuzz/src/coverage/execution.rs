//! What one input has come to.

use std::fmt;

use simulator::soc::ResetCause;
use simulator::time::Span;

/// Bytes of the console that are kept of one execution.
const MOST_CONSOLE: usize = 16 * 1024;

/// How an execution has ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// The device waits for input again.
    Idle,
    /// It still works when its time is over.
    Busy,
    /// It has not acknowledged a message when its time is over.
    Unanswered,
    /// The stack pointer is below the main stack.
    StackOverflow,
    /// The chip was reset.
    Reset(ResetCause),
    /// It jumps to itself with interrupts off.
    Halted {
        /// The address of the jump.
        pc: u32,
    },
    /// The simulator cannot go on: in its words.
    Stuck(String),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle => f.write_str("it waits for input"),
            Self::Busy => f.write_str("it is still busy"),
            Self::Unanswered => f.write_str("it has not acknowledged a message"),
            Self::StackOverflow => f.write_str("the stack pointer is below the stack"),
            Self::Reset(cause) => write!(f, "it was reset: {cause}"),
            Self::Halted { pc } => write!(f, "it halted: it jumps to itself with interrupts off, at {pc:#010x}"),
            Self::Stuck(why) => f.write_str(why),
        }
    }
}

/// What was seen on the way.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// What the device has printed, as far as it is kept.
    pub console: String,
    /// What the simulator had to say: registers without a model, outputs against each other.
    pub reports: Vec<String>,
}

impl Observed {
    pub(super) fn print(&mut self, byte: u8) {
        if self.console.len() < MOST_CONSOLE {
            self.console.push(char::from(byte));
        }
    }
}

/// What one input has come to.
#[derive(Debug, Clone)]
pub struct Execution {
    /// How it ended.
    pub ending: Ending,
    /// What was seen on the way.
    pub observed: Observed,
    /// The core's place at the end and, as far as frame pointers lead, where it will return to.
    pub frames: Vec<u32>,
    /// What the device has published: topic and payload.
    pub statuses: Vec<(String, Vec<u8>)>,
    /// Whether the connection has lasted.
    pub is_connected: bool,
    /// Instructions that it took.
    pub instructions: u64,
    /// The device's time that it took.
    pub simulated: Span,
}
