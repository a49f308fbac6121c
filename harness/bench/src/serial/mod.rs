//! Serial ports of boards: ttys, USB devices by serial number, and ports of other machines through RFC 2217.
//!
//! ```text
//! PortSpec ── open ──> Link: a tty (tty) or a connection (rfc2217)
//!                        │ owned by
//!                      actor: one thread for both directions; reads, splits, stamps, reopens what has gone
//!                        │
//!   SerialPort <── Event: text, gone, back, lost ── feed (bounded)
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`PortSpec`] | what the user names a port by |
//! | [`SerialPort`] | a port that is held open; the way in for everything but flashing |
//! | [`lines`] | bytes into lines, none lost, none joined |
//! | [`ControlLines`] | DTR and RTS, and what they do to a board |
//! | [`bridge`] | a port as a tty of this machine, for libraries that want one |
//! | [`Symbolizer`] | the functions of a firmware's ELF, for addresses that it prints |

mod access;
mod actor;
pub mod bridge;
mod control;
mod error;
mod feed;
pub mod lines;
mod link;
mod look;
mod rate;
mod rfc2217;
mod rubbish;
mod spec;
mod symbolizer;
mod tty;

pub use access::{Access, access};
pub use actor::{Options, Pending, SerialPort};
pub use control::{ControlLines, Sequence};
pub use error::PortError;
pub use feed::Event;
pub use link::{Link, open};
pub use look::look;
pub use rate::fitting_rate;
pub use rubbish::Rubbish;
pub use spec::{PortSpec, PortSpecError};
pub use symbolizer::Symbolizer;
pub use tty::{KnownPort, known_ports};
pub(crate) use tty::{no_usb, open_native};

/// Bits per second at which the ROM and our firmware speak.
pub const BAUD: u32 = 115_200;
/// Bits per second that can be asked of a port.
pub const BAUD_RANGE: std::ops::RangeInclusive<i64> = 300..=4_000_000;
