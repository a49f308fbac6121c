//! DTR and RTS, and what they do to a board.
//!
//! On a DevKit two transistors join them: EN is low while RTS is asserted and DTR is not, GPIO9 is low while DTR is asserted
//! and RTS is not; both asserted is the same as none. The chip's own USB serial controller understands the same signals.

use std::time::Duration;

/// The two lines of a port that boards are reset with. `true`: asserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ControlLines {
    /// Data Terminal Ready.
    pub dtr: bool,
    /// Request To Send.
    pub rts: bool,
}

/// What a reset leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// The firmware in flash.
    Run,
    /// The ROM's download mode.
    Download,
}

const NONE: ControlLines = ControlLines { dtr: false, rts: false };
const BOTH: ControlLines = ControlLines { dtr: true, rts: true };
const RESET: ControlLines = ControlLines { dtr: false, rts: true };
const BOOT: ControlLines = ControlLines { dtr: true, rts: false };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const RUN: [(ControlLines, Duration); 3] = [(NONE, ms(0)), (RESET, ms(100)), (NONE, ms(0))];
/// Through `BOTH`, so that lines which change one at a time never pass through the wrong state.
const DOWNLOAD: [(ControlLines, Duration); 5] =
    [(NONE, ms(0)), (BOTH, ms(0)), (RESET, ms(100)), (BOOT, ms(50)), (NONE, ms(0))];

impl Sequence {
    /// The lines, one after the other, and how long each stays. The sequences are those of esptool.
    pub const fn steps(self) -> &'static [(ControlLines, Duration)] {
        match self {
            Self::Run => &RUN,
            Self::Download => &DOWNLOAD,
        }
    }
}
