//! What every simulated board is made of: the [core](cpu) that executes firmware, its [memory](mem), [time], the
//! [network](net) behind an Ethernet MAC, and the [drawing](diagram) that says what is wired where.
//!
//! The crate does no I/O of its own apart from [`Diagram::read`](diagram::Diagram::read), starts no threads, and has no
//! clock: time is passed in.

pub mod cpu;
pub mod diagram;
pub mod mem;
pub mod net;
pub mod time;

mod raw;
