//! What every simulated board is made of: the [core](cpu) that executes firmware, its [memory](mem), [time], the
//! [network](net) behind an Ethernet MAC, and what is outside of the chip: the [nets](circuit) at its pins, and the
//! [parts](part) on them.
//!
//! The crate does no I/O, starts no threads, and has no clock: time is passed in.

pub mod chip;
pub mod circuit;
#[cfg_attr(not(feature = "machine-code"), expect(dead_code, reason = "the compiler looks at it"))]
pub mod cpu;
pub mod machine;
pub mod mem;
pub mod net;
pub mod part;
pub mod time;

#[cfg_attr(not(feature = "machine-code"), expect(dead_code, reason = "the compiler looks at it"))]
mod raw;
