//! Which tests of a suite: filters as libtest has them.

use super::suite::Test;

/// What is done with tests that are marked `#[ignore]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IgnoredTests {
    /// They are named, and not run.
    #[default]
    Skip,
    /// They are run like the others.
    Include,
    /// They alone are run.
    Only,
}

/// A choice of tests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Tests whose name contains one of these; all, if there is none.
    pub filters: Vec<String>,
    /// Not those whose name contains one of these.
    pub skip: Vec<String>,
    /// A name has to be equal to the text, not only to contain it.
    pub exact: bool,
    /// What is done with ignored tests.
    pub ignored: IgnoredTests,
}

impl Selection {
    /// Whether this test is to be looked at: run, or named as ignored.
    pub fn chooses(&self, test: &Test) -> bool {
        let fits = |text: &String| if self.exact { test.name == *text } else { test.name.contains(text.as_str()) };
        let asked_for = self.filters.is_empty() || self.filters.iter().any(fits);
        asked_for && !self.skip.iter().any(fits) && (self.ignored != IgnoredTests::Only || test.ignored)
    }

    /// Whether this test, which is chosen, is not to be run.
    pub fn ignores(&self, test: &Test) -> bool {
        self.ignored == IgnoredTests::Skip && test.ignored
    }
}
