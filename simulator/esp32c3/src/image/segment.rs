//! Bytes and where they belong.

use std::borrow::Cow;
use std::fmt;

/// Bytes that are in RAM when the application starts.
#[derive(Clone, PartialEq, Eq)]
pub struct Segment {
    /// The address of the first, on the bus that the file names.
    pub address: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segment({:#010x}, {:#x} bytes)", self.address, self.bytes.len())
    }
}

/// Which header of a file describes a segment. Both are counted from 0, as `readelf` and `esptool` do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Header {
    /// A program header of an ELF file.
    Program(usize),
    /// A segment header of an app image.
    Segment(usize),
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(index) => write!(f, "program header {index}"),
            Self::Segment(index) => write!(f, "segment {index}"),
        }
    }
}

/// A segment as errors name it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// Which one.
    pub header: Header,
    /// Where this header is in the file.
    pub offset: u64,
    /// Address of the first byte.
    pub address: u32,
    /// How many bytes.
    pub bytes: u32,
}

impl Extent {
    /// The address after the last byte, which may be past the end of the address space.
    pub fn end(&self) -> u64 {
        u64::from(self.address) + u64::from(self.bytes)
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, offset, address, .. } = self;
        write!(f, "{header} at offset {offset:#x} ({address:#010x}..{:#010x})", self.end())
    }
}

/// A segment with its bytes in the file.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) extent: Extent,
    pub(super) bytes: Cow<'a, [u8]>,
}
