//! Joins the JSON lines reports of the shards of one run: `hil report merge`.
//!
//! The result is the event stream that one machine would have written that ran the whole plan, so every report can be made
//! of it. What does not belong together is refused, with the file and what to do: a joined report that silently lacks a
//! shard is worse than none. The order in which the files are named does not matter.

mod boards;
mod error;
mod join;
mod shard;

pub use error::MergeError;
pub use join::{merge, merge_files};
