//! Kinds of payloads.

use crate::grammar::Grammar;

/// Bytes of a payload that is not long.
const SHORT: usize = 40;

/// What is special about a payload. Findings of one class have one cause, as far as that can be told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A right payload.
    Valid,
    /// Nothing, or the beginning of a right one.
    CutShort,
    /// A number outside of its range, with a sign, or wrapping in 8, 16 or 32 bits.
    OutOfRange,
    /// A number with something around it, or in another notation.
    NumberForm,
    /// Letters of the wrong case.
    LetterCase,
    /// Something before or behind a right payload.
    Surrounded,
    /// Separators too many, too few, or others.
    Separators,
    /// Characters beyond ASCII, or bytes that are no text.
    NotAscii,
    /// Long; pieces of it may be right payloads.
    Long,
    /// Anything.
    Junk,
    /// JSON: a value of another type.
    WrongType,
    /// JSON: a key that must be there is not.
    MissingKey,
    /// JSON: a key that nobody knows.
    ExtraKey,
    /// JSON: a key that comes twice.
    DuplicateKey,
    /// JSON: values in values in values.
    Nested,
    /// A right payload that is as long as a buffer, or one byte more or less.
    Length,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Valid,
        Self::CutShort,
        Self::OutOfRange,
        Self::NumberForm,
        Self::LetterCase,
        Self::Surrounded,
        Self::Separators,
        Self::NotAscii,
        Self::Long,
        Self::Junk,
        Self::WrongType,
        Self::MissingKey,
        Self::ExtraKey,
        Self::DuplicateKey,
        Self::Nested,
        Self::Length,
    ];

    /// For titles: `a payload that is cut short`.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Valid => "a right payload",
            Self::CutShort => "a payload that is cut short",
            Self::OutOfRange => "a number out of range",
            Self::NumberForm => "a number that is none",
            Self::LetterCase => "a word in the wrong case",
            Self::Surrounded => "a payload with something around it",
            Self::Separators => "wrong separators",
            Self::NotAscii => "a payload that is not ASCII",
            Self::Long => "a long payload",
            Self::Junk => "a payload without sense",
            Self::WrongType => "a value of the wrong type",
            Self::MissingKey => "a missing key",
            Self::ExtraKey => "a key too many",
            Self::DuplicateKey => "a key that comes twice",
            Self::Nested => "deep nesting",
            Self::Length => "a payload as long as a buffer",
        }
    }

    /// Stable, for fingerprints and file names.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::CutShort => "cut-short",
            Self::OutOfRange => "out-of-range",
            Self::NumberForm => "number-form",
            Self::LetterCase => "letter-case",
            Self::Surrounded => "surrounded",
            Self::Separators => "separators",
            Self::NotAscii => "not-ascii",
            Self::Long => "long",
            Self::Junk => "junk",
            Self::WrongType => "wrong-type",
            Self::MissingKey => "missing-key",
            Self::ExtraKey => "extra-key",
            Self::DuplicateKey => "duplicate-key",
            Self::Nested => "nested",
            Self::Length => "length",
        }
    }

    /// What is special about a payload once it is shrunk, whatever it was made as.
    #[must_use]
    pub fn after_shrinking(self, grammar: &Grammar, payload: &[u8]) -> Self {
        if grammar.shape().is_some() {
            // Of JSON, parts of a payload are no commands. What is clamped or ignored is taken, and right only by that.
            let is_taken = grammar.read(payload).is_some() && !(self == Self::Length && payload.len() > SHORT);
            return if is_taken && !matches!(self, Self::OutOfRange | Self::ExtraKey) { Self::Valid } else { self };
        }
        if grammar.read(payload).is_some() {
            Self::Valid
        } else if grammar.may_begin_with(payload) {
            Self::CutShort
        } else if payload.len() > SHORT {
            Self::Long
        } else if grammar.has_numbers() && !matches!(self, Self::CutShort | Self::LetterCase | Self::NotAscii) {
            // What is accepted around a number and what is accepted as one is read by the same code.
            Self::NumberForm
        } else if self == Self::Long {
            Self::Junk
        } else {
            self
        }
    }

    /// Whether it is about how numbers, or payloads of any command, are read: then the topic is no part of the cause.
    pub const fn is_everywhere(self) -> bool {
        matches!(self, Self::OutOfRange | Self::NumberForm | Self::Long)
    }
}
