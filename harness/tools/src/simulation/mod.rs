//! A board on the simulator, outside of scenarios: what `hil sim` does, as a library. Loading firmware with its debug
//! information, running it at a chosen pace with the network that it is allowed, and looking into it: backtraces,
//! waveforms, traces, coverage, gdb. Not for scenarios: that is [`crate::sim`].
//!
//! | module | what it is |
//! |---|---|
//! | [`load`] | firmware, board, ROM and flash contents from files |
//! | [`backtrace`] | who called whom, at any moment |
//! | [`stack`] | whether it still has room on its stack |
//! | [`session`] | a machine that runs: pace, network, limits, and an observer |
//! | [`connections`] | the device's TCP connections to real hosts |
//! | [`waveforms`] | VCD files of pins |
//! | [`trace`] | every executed instruction as text |
//! | [`coverage`] | executed lines as lcov |
//! | [`gdb`] | the remote protocol of gdb |

pub mod backtrace;
pub mod connections;
pub mod coverage;
pub mod gdb;
pub mod load;
pub mod session;
pub mod stack;
pub mod trace;
mod unwind;
pub mod waveforms;
