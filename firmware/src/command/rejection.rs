//! Why a payload is not a command.

use core::fmt;

use crate::{command::Field, console::Escaped};

/// The reason for which a command is refused. Its `Display` is what the serial console and the response carry, at most
/// [`Rejection::MAX_LEN`] bytes of ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// There is no payload.
    #[error("empty payload")]
    Empty,
    /// A byte is above 127.
    #[error("not ASCII")]
    NotAscii,
    /// A power command that is neither.
    #[error("expected \"on\" or \"off\"")]
    NotOnOrOff,
    /// A number with something else than digits, or with none.
    #[error("{field} \"{text}\" is not a number")]
    NotANumber {
        /// Which number.
        field: Field,
        /// What stood there.
        text: Excerpt,
    },
    /// A number of more than five digits, leading zeros included.
    #[error("{field} \"{text}\" has more than 5 digits")]
    TooManyDigits {
        /// Which number.
        field: Field,
        /// What stood there.
        text: Excerpt,
    },
    /// A number above its limit.
    #[error("{field} {value} is out of range 0..{}", field.max())]
    OutOfRange {
        /// Which number.
        field: Field,
        /// Its value.
        value: u32,
    },
    /// Too many or too few fields between commas.
    #[error("{expected} fields expected, {given} given")]
    FieldCount {
        /// How many the command has.
        expected: usize,
        /// How many there were.
        given: usize,
    },
    /// A mode that does not exist.
    #[error("unknown mode \"{0}\"")]
    UnknownMode(Excerpt),
    /// A rainbow speed that does not exist.
    #[error("unknown speed \"{0}\"")]
    UnknownSpeed(Excerpt),
}

impl Rejection {
    /// The longest `Display`, in bytes.
    pub const MAX_LEN: usize = 100;
}

/// The beginning of a text that was refused, enough to recognise it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Excerpt {
    bytes: [u8; Self::LIMIT],
    len: usize,
}

impl Excerpt {
    /// Bytes that an excerpt shows at most.
    const LIMIT: usize = 16;

    /// The beginning of `text`.
    pub fn new(text: &[u8]) -> Self {
        let mut bytes = [0; Self::LIMIT];
        bytes.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        Self { bytes, len: text.len() }
    }
}

impl fmt::Display for Excerpt {
    /// Escaped, and ending in `...` where the text was longer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.bytes.get(..self.len).unwrap_or(&self.bytes);
        Escaped::limited(shown, Self::LIMIT).fmt(f)?;
        if self.len > Self::LIMIT { f.write_str("...") } else { Ok(()) }
    }
}
