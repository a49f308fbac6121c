//! What a scenario file is to Wokwi: the steps and keys of ours that it lacks, and the traps in which it does something else
//! than the file says. Facts: packages/cli/src/TestScenario.ts of wokwi-cli 0.26. Not for whether the file is right here
//! (that is [`load`](fn@super::load)): a file that is wrong here is looked into too.

pub(crate) mod checks;
mod file;
mod look;
mod step;
mod values;

use std::path::PathBuf;
use std::sync::Arc;

use super::Source;
use super::error::{Diagnostic, Diagnostics};
use super::load::{find, limited, read_source};
use super::yaml::{SCENARIO_FILE, parse};
pub(crate) use look::Look;

/// A file that Wokwi was asked about.
#[derive(Debug)]
pub struct WokwiFile {
    /// The file.
    pub path: PathBuf,
    /// Where it means something else in Wokwi, in the file's order. None: it means the same in both.
    pub differences: Vec<Diagnostic>,
    /// Keys that Wokwi passes over without a change of meaning: `tags`.
    pub ignored: Vec<&'static str>,
}

/// Looks at files, and at folders of them, through Wokwi's eyes; and says which could not be read.
pub fn check(paths: &[PathBuf]) -> (Vec<WokwiFile>, Diagnostics) {
    let mut errors = Vec::new();
    let mut files = Vec::new();
    for path in find(paths, &mut errors) {
        match read_source(&path, &SCENARIO_FILE) {
            Ok(source) => files.push(look_at(path, &source)),
            Err(error) => errors.push(error),
        }
    }
    (files, Diagnostics(errors))
}

fn look_at(path: PathBuf, source: &Arc<Source>) -> WokwiFile {
    let (node, errors) = parse(source);
    let mut look = Look::new(source, errors);
    if let Some(node) = node {
        file::look(&mut look, &node);
    }
    let Look { mut differences, ignored, .. } = look;
    differences.sort_by_key(|difference| difference.labels.first().map_or(0, |label| label.span.start));
    limited(&mut differences);
    WokwiFile { path, differences, ignored }
}
