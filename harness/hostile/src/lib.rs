//! Hostile input for every parser of something that comes from outside: files, packets, reports, serial bytes.
//!
//! A [`Parser`] is a function over bytes, with valid inputs to begin with. [`drive`] changes these ([`Mutator`]: cut, flipped, spliced,
//! numbers at their limits, deep nesting, very long) and hands them over, until the [`Limits`] are reached. None may make the parser
//! panic, hang, or take more memory than [`hil_heap::LIMIT`]. The parsers are in `tests/parsers`, which use the public faces of the
//! crates.
//!
//! | variable | what it says |
//! |---|---|
//! | `HIL_FUZZ_SECONDS` | wall time for each parser; 1 by default, longer in the gate |
//! | `HIL_FUZZ_EXECS` | executions of each parser, in place of a time |
//! | `HIL_FUZZ_SEED` | another seed than 0; the same seed makes the same inputs |

mod drive;
mod mutate;
mod thread_clock;

pub use drive::{Limits, Parser, drive};
pub use mutate::Mutator;
