//! The keys of a scenario file, before includes, cases and steps are looked into.

use std::sync::Arc;
use std::time::Duration;

use crate::decode::{
    Cx, Map, Shape, boolean, did_you_mean, duration, list, plain_text, spanned_text, steps, topic_name,
};
use crate::error::{Code, Diagnostic};
use crate::step::{StepNode, variable_name};
use crate::variables::Variables;
use crate::yaml::{self, Node, NodeKind};
use crate::{Capability, DeviceConfig, Source, Span, Spanned};

/// A scenario file.
pub const SCENARIO: Shape = Shape {
    name: "a scenario file",
    example: "steps",
    keys: &[
        "name",
        "version",
        "author",
        "description",
        "tags",
        "requires",
        "timeout",
        "may-reset",
        "vars",
        "cases",
        "device",
        "include",
        "setup",
        "steps",
        "teardown",
    ],
};

/// A file that is included.
pub const INCLUDED: Shape = Shape {
    name: "an included file",
    example: "setup",
    keys: &["name", "version", "author", "description", "vars", "include", "setup", "teardown"],
};

/// `device: {..}`
pub const DEVICE: Shape = Shape { name: "device", example: "prefix", keys: &["prefix", "client-id"] };

/// Variables of one file.
const MAX_VARS: usize = 1000;

/// A file's keys. Values that may hold variables are still nodes.
#[derive(Debug)]
pub(super) struct Document {
    pub source: Arc<Source>,
    pub name: Option<Spanned<String>>,
    pub tags: Vec<Spanned<String>>,
    pub requires: Vec<Spanned<Capability>>,
    pub timeout: Option<Duration>,
    pub may_reset: bool,
    pub vars: Vec<(Spanned<String>, Node)>,
    pub cases: Vec<Row>,
    pub device: Option<(Span, Node)>,
    pub include: Vec<Spanned<String>>,
    pub setup: Vec<StepNode>,
    pub steps: Vec<StepNode>,
    pub teardown: Vec<StepNode>,
}

/// A row of `cases`.
#[derive(Debug)]
pub(super) struct Row {
    pub span: Span,
    /// `case`
    pub name: Option<Spanned<String>>,
    pub vars: Vec<(Spanned<String>, Node)>,
}

impl Document {
    /// Reads a file's keys; `None` if it is no mapping at all.
    pub fn read(source: &Arc<Source>, included: bool, errors: &mut Vec<Diagnostic>) -> Option<Self> {
        let (node, yaml_errors) = yaml::parse(source);
        errors.extend(yaml_errors);
        let mut cx = Cx::literal(source);
        let document = Self::decode(&mut cx, &node?, if included { &INCLUDED } else { &SCENARIO });
        errors.extend(cx.into_errors());
        document
    }

    fn decode(cx: &mut Cx<'_>, node: &Node, shape: &'static Shape) -> Option<Self> {
        let source = Arc::clone(cx.source());
        let included = shape.keys.len() == INCLUDED.keys.len();
        let mut map = Map::new(cx, node, shape)?;
        let name = match included {
            true => map.optional("name", spanned_text),
            false => map.required("name", spanned_text),
        };
        match included {
            true => map.optional("version", version),
            false => map.required("version", version),
        };
        map.optional("author", plain_text);
        map.optional("description", plain_text);
        let vars = map.optional("vars", definitions).unwrap_or_default();
        let include = map.optional("include", texts).unwrap_or_default();
        let setup = map.optional("setup", |cx, node| steps(cx, node, true)).unwrap_or_default();
        let teardown = map.optional("teardown", |cx, node| steps(cx, node, true)).unwrap_or_default();
        let mut document = Self {
            source,
            name,
            tags: Vec::new(),
            requires: Vec::new(),
            timeout: None,
            may_reset: false,
            vars,
            cases: Vec::new(),
            device: None,
            include,
            setup,
            steps: Vec::new(),
            teardown,
        };
        if !included {
            document.tags = map.optional("tags", tags).unwrap_or_default();
            document.requires = map.optional("requires", capabilities).unwrap_or_default();
            document.timeout = map.optional("timeout", timeout);
            document.may_reset = map.optional("may-reset", boolean).unwrap_or_default();
            document.cases = map.optional("cases", super::cases::rows).unwrap_or_default();
            document.device = map.entry("device").map(|(key, value)| (key.span, value.clone()));
            document.steps = map.required("steps", |cx, node| steps(cx, node, false)).unwrap_or_default();
        }
        Some(document)
    }
}

