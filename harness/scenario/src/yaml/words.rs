//! How errors that are about a file as a whole speak of it.

/// A kind of file.
#[derive(Debug)]
pub struct Words {
    /// `a scenario file`
    pub file: &'static str,
    /// What should stand in an empty one: `a scenario`.
    pub content: &'static str,
    /// What it has at least.
    pub least: &'static str,
    /// What to do with two documents in one file.
    pub several: &'static str,
    /// What to do with bytes that are not UTF-8.
    pub encoding: &'static str,
}

/// Scenario files.
pub const SCENARIO_FILE: Words = Words {
    file: "a scenario file",
    content: "a scenario",
    least: "a scenario has at least the keys `name`, `version` and `steps`",
    several: "put each scenario into a file of its own, or use `cases` for variants of one",
    encoding: "save the file as UTF-8; bytes of a payload are written with `payload-hex`",
};
