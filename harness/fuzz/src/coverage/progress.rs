//! What a campaign tells while it runs, and at its end.

use std::fmt;
use std::time::Duration;

use super::finding::Finding;
use super::store::StoreError;

/// Where a campaign is: what a live line shows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Statistics {
    /// Inputs that were executed.
    pub executions: u64,
    /// Executions a second since the start.
    pub per_second: f64,
    /// Edges that were taken.
    pub edges: usize,
    /// Inputs that are kept.
    pub corpus: usize,
    /// Causes that were found.
    pub findings: usize,
    /// How long ago an edge was taken for the first time.
    pub since_last_new_edge: Duration,
    /// How long the campaign has run.
    pub elapsed: Duration,
}

/// In one line.
impl fmt::Display for Statistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        write!(
            f,
            "{:.0} s: {}, {:.0} executions/s, {} (last new one {:.0} s ago), corpus {}, {}",
            self.elapsed.as_secs_f64(),
            count(self.executions, "execution"),
            self.per_second,
            count(self.edges as u64, "edge"),
            self.since_last_new_edge.as_secs_f64(),
            self.corpus,
            count(self.findings as u64, "finding"),
        )
    }
}

/// Something to tell.
#[derive(Debug, Clone)]
pub enum Progress {
    /// So many inputs of the folder have been executed again; `kept` of them were needed for what all of them cover.
    Loaded {
        /// Inputs in the folder.
        found: usize,
        /// Inputs that were kept.
        kept: usize,
    },
    /// Comes several times a second.
    Statistics(Statistics),
    /// A cause that was not known.
    Finding(Box<Finding>),
    /// Something that goes wrong and does not end the campaign: an input that cannot be read or saved.
    Trouble(String),
}

/// What a campaign has come to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The last statistics.
    pub statistics: Statistics,
    /// Causes, in the order of their fingerprints.
    pub findings: Vec<Finding>,
    /// A hash of all inputs that are kept: the same for the same image, seed, executions, corpus and one job.
    pub corpus_hash: u64,
    /// Why some of them could not be saved, if so, and how many.
    pub unsaved: Option<(StoreError, usize)>,
}
