//! Which scenarios a run runs: the filters, the tags and the share of one machine among several.
//!
//! Nothing here runs, reads files or looks at the process environment: the functions take ids and give back positions, so
//! that two machines that see the same plan compute the same shares. The order of work is
//!
//! 1. all scenarios found, as ids (`reject/hue[361]`),
//! 2. [`Filter`] and [`TagFilter`] narrow them: the result is *the plan*, named by [`plan_hash`],
//! 3. [`select`] takes one machine's share of the plan.
//!
//! A report carries the plan hash and the share, so that `hil_report::merge` can refuse to join what does not belong
//! together.

mod detect;
mod error;
mod filter;
mod hash;
mod partition;
mod select;
mod tags;

pub use detect::{Detected, JOB_COMPLETIONS, detect};
pub use error::{FilterError, PartitionError};
pub use filter::Filter;
pub use hash::plan_hash;
pub use partition::{Kind, MAX_SHARES, Partition, PartitionArg};
pub use select::select;
pub use tags::TagFilter;
