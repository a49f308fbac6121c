//! Systems without labgrid: its client and the guard need Unix.

use std::time::Duration;

use super::LabgridSpec;
use crate::{Access, AccessError, Grant};

/// A place of labgrid, which cannot be taken here.
pub struct LabgridPlace(LabgridSpec);

impl LabgridPlace {
    /// One that `spec` describes.
    pub const fn new(spec: LabgridSpec) -> Self {
        Self(spec)
    }
}

impl Access for LabgridPlace {
    fn acquire(&self, _limit: Duration, _is_cancelled: &dyn Fn() -> bool) -> Result<Grant, AccessError> {
        let problem = format!("{} cannot be taken here: labgrid's client runs on Unix only", self.0);
        Err(AccessError::new(problem, "name the board's port: --port rfc2217://HOST:PORT"))
    }
}
