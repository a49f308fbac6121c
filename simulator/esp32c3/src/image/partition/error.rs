//! What can be wrong with a partition table.

use std::fmt;

/// Where a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the flash image, at this byte.
    Offset(usize),
    /// In a CSV file, counted from 1.
    Line(usize),
    /// In a list of partitions, counted from 0.
    Entry(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(offset) => write!(f, "at offset {offset:#x}"),
            Self::Line(line) => write!(f, "in line {line}"),
            Self::Entry(index) => write!(f, "in entry {index}"),
        }
    }
}

/// A partition table that is damaged or contradicts itself.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum PartitionError {
    /// Neither an entry nor the end of the table.
    #[error("no entry of a partition table at offset {offset:#x}: it begins with {:02x} {:02x}", found[0], found[1])]
    #[diagnostic(
        code(image::partition_magic),
        help("an entry begins with aa 50, its MD5 sum with eb eb, and ff ff ends it: write the table again")
    )]
    Magic {
        /// Where it should be.
        offset: usize,
        /// The first two bytes.
        found: [u8; 2],
    },

    /// The MD5 sum of the entries.
    #[error("the MD5 sum of the partition table at offset {offset:#x} is {stored}, that of its entries is {computed}")]
    #[diagnostic(
        code(image::partition_md5),
        help("the table is damaged or was edited: make it again from its CSV file")
    )]
    Md5 {
        /// Where the sum is.
        offset: usize,
        /// As in the table, in hexadecimal.
        stored: String,
        /// As it should be.
        computed: String,
    },

    /// No end.
    #[error("the partition table has no end before offset {0:#x}")]
    #[diagnostic(code(image::partition_end), help("a table has at most 95 entries: the image is damaged or cut off"))]
    Unterminated(
        /// Where the table must have ended.
        usize,
    ),

    /// More than fit.
    #[error("a partition table with {0} entries")]
    #[diagnostic(code(image::partition_count), help("a table has at most 95 entries"))]
    TooMany(
        /// How many.
        usize,
    ),

    /// A label that cannot be.
    #[error("`{label}` cannot be the label of a partition, {place}")]
    #[diagnostic(code(image::partition_label), help("a label has 1 to 16 bytes"))]
    Label {
        /// Where.
        place: Place,
        /// As far as it is text.
        label: String,
    },

    /// The same label twice.
    #[error("a second partition is called `{label}`, {place}")]
    #[diagnostic(code(image::partition_duplicate), help("partitions are found by their labels: give each its own"))]
    DuplicateLabel {
        /// Where the second is.
        place: Place,
        /// The label.
        label: String,
    },

    /// Two partitions have bytes in common.
    #[error("the partitions `{first}` (up to {end:#x}) and `{second}` (from {offset:#x}) overlap, {place}")]
    #[diagnostic(
        code(image::partition_overlap),
        help("let the second begin where the first ends, or make the first smaller")
    )]
    Overlap {
        /// Where the second is.
        place: Place,
        /// The one at the lower offset.
        first: String,
        /// Its end.
        end: u64,
        /// The other.
        second: String,
        /// Its beginning.
        offset: u32,
    },

    /// A partition where the bootloader or the table is.
    #[error("the partition `{label}` begins at {offset:#x}, {place}")]
    #[diagnostic(
        code(image::partition_reserved),
        help("the bootloader and the partition table need everything below 0x9000")
    )]
    Reserved {
        /// Where.
        place: Place,
        /// Which.
        label: String,
        /// Its beginning.
        offset: u32,
    },

    /// A partition that does not begin where its kind must.
    #[error("the partition `{label}` begins at {offset:#x}, which is not a multiple of {alignment:#x}, {place}")]
    #[diagnostic(
        code(image::partition_alignment),
        help("an app begins at a multiple of 0x10000, the MMU's page; anything else at one of 0x1000, a sector")
    )]
    Alignment {
        /// Where.
        place: Place,
        /// Which.
        label: String,
        /// Its beginning.
        offset: u32,
        /// What this should be a multiple of.
        alignment: u32,
    },

    /// A partition that is too small for what it is for.
    #[error("the partition `{label}` has {size:#x} bytes, {place}")]
    #[diagnostic(
        code(image::partition_size),
        help("a partition has bytes, and one of type `data, ota` has two sectors (0x2000)")
    )]
    Size {
        /// Where.
        place: Place,
        /// Which.
        label: String,
        /// Its size.
        size: u32,
    },

    /// A partition that the chip does not have room for.
    #[error("the partition `{label}` ends at {end:#x}, but the flash chip at {chip:#x}")]
    #[diagnostic(code(image::partition_past_chip), help("choose a larger chip, or make the partition smaller"))]
    PastChip {
        /// Which.
        label: String,
        /// Its end.
        end: u64,
        /// Size of the chip.
        chip: usize,
    },

    /// Nowhere to put an app.
    #[error("the partition table has no app partition")]
    #[diagnostic(code(image::no_app_partition), help("add a partition such as `factory, app, factory, 0x10000, 1M`"))]
    NoApp,

    /// A line of a CSV file that cannot be read.
    #[error("`{text}` is no {field} of a partition, in line {line}")]
    #[diagnostic(code(image::partition_csv))]
    Csv {
        /// Line, counted from 1.
        line: usize,
        /// What it should be.
        field: &'static str,
        /// What is there.
        text: String,
        /// How it should look.
        #[help]
        help: &'static str,
    },
}