/// `device:`, with the file's variables.
pub(super) fn device(cx: &mut Cx<'_>, node: &Node) -> Option<DeviceConfig> {
    let mut map = Map::open(cx, node, &DEVICE)?;
    Some(DeviceConfig {
        prefix: map.optional("prefix", topic_name).map(|prefix| prefix.value),
        client_id: map.optional("client-id", spanned_text).map(|id| id.value),
        settings: map.others(spanned_text).into_iter().map(|(key, value)| (key, value.value)).collect(),
    })
}

fn version(cx: &mut Cx<'_>, node: &Node) -> Option<()> {
    if node.as_text() == Some("1") {
        return Some(());
    }
    let title = format!("unknown version: {}", node.describe());
    cx.error_with_help(
        Code::Version,
        node.span,
        title,
        "expected 1",
        "this is the version of the language: version: 1",
    );
    None
}

fn timeout(cx: &mut Cx<'_>, node: &Node) -> Option<Duration> {
    let timeout = duration(cx, node)?;
    if timeout.is_zero() {
        cx.error(Code::BadDuration, node.span, "a timeout of 0", "expected more than 0");
        return None;
    }
    Some(timeout)
}

/// Items of a list, or a value that stands alone.
fn items<'n>(cx: &mut Cx<'_>, node: &'n Node, expected: &str) -> Option<&'n [Node]> {
    match &node.kind {
        NodeKind::Sequence(items) => Some(items),
        _ => {
            cx.wrong_type(node, expected);
            None
        }
    }
}

fn texts(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<Spanned<String>>> {
    let items = items(cx, node, "a list of paths")?;
    Some(items.iter().filter_map(|item| spanned_text(cx, item)).collect())
}

/// Tags are words, so that a filter can name them.
pub fn tags(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<Spanned<String>>> {
    let mut tags: Vec<Spanned<String>> = Vec::new();
    for item in items(cx, node, "a list of tags")? {
        let Some(tag) = spanned_text(cx, item) else { continue };
        if !tag.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/')) {
            let title = format!("`{}` cannot be a tag", tag.escape_debug());
            cx.error(Code::BadValue, tag.span, title, "a tag holds letters, digits and - _ . : /");
        } else if !tags.iter().any(|t| t.value == tag.value) {
            tags.push(tag);
        }
    }
    Some(tags)
}

fn capabilities(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<Spanned<Capability>>> {
    let items = items(cx, node, "a list of capabilities")?;
    Some(items.iter().filter_map(|item| capability(cx, item)).collect())
}

fn capability(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Capability>> {
    let text = cx.text(node, "a capability")?;
    let names = || Capability::ALL.iter().map(|(_, name)| *name);
    match Capability::ALL.iter().find(|(_, name)| *name == text.value) {
        Some((capability, _)) => Some(Spanned::new(*capability, node.span)),
        None => {
            let title = format!("unknown capability `{}`", text.value.escape_debug());
            let guess = did_you_mean(&text.value, names());
            let help = format!("the capabilities are {}", list(names()));
            cx.error_with_help(Code::UnknownCapability, node.span, title, guess.unwrap_or_default(), help);
            None
        }
    }
}

/// Names and values; the values are interpolated later.
pub(super) fn definitions(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<(Spanned<String>, Node)>> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, "a mapping of names to values");
        return None;
    };
    if entries.len() > MAX_VARS {
        cx.error(Code::Limit, node.span, format!("more than {MAX_VARS} variables"), "");
        return None;
    }
    Some(entries.iter().filter_map(|(key, value)| definition(cx, key, value)).collect())
}

/// One variable; its value must be a scalar.
pub(super) fn definition(cx: &mut Cx<'_>, key: &Node, value: &Node) -> Option<(Spanned<String>, Node)> {
    let name = variable_name(cx, key);
    // Checks the kind only: `${` has no meaning to this context.
    let is_text = cx.any_text(value, "a text or a number").is_some();
    name.filter(|_| is_text).map(|name| (name, value.clone()))
}

/// The file's own variables, for what does not depend on the row.
pub(super) fn device_config(document: &Document, vars: &Variables, errors: &mut Vec<Diagnostic>) -> DeviceConfig {
    let Some((_, node)) = &document.device else { return DeviceConfig::default() };
    let mut cx = Cx::new(&document.source, vars);
    let config = device(&mut cx, node);
    errors.extend(cx.into_errors());
    config.unwrap_or_default()
}
