//! Asynchronous serial frames: how bytes look on a wire, and what a receiver makes of a wire's levels. For the UARTs of chips
//! and for the ports of parts; not for registers, queues and pins, which are theirs.
//!
//! A frame is a [`Format`] and the length of a bit. A [`Pattern`] has the levels of its bits. The [`Receiver`] samples the
//! wire in the middle of each bit, so that a wrong baud rate gives what it gives on a wire: other bytes and errors.

mod format;
mod receiver;

pub use format::{Decoded, Format, Parity, Pattern};
pub use receiver::{Received, Receiver};
