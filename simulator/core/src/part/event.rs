//! What a part tells of.

use super::shows::Shows;
use std::fmt;

/// Something that happened at a part.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum PartEvent {
    /// It was told to show this, or shows it from now on. May be what it showed before.
    Shows(Shows),
    /// What it is sent is wrong by its data sheet.
    Fault(Fault),
}

/// What is wrong with what a part is sent.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// A time is outside of the data sheet's tolerances, in words.
    Timing(String),
    /// Something ended before it was complete, in words.
    Incomplete(String),
    /// The bus's rules were broken, in words.
    Protocol(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Timing(text) | Self::Incomplete(text) | Self::Protocol(text)) = self;
        f.write_str(text)
    }
}
