//! The way in: paths to scenarios and errors.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::{self, Env};
use super::document::Document;
use super::id::Ids;
use super::{OuterVariable, find, read};
use crate::error::{Code, Diagnostic, Diagnostics};
use crate::yaml::SCENARIO_FILE;
use crate::{ScenarioFile, Source, Span};

/// Errors of one file that are told.
const MAX_ERRORS: usize = 100;

/// What was found.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The files without errors, in order.
    pub files: Vec<ScenarioFile>,
    /// All errors of all other files, file by file, in file order.
    pub errors: Diagnostics,
}

/// Reads scenario files and folders of them (see [`Loader`] for another environment).
///
/// Folders are searched for `*.yaml` and `*.yml`, in the order of their names; files whose names begin with `_` are for
/// `include` only. Nothing found is no error.
pub fn load(paths: &[PathBuf]) -> Loaded {
    Loader::new().load(paths)
}

/// Reads scenario files.
pub struct Loader<'e> {
    env: Box<Env<'e>>,
    vars: Vec<OuterVariable>,
}

impl Default for Loader<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'e> Loader<'e> {
    /// With the environment of this process.
    pub fn new() -> Self {
        Self::with_env(|name| std::env::var(name).ok())
    }

    /// With another environment.
    pub fn with_env(env: impl Fn(&str) -> Option<String> + 'e) -> Self {
        Self { env: Box::new(env), vars: Vec::new() }
    }

    /// With variables that all scenarios have; those that a file defines go before them.
    #[must_use]
    pub fn with_vars(self, vars: Vec<OuterVariable>) -> Self {
        Self { vars, ..self }
    }

    /// Reads files and folders.
    pub fn load(&self, paths: &[PathBuf]) -> Loaded {
        let mut errors = Vec::new();
        let mut files = Vec::new();
        let mut ids = Ids::default();
        for path in find::find(paths, &mut errors) {
            match read::read(&path, &SCENARIO_FILE) {
                Ok(source) => files.extend(self.file(&source, &mut ids, &mut errors)),
                Err(error) => errors.push(error),
            }
        }
        // A wrong file that many include is wrong once.
        let mut seen = HashSet::new();
        errors.retain(|error| seen.insert(identity(error)));
        Loaded { files, errors: Diagnostics(errors) }
    }

    /// Reads a scenario from memory; `path` is what errors call it, and what `include` is relative to.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load_text(&self, path: &Path, text: impl Into<Vec<u8>>) -> Result<ScenarioFile, Diagnostics> {
        let source = read::source(path, text.into(), &SCENARIO_FILE).map_err(|error| Diagnostics(vec![error]))?;
        let mut errors = Vec::new();
        self.file(&source, &mut Ids::default(), &mut errors).ok_or(Diagnostics(errors))
    }

    fn file(&self, source: &Arc<Source>, ids: &mut Ids, errors: &mut Vec<Diagnostic>) -> Option<ScenarioFile> {
        let mut own = Vec::new();
        let file = Document::read(source, false, &mut own).and_then(|document| {
            let unread = !own.is_empty();
            check::scenario_file(document, (&self.env, &self.vars), ids, &mut own).filter(|_| !unread)
        });
        own.sort_by_key(|error| sort_key(error, source));
        limited(&mut own);
        errors.append(&mut own);
        file
    }
}

/// The file's own errors in its order, then those of included files.
fn sort_key(error: &Diagnostic, source: &Arc<Source>) -> (bool, PathBuf, usize) {
    error.labels.first().map_or_else(
        || (false, PathBuf::new(), 0),
        |label| (!Arc::ptr_eq(&label.source, source), label.source.path.clone(), label.span.start),
    )
}

/// Cuts the errors of a file that is wrong all over.
pub fn limited(errors: &mut Vec<Diagnostic>) {
    if let Some(more) = errors.len().checked_sub(MAX_ERRORS).filter(|more| *more > 0) {
        errors.truncate(MAX_ERRORS);
        if let Some(last) = errors.last_mut() {
            last.notes.push(format!("and {more} more errors in this file"));
        }
    }
}

/// What makes two errors the same.
pub fn identity(error: &Diagnostic) -> (Code, String, Option<(PathBuf, Span)>) {
    let place = error.labels.first().map(|label| (label.source.path.clone(), label.span));
    (error.code, error.title.clone(), place)
}
