//! What the payload of a status must be.

use std::path::PathBuf;
use std::sync::Arc;

use hil_scenario::condition::Rules;
use hil_scenario::decode::{Cx, compact_json};
use hil_scenario::yaml::{Node, NodeKind};
use hil_scenario::{Json, Source};
use hil_targets::reference::{State, Value};

use super::template::{Segment, Template};
use crate::lower::quoted;

/// For each variable, a condition in YAML that all of its values meet, if there is one.
pub type Domains<'d> = dyn Fn(&str) -> Option<String> + 'd;

/// The payload of a status.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// `payload`: this text.
    Text(Template),
    /// `where`: these conditions on its JSON.
    Where(Conditions),
    /// Nothing is said of it.
    Any,
}

/// `where: {..}` with variables in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// Paths and conditions, as they stand in the file.
    rules: Vec<(Node, Node)>,
    /// The mapping of them.
    node: Node,
}

impl Expected {
    /// The variables in it.
    pub fn variables(&self) -> Vec<String> {
        match self {
            Self::Text(template) => template.variables().map(str::to_owned).collect(),
            Self::Where(conditions) => conditions.variables(),
            Self::Any => Vec::new(),
        }
    }

    /// As keys of a step where the device is in one of these states; `None`: nothing is left to look at.
    pub fn keys_of_any(&self, states: &[State]) -> Option<String> {
        match self {
            Self::Text(template) => {
                let mut texts: Vec<String> = states.iter().map(|state| regex::escape(&template.fill(state))).collect();
                texts.sort();
                texts.dedup();
                Some(format!(", matches: {}", quoted(&format!("^(?:{})$", texts.join("|")))))
            }
            Self::Where(conditions) => Some(format!(", where: {}", conditions.of_any(states)?)),
            Self::Any => Some(String::new()),
        }
    }

    /// As keys of a step in this state, with a comma before them: `, payload: "20"`.
    pub fn keys(&self, state: &State) -> String {
        match self {
            Self::Text(template) => format!(", payload: {}", quoted(&template.fill(state))),
            Self::Where(conditions) => format!(", where: {}", conditions.yaml(state)),
            Self::Any => String::new(),
        }
    }
}

impl Conditions {
    /// Conditions by the keys of a mapping, which has been looked at by nobody yet.
    pub(super) fn new(node: &Node) -> Option<Self> {
        let NodeKind::Mapping(rules) = &node.kind else { return None };
        Some(Self { rules: rules.clone(), node: node.clone() })
    }

    /// Looks at them as they are in this state.
    pub(super) fn check(&self, cx: &mut Cx<'_>, state: &State) {
        Rules::decode(cx, &filled(&self.node, state));
    }

    fn variables(&self) -> Vec<String> {
        let mut all = Vec::new();
        self.node.for_each_scalar(&mut |node| {
            all.extend(Template::parse(node.as_text().unwrap_or_default()).variables().map(str::to_owned));
        });
        all
    }

    /// `{ "/setpoint": 20, "/mode": "heat" }`
    pub fn yaml(&self, state: &State) -> String {
        flow(&filled(&self.node, state))
    }

