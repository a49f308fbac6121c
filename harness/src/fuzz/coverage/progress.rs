//! What a campaign tells while it runs, and at its end.

use std::time::Duration;

use super::finding::Finding;

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
}
