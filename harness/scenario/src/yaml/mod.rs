//! YAML as a tree that keeps every span: parsing, limits, syntax errors in plain words.
//!
//! What the values mean is not decided here: scalars keep their text (that is `decode`).

mod node;
mod offset;
mod parse;
mod syntax;
mod words;

pub use node::{Node, NodeKind};
pub use offset::source_offset;
pub use parse::{parse, parse_file};
pub use words::{SCENARIO_FILE, Words};
