//! How far a campaign is.

use std::fmt;
use std::time::Duration;

/// Counts of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Wall time since its start.
    pub elapsed: Duration,
    /// Cases of tier 1 that have ended.
    pub properties: u64,
    /// Cases of tier 2.
    pub sequences: u64,
    /// Commands in them.
    pub commands: u64,
    /// Runs that shrinking has taken.
    pub shrinking: u64,
    /// Cases that failed.
    pub failed: u64,
    /// Causes of that.
    pub findings: usize,
    /// Cases that said nothing about the device.
    pub bench_errors: u64,
}

impl Statistics {
    /// Cases that have ended.
    pub const fn cases(&self) -> u64 {
        self.properties + self.sequences
    }
}

/// In one line.
impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let rate = if seconds > 0.0 { self.cases() as f64 / seconds } else { 0.0 };
        let findings = if self.findings == 1 { "1 finding".to_owned() } else { format!("{} findings", self.findings) };
        write!(
            f,
            "{seconds:.0} s: {} cases (tier 1: {}, tier 2: {}), {rate:.1} cases/s, {} commands, {findings}",
            self.cases(),
            self.properties,
            self.sequences,
            self.commands
        )?;
        if self.bench_errors > 0 {
            write!(f, ", {} bench errors", self.bench_errors)?;
        }
        Ok(())
    }
}
