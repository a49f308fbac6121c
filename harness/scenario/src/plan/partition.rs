//! One machine's share of a plan, as `--partition` writes it.

use std::fmt;
use std::str::FromStr;

use super::PartitionError;
use hil_model::event;

/// The largest number of shares.
pub const MAX_SHARES: u32 = 10_000;

/// How scenarios are dealt out to the shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `slice`: in turn, by position in the plan sorted by id. The shares are of equal size (but for one scenario).
    Slice,
    /// `hash`: by a hash of the id. A scenario stays where it is when others come and go.
    Hash,
}

/// A share of the plan: `slice:1/4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partition {
    kind: Kind,
    index: u32,
    total: u32,
}

/// The value of `--partition`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionArg {
    /// `auto`: read the environment, see [`super::detect`].
    Auto,
    /// `slice:M/N` or `hash:M/N`.
    Share(Partition),
}

impl Partition {
    /// Share `index` (from 1) of `total`, with 1 <= `index` <= `total` <= [`MAX_SHARES`].
    pub fn new(kind: Kind, index: u32, total: u32) -> Result<Self, PartitionError> {
        match (index, total) {
            (_, 0) => Err(PartitionError::NoShares),
            (_, MAX_SHARES..) if total > MAX_SHARES => Err(PartitionError::TooManyShares { total }),
            (0, _) => Err(PartitionError::IndexFromOne),
            _ if index > total => Err(PartitionError::IndexOutOfRange { index, total }),
            _ => Ok(Self { kind, index, total }),
        }
    }

    /// How scenarios are dealt out.
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// Which share, from 1.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// Number of shares.
    pub const fn total(self) -> u32 {
        self.total
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slice => "slice",
            Self::Hash => "hash",
        })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.kind, self.index, self.total)
    }
}

impl From<Partition> for event::Partition {
    fn from(p: Partition) -> Self {
        Self { kind: p.kind.to_string(), index: p.index, total: p.total }
    }
}

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(s: &str) -> Result<Self, PartitionError> {
        let form = || PartitionError::Form { given: s.to_owned() };
        let (kind, share) = s.split_once(':').ok_or_else(form)?;
        let kind = match kind {
            "slice" => Kind::Slice,
            "hash" => Kind::Hash,
            "count" => return Err(PartitionError::Count { share: share.to_owned() }),
            _ => return Err(PartitionError::Kind { given: kind.to_owned() }),
        };
        let (index, total) = share.split_once('/').ok_or_else(form)?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|_| digits).ok_or_else(|| PartitionError::Number { given: text.to_owned() })
        };
        Self::new(kind, number(index)?, number(total)?)
    }
}

impl FromStr for PartitionArg {
    type Err = PartitionError;

    fn from_str(s: &str) -> Result<Self, PartitionError> {
        if s == "auto" { Ok(Self::Auto) } else { s.parse().map(Self::Share) }
    }
}
