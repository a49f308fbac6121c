//! What can be wrong with `--partition`, `--filter` and `--tag`.

use thiserror::Error;

use super::MAX_SHARES;

/// A share that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PartitionError {
    /// Not of the form.
    #[error("{given:?} is not a partition: write slice:M/N, hash:M/N (share M of N, from 1) or auto")]
    Form {
        /// The argument.
        given: String,
    },
    /// An unknown word before the colon.
    #[error("{given:?} is not a kind of partition: write slice:M/N (equal shares) or hash:M/N (stable shares)")]
    Kind {
        /// The word.
        given: String,
    },
    /// nextest's old name.
    #[error("count: is not offered; slice:{share} gives shares of equal size too, and spreads neighbours")]
    Count {
        /// What stood behind the colon.
        share: String,
    },
    /// M or N is not a number.
    #[error("{given:?} is not a number: write slice:M/N or hash:M/N with M and N from 1 to {MAX_SHARES}")]
    Number {
        /// The text.
        given: String,
    },
    /// N = 0.
    #[error("0 shares run nothing: N in M/N is the number of shares, from 1")]
    NoShares,
    /// M = 0.
    #[error("shares are counted from 1: M in M/N is 1 for the first share (a CI index that counts from 0 needs + 1)")]
    IndexFromOne,
    /// M > N.
    #[error("there is no share {index} of {total}: M in M/N is from 1 to N")]
    IndexOutOfRange {
        /// M.
        index: u32,
        /// N.
        total: u32,
    },
    /// N > [`MAX_SHARES`].
    #[error("{total} shares are too many: the limit is {MAX_SHARES}")]
    TooManyShares {
        /// N.
        total: u32,
    },
    /// `auto`, and no engine was recognized.
    #[error(
        "no CI engine that shards was recognized (looked for {looked_for}); every machine would run everything. \
         Name the share yourself: --partition {example}"
    )]
    NotDetected {
        /// The index variables.
        looked_for: String,
        /// What to write instead.
        example: &'static str,
    },
    /// `auto`, and a variable is not set.
    #[error("{engine}: {variable} is not set, so every machine would run everything; {help}")]
    MissingVariable {
        /// Name of the engine.
        engine: &'static str,
        /// The variable.
        variable: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// `auto`, and there is one share only.
    #[error("{engine}: {variable}={value} is one share only, so every machine would run everything; {help}")]
    OneShare {
        /// Name of the engine.
        engine: &'static str,
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What to do.
        help: &'static str,
    },
    /// `auto`, and a variable is not what it should be.
    #[error("{engine}: {variable}={value:?} {problem}")]
    BadVariable {
        /// Name of the engine.
        engine: &'static str,
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What is wrong.
        problem: String,
    },
}

/// A filter that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FilterError {
    /// Nothing to look for.
    #[error("{given:?} is an empty pattern: write a part of the id or title, a pattern with * or ?, or =id")]
    EmptyPattern {
        /// The argument.
        given: String,
    },
    /// A tag without a name.
    #[error("{given:?} has an empty tag: write tag, !tag, or tag,!tag (all of them)")]
    EmptyTag {
        /// The argument.
        given: String,
    },
}