    /// The rules that hold in one of these states: a variable that stands alone has one of its values.
    fn of_any(&self, states: &[State]) -> Option<String> {
        let rule = |(key, node): &(Node, Node)| {
            let mut ways: Vec<String> = Vec::new();
            for way in states.iter().map(|state| flow(&filled(node, state))) {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
            let is_alone =
                matches!(Template::parse(node.as_text().unwrap_or_default()).0.as_slice(), [Segment::Variable(_)]);
            let condition = match ways.as_slice() {
                [one] => one.clone(),
                several if is_alone => format!("{{ one-of: [{}] }}", several.join(", ")),
                _ => return None,
            };
            Some(format!("{}: {condition}", quoted(key.as_text().unwrap_or_default())))
        };
        let rules: Vec<String> = self.rules.iter().filter_map(rule).collect();
        (!rules.is_empty()).then(|| format!("{{ {} }}", rules.join(", ")))
    }

    /// For each rule, what a payload is that breaks it: `{ "/setpoint": { not: 20 } }`. `known` are conditions for variables whose
    /// value is not known.
    pub fn broken(&self, state: &State, known: Option<&Domains<'_>>) -> Vec<String> {
        let broken = |(key, node): &(Node, Node)| {
            let key = quoted(key.as_text().unwrap_or_default());
            let variables = Template::parse(node.as_text().unwrap_or_default());
            let condition = match (known, variables.0.as_slice()) {
                (Some(known), [Segment::Variable(name)]) => known(name)?,
                (Some(_), _) if has_variables(node) => return None,
                _ => flow(&filled(node, state)),
            };
            Some(format!("{{ {key}: {{ not: {condition} }} }}"))
        };
        self.rules.iter().filter_map(broken).collect()
    }
}

fn has_variables(node: &Node) -> bool {
    let mut found = false;
    node.for_each_scalar(&mut |node| {
        found |= Template::parse(node.as_text().unwrap_or_default()).variables().next().is_some();
    });
    found
}

/// With the values of its variables. One that stands alone keeps its type.
fn filled(node: &Node, state: &State) -> Node {
    let kind = match &node.kind {
        NodeKind::Scalar { text, quoted } => {
            let template = Template::parse(text);
            match template.0.as_slice() {
                [Segment::Variable(name)] => match state.value(name) {
                    Some(Value::Json(text)) => return of_json(node, text),
                    value => NodeKind::Scalar { text: value.map_or("", Value::text).to_owned(), quoted: true },
                },
                _ => NodeKind::Scalar { text: template.fill(state), quoted: *quoted },
            }
        }
        NodeKind::Sequence(items) => NodeKind::Sequence(items.iter().map(|item| filled(item, state)).collect()),
        NodeKind::Mapping(entries) => {
            NodeKind::Mapping(entries.iter().map(|(key, value)| (key.clone(), filled(value, state))).collect())
        }
    };
    Node { span: node.span, kind }
}

/// A value of JSON in the place of a variable. An object to compare with is written as `equals`.
fn of_json(node: &Node, text: &str) -> Node {
    let scalar =
        |text: &str, quoted| Node { span: node.span, kind: NodeKind::Scalar { text: text.to_owned(), quoted } };
    fn tree(json: &Json, scalar: &dyn Fn(&str, bool) -> Node) -> Node {
        let like = |kind| Node { kind, ..scalar("", true) };
        match json {
            Json::Text(text) => scalar(text, true),
            Json::Array(items) => like(NodeKind::Sequence(items.iter().map(|item| tree(item, scalar)).collect())),
            Json::Object(members) => {
                let entries = members.iter().map(|(key, value)| (scalar(key, true), tree(value, scalar)));
                like(NodeKind::Mapping(entries.collect()))
            }
            other => scalar(&other.to_string(), false),
        }
    }
    match Json::parse(text.as_bytes()) {
        Ok(json @ Json::Object(_)) => {
            let entries = vec![(scalar("equals", false), tree(&json, &scalar))];
            Node { span: node.span, kind: NodeKind::Mapping(entries) }
        }
        Ok(json) => tree(&json, &scalar),
        Err(_) => scalar(text, true),
    }
}

/// YAML on one line.
fn flow(node: &Node) -> String {
    match &node.kind {
        NodeKind::Scalar { text, .. } => {
            // It has been read without an error, so nobody is told of a place.
            let source = Arc::new(Source { path: PathBuf::new(), text: "".into() });
            match compact_json(&mut Cx::literal(&source), node) {
                Some(json) if !json.starts_with('"') => json,
                _ => quoted(text),
            }
        }
        NodeKind::Sequence(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        NodeKind::Mapping(entries) => {
            let entry =
                |(key, value): &(Node, Node)| format!("{}: {}", quoted(key.as_text().unwrap_or_default()), flow(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}
