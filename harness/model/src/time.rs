//! Scenario time: the device's clock as a scenario sees it, and durations as scenario files write them.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An instant of scenario time: nanoseconds since the scenario's device was first started.
///
/// On simulated targets this is device time and jumps; on physical ones it is wall time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SimTime(pub u64);

impl SimTime {
    /// The start of the scenario.
    pub const ZERO: Self = Self(0);

    /// The instant `elapsed` after the scenario's start (saturates after 584 years).
    pub fn from_elapsed(elapsed: Duration) -> Self {
        Self(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX))
    }

    /// Time since the scenario's start.
    pub const fn elapsed(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// Time from `earlier` to `self`; zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for SimTime {
    type Output = Self;
    fn add(self, d: Duration) -> Self {
        Self(self.0.saturating_add(Self::from_elapsed(d).0))
    }
}

/// Seconds with millisecond resolution: `12.345 s`.
impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} s", self.0 / 1_000_000_000, self.0 / 1_000_000 % 1_000)
    }
}

/// A duration in the form in which scenario files write it: `1.5s`, `200ms`, `40us`, `7ns`.
pub fn display(d: Duration) -> String {
    let ns = d.as_nanos();
    let (unit, name) = match ns {
        0 => return "0s".to_owned(),
        n if n % 1_000_000 == 0 && n >= 1_000_000_000 || n >= 10_000_000_000 => (1_000_000_000, "s"),
        n if n >= 1_000_000 => (1_000_000, "ms"),
        n if n >= 1_000 => (1_000, "us"),
        _ => (1, "ns"),
    };
    let (whole, rest) = (ns / unit, ns % unit);
    if rest == 0 {
        return format!("{whole}{name}");
    }
    let digits = unit.ilog10() as usize;
    let fraction = format!("{rest:0digits$}");
    format!("{whole}.{}{name}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_print_as_scenario_files_write_them() {
        let show = |ns| display(Duration::from_nanos(ns));
        assert_eq!(show(0), "0s");
        assert_eq!(show(2_000_000_000), "2s");
        assert_eq!(show(1_500_000_000), "1.5s");
        assert_eq!(show(200_000_000), "200ms");
        assert_eq!(show(1_500_000), "1.5ms");
        assert_eq!(show(850), "850ns");
        assert_eq!(show(2_000_000_001), "2000.000001ms");
    }
}
