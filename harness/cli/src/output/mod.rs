//! What `hil` writes: lines for people, and files.
//!
//! [`say!`](crate::say) prints on standard output and [`remark!`](crate::remark) on standard error, and neither panics when nobody
//! reads any more. A command whose standard output is closed (`hil schema | head -1`) ends quietly, as by SIGPIPE: code 141. A run
//! ends in order first: its teardowns are carried out and its reports written.
//!
//! An `OutputFile` is there as a whole or not at all, and a `Guard` sees to it that none takes the place of something that was
//! read.

mod file;
mod guard;
mod stream;

pub(crate) use file::{OutputFile, remove_unfinished};
pub(crate) use guard::Guard;
pub(crate) use stream::{Talk, has_left_standard_output, is_closed, outcome, standard_output_is_for_people, stops_run};
pub use stream::{remark, say};

/// Prints a line on standard output, like `println!`, and ends the program quietly if nobody reads it.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::output::say(format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints a line on standard error, like `eprintln!`; if nobody reads it, it is lost.
#[macro_export]
macro_rules! remark {
    ($($text:tt)*) => { $crate::output::remark(format_args!("{}\n", format_args!($($text)*))) };
}
