//! `include`: files that bring variables, setup and teardown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::document::Document;
use super::{OuterVariable, read};
use crate::error::{Code, Diagnostic};
use crate::variables::{Definition, Definitions};
use crate::yaml::{Node, SCENARIO_FILE};
use crate::{Source, SourcedStep, Spanned};

/// Files that one scenario may bring together.
const MAX_FILES: usize = 256;

/// What a file and all it includes say together.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub vars: Definitions,
    /// Those of included files first.
    pub setup: Vec<SourcedStep>,
    /// Those of included files last.
    pub teardown: Vec<SourcedStep>,
}

struct Open<'a> {
    path: PathBuf,
    include: Option<(&'a Arc<Source>, &'a Spanned<String>)>,
}

/// Puts together what `document` and its includes say, and the variables from outside that they do not define. A file that is
/// included twice counts once, where it comes first.
pub(super) fn resolve(document: &Document, outer: &[OuterVariable], errors: &mut Vec<Diagnostic>) -> Parts {
    let mut parts = Parts::default();
    let mut included = Vec::new();
    let path = canonical(&document.source.path);
    let root = Open { path, include: None };
    add(document, &[root], &mut included, &mut parts, errors);
    for variable in outer {
        parts.vars.0.entry(variable.name.clone()).or_insert_with(|| variable.definition());
    }
    parts
}

fn add(
    document: &Document,
    open: &[Open<'_>],
    included: &mut Vec<PathBuf>,
    parts: &mut Parts,
    errors: &mut Vec<Diagnostic>,
) {
    let mut teardowns = Vec::new();
    for include in &document.include {
        let path = document.source.path.parent().unwrap_or(Path::new("")).join(&include.value);
        let canonical = canonical(&path);
        if let Some(from) = open.iter().position(|file| file.path == canonical) {
            errors.push(cycle(document, include, &open[from..]));
            continue;
        }
        if included.contains(&canonical) {
            continue;
        }
        if included.len() >= MAX_FILES {
            errors.push(Diagnostic::new(Code::Limit, format!("more than {MAX_FILES} files are included")).at(
                &document.source,
                include.span,
                "one too many",
            ));
            return;
        }
        included.push(canonical.clone());
        let Some(child) = read_included(document, include, &path, errors) else { continue };
        let chain: Vec<Open<'_>> = open
            .iter()
            .map(|file| Open { path: file.path.clone(), include: file.include })
            .chain([Open { path: canonical, include: Some((&document.source, include)) }])
            .collect();
        let mut child_parts = Parts { vars: std::mem::take(&mut parts.vars), ..Parts::default() };
        add(&child, &chain, included, &mut child_parts, errors);
        parts.vars = child_parts.vars;
        parts.setup.append(&mut child_parts.setup);
        teardowns.push(child_parts.teardown);
    }
    for (name, value) in &document.vars {
        define(&mut parts.vars, &document.source, name, value);
    }
    let sourced = |step: &_| SourcedStep { source: Arc::clone(&document.source), step: Clone::clone(step) };
    parts.setup.extend(document.setup.iter().map(sourced));
    parts.teardown.extend(document.teardown.iter().map(sourced));
    // What was set up first is torn down last.
    parts.teardown.extend(teardowns.into_iter().rev().flatten());
}

/// Defines a variable, in place of an earlier one of the name.
pub(super) fn define(vars: &mut Definitions, source: &Arc<Source>, name: &Spanned<String>, value: &Node) {
    let definition = Definition { source: Arc::clone(source), value: value.clone() };
    vars.0.insert(name.value.clone(), definition);
}

fn read_included(
    document: &Document,
    include: &Spanned<String>,
    path: &Path,
    errors: &mut Vec<Diagnostic>,
) -> Option<Document> {
    match read::read(path, &SCENARIO_FILE) {
        Ok(source) => Document::read(&source, true, errors),
        Err(error) => {
            let help = "paths of `include` are relative to the file that includes";
            let error = Diagnostic { code: Code::Include, ..error };
            errors.push(error.at(&document.source, include.span, "included here").help(help));
            None
        }
    }
}

fn cycle(document: &Document, include: &Spanned<String>, ring: &[Open<'_>]) -> Diagnostic {
    let error = Diagnostic::new(Code::Include, "a file includes itself").at(
        &document.source,
        include.span,
        "this file is being included already",
    );
    // The files on the way, each with the place that includes the next one.
    let way = ring.iter().skip(1).filter_map(|file| file.include);
    way.fold(error, |error, (source, step)| error.and(source, step.span, "by way of this"))
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
