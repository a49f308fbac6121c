//! Errors of a file as a whole, and what no error may show.

use std::path::Path;
use std::sync::Arc;

use hil_scenario::error::{Diagnostic, Diagnostics};
use hil_scenario::load::{limited, read_source, source};
use hil_scenario::yaml::Words;
use hil_scenario::{Source, Span};
use toml::de::{DeTable, DeValue};

use crate::decode::is_variable;

/// How errors speak of the file.
const WORDS: Words = Words {
    file: "a project file",
    content: "settings",
    least: "five lines suffice: the firmware, the scenarios, and a host",
    several: "a project has one file; variants of it are profiles",
    encoding: "save the file as UTF-8",
};

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Arc<Source>, Diagnostics> {
    read_source(path, &WORDS).map_err(|error| named(vec![error]))
}

/// The text of a file that has been read.
pub(crate) fn text_of(path: &Path, text: Vec<u8>) -> Result<Arc<Source>, Diagnostics> {
    source(path, text, &WORDS).map_err(|error| named(vec![error]))
}

/// In file order, by this file's names; of a file that is wrong all over, the first.
pub(crate) fn named(mut errors: Vec<Diagnostic>) -> Diagnostics {
    errors.sort_by_key(|error| error.labels.first().map_or(0, |label| label.span.start));
    limited(&mut errors);
    for error in &mut errors {
        error.family = "project";
    }
    Diagnostics(errors)
}

/// The same text, with asterisks for passwords that should not be there: errors show lines of it.
pub(crate) fn hidden(source: &Arc<Source>, table: &DeTable<'_>) -> Arc<Source> {
    let mut spans = Vec::new();
    passwords(table, &mut spans);
    if spans.is_empty() {
        return Arc::clone(source);
    }
    let mut text = source.text.as_bytes().to_vec();
    for Span { start, end } in spans {
        let Some(value) = text.get_mut(start..end) else { continue };
        value.iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = b'*');
    }
    Arc::new(Source { path: source.path.clone(), text: String::from_utf8_lossy(&text).into() })
}

/// Where passwords stand: under a key that says so, and in URLs.
fn passwords(table: &DeTable<'_>, spans: &mut Vec<Span>) {
    for (key, value) in table {
        let key = key.get_ref().to_ascii_lowercase().replace('_', "-");
        let range = value.span();
        let is_name = key.ends_with("-env") && value.get_ref().as_str().is_some_and(is_variable);
        let is_password = key.contains("pass") && !is_name;
        match value.get_ref() {
            DeValue::Table(table) => passwords(table, spans),
            _ if is_password => spans.push(Span { start: range.start, end: range.end }),
            DeValue::String(text) if has_password(text) => spans.push(Span { start: range.start, end: range.end }),
            _ => {}
        }
    }
}

/// `mqtt://user:password@host`
fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':'))
}
