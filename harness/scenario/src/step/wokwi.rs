//! What Wokwi's equivalents of steps have in common.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Files of a step that Wokwi carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WokwiFiles<'a> {
    /// The step's number, from 1.
    number: usize,
    /// The folder of the scenario's file.
    folder: &'a Path,
    /// To be copied into the project before the run: from, and name there.
    pub before: Option<(PathBuf, String)>,
    /// To be copied out of it after the step: name there, and to.
    pub after: Option<(String, PathBuf)>,
}

impl<'a> WokwiFiles<'a> {
    /// None yet, of the step with this number, from 1, in a file of this folder.
    pub const fn new(number: usize, folder: &'a Path) -> Self {
        Self { number, folder, before: None, after: None }
    }

    /// The name in the project of a picture that the step makes.
    pub(super) fn saved(&mut self, path: &str) -> String {
        let name = format!("saved-{}.png", self.number);
        self.after = Some((name.clone(), self.folder.join(path)));
        name
    }

    /// The name in the project of a picture that the step compares with.
    pub(super) fn expected(&mut self, path: &str) -> String {
        let name = format!("expected-{}.png", self.number);
        self.before = Some((self.folder.join(path), name.clone()));
        name
    }
}

/// Whole numbers without a point: that is how people write them.
pub(super) fn number_of(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e9 { json!(value as i64) } else { json!(value) }
}
