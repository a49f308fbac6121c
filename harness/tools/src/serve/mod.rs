//! A simulated board that other programs use as if it stood on the desk: what `hil sim serve` does, as a library. The
//! board's USB-to-serial bridge becomes a pseudo-terminal, or a serial port on the network (RFC 2217); esptool, espflash,
//! pyserial, labgrid and terminal programs talk to it. Not for scenarios: that is [`crate::sim`].
//!
//! | module | what it is |
//! |---|---|
//! | [`server`] | the loop: moves bytes, keeps the pace |
//! | [`board`] | the machine with its buttons, and what DTR and RTS do to it |
//! | [`cable`] | what is common to the ways into the bridge |
//! | [`rfc2217`] | the protocol: telnet, and the serial port in it |
//! | [`tcp`] | a port on the network that speaks it |
//! | `pty` | a pseudo-terminal (Unix) |
//! | [`control`] | buttons and plugs, pressed and pulled by other programs |

pub mod board;
pub mod cable;
pub mod control;
#[cfg(unix)]
pub mod pty;
pub mod rfc2217;
pub mod server;
pub mod tcp;
mod wait;
