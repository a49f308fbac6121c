//! `expect-flash`.

use super::Spanned;

/// `expect-flash: { writes: 0, erases: { at-most: 1 }, since: before }`
#[derive(Debug, Clone)]
pub struct ExpectFlash {
    /// Number of write operations.
    pub writes: Option<Spanned<CountRange>>,
    /// Number of erase operations.
    pub erases: Option<Spanned<CountRange>>,
    /// A `mark`; default: the first of the stimuli just before this step.
    pub since: Option<Spanned<String>>,
}

/// A number, or `{ at-least: 1, at-most: 3 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRange {
    /// Lower bound, inclusive.
    pub at_least: u64,
    /// Upper bound, inclusive.
    pub at_most: u64,
}
