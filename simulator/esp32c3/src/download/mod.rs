//! The mask ROM's serial download mode, the other thing that a chip does after a reset: with GPIO9 low it does not start
//! what is in its flash but waits on UART0 for commands that read and write memory, registers and flash. What esptool and
//! espflash speak; esptool documentation, "Serial Protocol". Sans I/O: bytes of UART0 in and out, no time of its own.
//!
//! | module | what it is |
//! |---|---|
//! | [`slip`] | frames in a stream of bytes (RFC 1055) |
//! | [`request`] | what is in a frame from the host |
//! | [`loader`] | what is done about it, and the answers |
//! | [`write`](mod@write) | writing to flash, plain or compressed |
//! | [`rom_view`] | registers, memory and flash as the ROM reaches them |
//! | [`fault`] | what the ROM and the flasher stub say went wrong |
//! | [`identity`] | a chip that claims to be another one, or whose flash is worn out |
//!
//! The flasher stub, a program that tools load into RAM because it does more than the ROM and does it faster, is
//! **not executed**: the loader takes it, answers as it would, and from then on obeys its commands itself. Any other
//! program that is loaded into RAM is executed.

mod fault;
mod identity;
mod loader;
mod request;
mod rom_view;
mod slip;
#[cfg(test)]
mod tests;
mod write;

pub use identity::{ChipIdentity, DownloadFaults};
pub(crate) use loader::{Loader, Step};
pub(crate) use rom_view::RomView;
