//! Conditions as they are written.

use super::{Check, Condition, JsonPath, JsonType, Rule, Rules, Tolerance};
use crate::decode::{Cx, Map, Shape, boolean, keyword, list, plain_text, regex};
use crate::error::Code;
use crate::json::{Json, Number};
use crate::yaml::{Node, NodeKind};

/// A condition that is a mapping.
pub(crate) const CONDITION: Shape = Shape {
    name: "a condition",
    example: "between",
    keys: &[
        "equals",
        "not",
        ">",
        ">=",
        "<",
        "<=",
        "between",
        "near",
        "within",
        "type",
        "length",
        "present",
        "contains",
        "one-of",
        "starts-with",
        "ends-with",
        "matches",
        "date-time",
        "all",
        "any",
    ],
};

impl Rules {
    /// A mapping from paths to conditions.
    pub fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let entries = match &node.kind {
            NodeKind::Mapping(entries) if !entries.is_empty() => entries,
            _ => {
                cx.wrong_type(
                    node,
                    "a mapping from paths to conditions, such as { /temperature: { between: [5, 30] } }",
                );
                return None;
            }
        };
        let rules: Vec<Option<Rule>> = entries.iter().map(|(key, value)| rule(cx, key, value)).collect();
        rules.into_iter().collect::<Option<_>>().map(Self)
    }
}

fn rule(cx: &mut Cx<'_>, key: &Node, value: &Node) -> Option<Rule> {
    let path = match key.as_text().unwrap_or_default().parse::<JsonPath>() {
        Ok(path) => Some(path),
        Err(error) => {
            let title = format!("`{}` is no path into JSON", key.as_text().unwrap_or_default().escape_debug());
            cx.error(Code::BadValue, key.span, title, error.to_string());
            None
        }
    };
    let condition = Condition::decode(cx, value);
    Some(Rule { path: path?, condition: condition?, span: value.span })
}

impl Condition {
    /// A plain value or a list, which must be equal, or a mapping of checks.
    pub(crate) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        if !matches!(node.kind, NodeKind::Mapping(_)) {
            return Some(Self(vec![Check::Equals(Json::decode(cx, node)?)]));
        }
        let mut map = Map::new(cx, node, &CONDITION)?;
        map.only_with(&["within"], "near");
        let mut checks = Vec::new();
        let mut add = |check: Option<Check>| checks.extend(check);
        add(map.optional("equals", Json::decode).map(Check::Equals));
        add(map.optional("not", Self::decode).map(Check::Not));
        add(map.optional(">", number).map(Check::Above));
        add(map.optional(">=", number).map(Check::AtLeast));
        add(map.optional("<", number).map(Check::Below));
        add(map.optional("<=", number).map(Check::AtMost));
        add(map.optional("between", between).map(|(low, high)| Check::Between(low, high)));
        let within = map.optional("within", tolerance);
        let near = map.optional("near", number);
        let exact = || Tolerance::Absolute(Number::from(0));
        add(near.map(|near| Check::Near(near, within.unwrap_or_else(exact))));
        add(map.optional("type", |cx, node| keyword(cx, node, "a type", &JsonType::ALL)).map(Check::Type));
        add(map.optional("length", Self::decode).map(Check::Length));
        add(map.optional("present", boolean).map(Check::Present));
        add(map.optional("contains", Json::decode).map(Check::Contains));
        add(map.optional("one-of", several).map(Check::OneOf));
        add(map.optional("starts-with", plain_text).map(Check::StartsWith));
        add(map.optional("ends-with", plain_text).map(Check::EndsWith));
        add(map.optional("matches", regex).map(|regex| Check::Matches(regex.value)));
        add(map.optional("date-time", boolean).map(Check::DateTime));
        add(map.optional("all", Self::decode).map(Check::All));
        add(map.optional("any", Self::decode).map(Check::Any));
        if checks.is_empty() {
            if matches!(&node.kind, NodeKind::Mapping(entries) if entries.is_empty()) {
                let help = format!(
                    "the checks are {}; an object to compare with is written {{ equals: {{..}} }}",
                    list(CONDITION.keys.iter().copied())
                );
                cx.error_with_help(Code::BadValue, node.span, "a condition that asks for nothing", "", help);
            }
            return None;
        }
        Some(Self(checks))
    }
}

fn number(cx: &mut Cx<'_>, node: &Node) -> Option<Number> {
    let text = cx.text(node, "a number")?;
    if !text.known {
        return Some(Number::from(0));
    }
    match Json::parse(text.value.trim().as_bytes()) {
        Ok(Json::Number(number)) => Some(number),
        _ => {
            cx.wrong_text(&text, "a number such as 20 or 0.5");
            None
        }
    }
}

fn between(cx: &mut Cx<'_>, node: &Node) -> Option<(Number, Number)> {
    let NodeKind::Sequence(items) = &node.kind else {
        cx.wrong_type(node, "two numbers, such as [5, 30]");
        return None;
    };
    let [low, high] = items.as_slice() else {
        cx.wrong_type(node, "two numbers, such as [5, 30]");
        return None;
    };
    let (low, high) = (number(cx, low), number(cx, high));
    Some((low?, high?))
}

fn tolerance(cx: &mut Cx<'_>, node: &Node) -> Option<Tolerance> {
    let text = cx.text(node, "a number such as 0.5, or a percentage such as 2%")?;
    if !text.known {
        return Some(Tolerance::Absolute(Number::from(0)));
    }
    let (digits, is_percent) = match text.value.trim().strip_suffix('%') {
        Some(digits) => (digits.trim(), true),
        None => (text.value.trim(), false),
    };
    match Json::parse(digits.as_bytes()) {
        Ok(Json::Number(number)) if !digits.starts_with('-') => {
            Some(if is_percent { Tolerance::Percent(number) } else { Tolerance::Absolute(number) })
        }
        _ => {
            cx.wrong_text(&text, "a number such as 0.5, or a percentage such as 2%");
            None
        }
    }
}

fn several(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<Json>> {
    match Json::decode(cx, node)? {
        Json::Array(values) if !values.is_empty() => Some(values),
        _ => {
            cx.wrong_type(node, "a list of values, such as [on, off]");
            None
        }
    }
}
