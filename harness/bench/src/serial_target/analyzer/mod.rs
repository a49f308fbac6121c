//! A logic analyzer on the data line of a real board's lights, through `sigrok-cli`.
//!
//! ```text
//! sigrok-cli ── hex text ──> Text ── samples ──> DataLine: edges, glitches ──> the simulator's WS2812 decoder
//!   │ child process                                                             │ stream time
//! Analyzer: starts it, watches it, ends it  <── Moment: what, and when by Clock ┘
//! ```
//!
//! The samples come as sigrok's format `hex`, not as `binary`: binary is what the driver hands over, all pins of the
//! device in it, one byte or two a sample, and no word about the rate. In `hex`, libsigrok has picked the channel, and
//! its header tells the rate that the device really has.

mod clock;
mod data_line;
mod error;
mod process;
mod spec;
mod text;

pub use clock::Pace;
pub use data_line::{DataLine, Seen};
pub use error::AnalyzerError;
pub use process::{Analyzer, Moment, What};
pub use spec::{AnalyzerSpec, AnalyzerSpecError, check_rate};
pub use text::{Part, Text};
