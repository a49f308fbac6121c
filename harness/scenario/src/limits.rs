//! What holds where a scenario says nothing.

use std::time::Duration;

/// `within` of an expectation.
pub const DEFAULT_WITHIN: Duration = Duration::from_secs(2);

/// `timeout` of a scenario, in scenario time.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// `tolerance` of a light's pattern.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_millis(10);
