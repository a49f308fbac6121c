//! What goes wrong on the wire.

use super::random::SplitMix64;
use crate::time::Span;

/// What goes wrong on the wire, in each direction. Applies to frames that are sent from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Faults {
    /// Frames that the device sends.
    pub from_device: Impairment,
    /// Frames that the device is sent.
    pub to_device: Impairment,
    /// Nothing arrives, in either direction, while the link stays up.
    pub black_hole: bool,
}

/// What goes wrong in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Impairment {
    /// That a frame is lost.
    pub loss: Probability,
    /// That a frame arrives twice.
    pub duplication: Probability,
    /// That a frame is held back for [`Impairment::REORDERING_DELAY`], so that frames sent after it arrive before it.
    pub reordering: Probability,
    /// How much longer than the wire's latency every frame is under way.
    pub delay: Span,
}

/// How likely something is, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Probability(u32);

impl Impairment {
    /// How long a frame is held back so that others overtake it.
    pub const REORDERING_DELAY: Span = Span::from_ms(1);
}

impl Probability {
    /// It never happens.
    pub const NEVER: Self = Self(0);
    /// It always happens.
    pub const ALWAYS: Self = Self(1_000_000);

    /// So many in a million; more than a million is [always](Self::ALWAYS).
    #[must_use]
    pub const fn per_million(n: u32) -> Self {
        if n < Self::ALWAYS.0 { Self(n) } else { Self::ALWAYS }
    }

    /// So many in a hundred.
    #[must_use]
    pub const fn percent(n: u32) -> Self {
        Self::per_million(n.saturating_mul(10_000))
    }

    /// Whether it happens this time. What is impossible or certain takes nothing from `random`.
    pub(super) fn happens(self, random: &mut SplitMix64) -> bool {
        match self {
            Self::NEVER => false,
            Self::ALWAYS => true,
            Self(n) => random.next_u64() % 1_000_000 < u64::from(n),
        }
    }
}
