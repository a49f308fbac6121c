//! From YAML nodes to values: variables put in, types checked, every error with its place.
//!
//! Decoding goes on after an error, so that a file's errors are reported together; a function that returns `None` has
//! recorded at least one.

mod context;
mod count;
mod duration;
mod json;
mod map;
mod regex;
mod scalar;
mod suggest;
mod topic;

pub use context::{Cx, Text};
pub use duration::{DurationError, parse_duration};
pub use map::{Map, Shape, aliased};
pub use suggest::{did_you_mean, list};

pub use count::{integer, number};
pub use duration::{duration, positive};
pub use json::compact_json;
pub use regex::{declared_groups, escaped, regex};
pub use scalar::{boolean, keyword, plain_text, spanned_text, steps};
pub use topic::{topic_filter, topic_name};
