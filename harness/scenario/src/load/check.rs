//! A file to scenarios: each row with its variables, every step checked.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::OuterVariable;
use super::document::{self, Document, Row};
use super::flow::Flow;
use super::id::{self, Ids};
use super::include::{self, Parts};
use crate::error::{Code, Diagnostic};
use crate::variables::{Secret, Secrets, references};
use crate::yaml::Node;
use crate::{Capability, DeviceConfig, Scenario, ScenarioFile, SourcedStep, Span, Spanned};

/// Rows of `cases` times steps.
const MAX_WORK: usize = 1_000_000;
/// Errors, those that repeat in each row among them, after which no further row of `cases` is looked at: the file is wrong all over.
const MAX_FOUND: usize = 1000;

/// Reads environment variables.
pub(super) type Env<'e> = dyn Fn(&str) -> Option<String> + 'e;

/// All that can be known of a file without running it. `None` comes with at least one error.
pub(super) fn scenario_file(
    document: Document,
    (env, outer): (&Env<'_>, &[OuterVariable]),
    ids: &mut Ids,
    errors: &mut Vec<Diagnostic>,
) -> Option<ScenarioFile> {
    let before = errors.len();
    let parts = include::resolve(&document, outer, errors);
    let secrets = Arc::new(secrets(&document, &parts, env));
    let (file_vars, _) = parts.vars.resolve(&secrets);
    let device = document::device_config(&document, &file_vars, errors);
    let file_id = ids.of_file(&document.source.path);
    let title = document.name.clone().map_or_else(String::new, |name| name.value);

    let steps = document.steps.len() + parts.setup.len() + parts.teardown.len();
    if document.cases.len().saturating_mul(steps) > MAX_WORK {
        let span = document.cases.first().map_or_else(Span::default, |row| row.span);
        let title = format!("rows of `cases` times steps are more than {MAX_WORK}");
        errors.push(Diagnostic::new(Code::Limit, title).at(&document.source, span, ""));
        return None;
    }
    let mut scenarios = Vec::new();
    let mut found = Findings::default();
    let rows: Vec<Option<&Row>> =
        if document.cases.is_empty() { vec![None] } else { document.cases.iter().map(Some).collect() };
    let mut checked = 0;
    for row in &rows {
        if found.count > MAX_FOUND {
            break;
        }
        checked += 1;
        let (scenario, problems) = scenario(&document, &parts, *row, &secrets, &device);
        found.add(*row, problems);
        let case = row.map(|row| format!("[{}]", id::case_id(row))).unwrap_or_default();
        let id = ids.unique(format!("{file_id}{case}"));
        let title = if case.is_empty() { title.clone() } else { format!("{title} {case}") };
        scenarios.push(Scenario { id, title, ..scenario });
    }
    ids.take(&file_id);
    errors.extend(found.into_diagnostics(&document, checked));
    if let Some(Some(row)) = rows.get(checked) {
        let title = format!(
            "the rows of `cases` from here on were not looked at: there are more than {MAX_FOUND} errors without them"
        );
        errors.push(Diagnostic::new(Code::Limit, title).at(&document.source, row.span, ""));
    }
    if errors.len() > before {
        return None;
    }
    Some(ScenarioFile {
        source: document.source,
        name: document.name.unwrap_or_else(|| Spanned::new(String::new(), Span::default())),
        tags: document.tags,
        requires: document.requires,
        timeout: document.timeout,
        may_reset: document.may_reset,
        device,
        scenarios,
    })
}

fn scenario(
    document: &Document,
    parts: &Parts,
    row: Option<&Row>,
    secrets: &Arc<Secrets>,
    device: &DeviceConfig,
) -> (Scenario, Vec<Diagnostic>) {
    let mut definitions = parts.vars.clone();
    for (name, value) in row.into_iter().flat_map(|row| &row.vars) {
        include::define(&mut definitions, &document.source, name, value);
    }
    let (mut vars, mut errors) = definitions.resolve(secrets);
    if !secrets.is_empty() {
        let mut texts: Vec<String> = Vec::new();
        let mut with_variables = |node: &Node| {
            texts.extend(node.as_text().filter(|text| references(text).next().is_some()).map(str::to_owned));
        };
        for_each_scalar(document, parts, &mut with_variables);
        vars.used_in(texts.iter().map(String::as_str));
    }
    let secrets = Arc::clone(vars.secrets());
    let values =
        vars.names().into_iter().filter_map(|name| Some((name.to_owned(), vars.get(name)?.to_owned()))).collect();
    let texts = vars.names().into_iter().filter(|name| vars.is_text(name)).map(str::to_owned).collect();
    let mut flow = Flow::new(vars);
    for capability in &document.requires {
        flow.need(capability.value, || "requires".to_owned());
    }
    if *device != DeviceConfig::default() {
        flow.need(Capability::Provision, || "device".to_owned());
    }
    let sourced = |step: &_| SourcedStep { source: Arc::clone(&document.source), step: Clone::clone(step) };
    let steps: Vec<SourcedStep> = document.steps.iter().map(sourced).collect();
    flow.part("setup", &parts.setup);
    flow.part("step", &steps);
    flow.part("teardown", &parts.teardown);
    errors.append(&mut flow.errors);
    let scenario = Scenario {
        id: String::new(),
        title: String::new(),
        vars: values,
        texts,
        span: row.map_or_else(Span::default, |row| row.span),
        setup: parts.setup.clone(),
        steps,
        teardown: parts.teardown.clone(),
        needs: flow.needs,
        expects_something: flow.expects_something,
        judges_order: flow.judges_order,
        secrets,
    };
    (scenario, errors)
}

/// The environment variables that the file and its includes refer to.
fn secrets(document: &Document, parts: &Parts, env: &Env<'_>) -> Secrets {
    let mut names: HashSet<String> = HashSet::new();
    let mut visit = |node: &Node| {
        let text = node.as_text().unwrap_or_default();
        names.extend(references(text).filter_map(|name| name.strip_prefix("env.")).map(str::to_owned));
    };
    for_each_scalar(document, parts, &mut visit);
    let mut secrets = Secrets::default();
    for name in names {
        if let Some(value) = env(&name) {
            secrets.insert(name, Secret::new(value));
        }
    }
    secrets
}

/// All values of the file and its includes in which variables can stand.
fn for_each_scalar(document: &Document, parts: &Parts, visit: &mut impl FnMut(&Node)) {
    let steps = document.steps.iter().chain(parts.setup.iter().chain(&parts.teardown).map(|step| &step.step));
    steps.for_each(|step| step.node.for_each_scalar(visit));
    parts.vars.0.values().for_each(|definition| definition.value.for_each_scalar(visit));
    document.cases.iter().flat_map(|row| &row.vars).for_each(|(_, value)| value.for_each_scalar(visit));
    document.device.iter().for_each(|(_, node)| node.for_each_scalar(visit));
}

/// Errors of all rows: those that are the same in every row are told once.
#[derive(Default)]
struct Findings {
    order: Vec<(Diagnostic, Option<Span>, usize)>,
    index: BTreeMap<Identity, usize>,
    /// How many were added, however often the same.
    count: usize,
}

/// What makes two errors the same: code, title, and the places (the file by its address).
type Identity = (Code, String, Vec<(usize, Span)>);

impl Findings {
    fn add(&mut self, row: Option<&Row>, errors: Vec<Diagnostic>) {
        let mut seen = HashSet::new();
        self.count += errors.len();
        for error in errors {
            let places = error.labels.iter().map(|label| (Arc::as_ptr(&label.source) as usize, label.span)).collect();
            let index = *self.index.entry((error.code, error.title.clone(), places)).or_insert(self.order.len());
            if index == self.order.len() {
                self.order.push((error, row.map(|row| row.span), 0));
            }
            if seen.insert(index) {
                self.order[index].2 += 1;
            }
        }
    }

    fn into_diagnostics(self, document: &Document, rows: usize) -> impl Iterator<Item = Diagnostic> {
        self.order.into_iter().map(move |(error, row, times)| match row {
            Some(row) if times < rows && !error.labels.iter().any(|label| label.span == row) => {
                error.and(&document.source, row, "in the case of this row")
            }
            _ => error,
        })
    }
}
