//! Conditions on what an expression has captured.

use std::fmt;

use regex::{Captures, Regex};

use super::{Broken, Condition};
use crate::decode::{Cx, did_you_mean, list};
use crate::error::Code;
use crate::yaml::{Node, NodeKind};
use crate::{Span, Spanned};

/// A regular expression, and what its named groups must hold: `matches: 't=(?<t>\d+)'` with `where: { t: { ">": 5 } }`.
#[derive(Debug, Clone)]
pub struct TextMatch {
    /// Searched in the text.
    pub regex: Spanned<Regex>,
    /// What must be true of what it finds; nothing more if it is empty.
    pub groups: Vec<Group>,
}

/// A condition on a named group. Its text counts as a number where the condition is about numbers.
#[derive(Debug, Clone)]
pub struct Group {
    /// The group's name.
    pub name: String,
    /// What it must be.
    pub condition: Condition,
    /// Where it stands in the file.
    pub span: Span,
}

impl TextMatch {
    /// Nothing is asked of the groups.
    pub(crate) const fn any(regex: Spanned<Regex>) -> Self {
        Self { regex, groups: Vec::new() }
    }

    /// What the expression finds first that also meets the conditions.
    pub fn find<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        if self.groups.is_empty() {
            return self.regex.value.captures(text);
        }
        self.regex.value.captures_iter(text).find(|found| self.groups.iter().all(|group| group.holds(found).is_none()))
    }

    /// Whether the text is as it should be.
    pub fn holds(&self, text: &str) -> bool {
        if self.groups.is_empty() { self.regex.value.is_match(text) } else { self.find(text).is_some() }
    }

    /// The conditions that the first find in the text breaks; none if there is no find, or none is asked for.
    pub fn broken(&self, text: &str) -> Vec<Broken> {
        let Some(found) = self.regex.value.captures(text) else { return Vec::new() };
        self.groups.iter().filter_map(|group| group.holds(&found)).collect()
    }
}

impl Group {
    fn holds(&self, found: &Captures<'_>) -> Option<Broken> {
        let mismatch = self.condition.hold_text(found.name(&self.name).map(|group| group.as_str())).err()?;
        let at = self.name.clone();
        Some(Broken { at, expected: mismatch.expected, actual: mismatch.actual, span: self.span })
    }

    /// `{ t: { between: [5, 30] } }`, for the groups of `regex`.
    pub(crate) fn decode_all(cx: &mut Cx<'_>, node: &Node, regex: &Regex) -> Option<Vec<Self>> {
        let entries = match &node.kind {
            NodeKind::Mapping(entries) if !entries.is_empty() => entries,
            _ => {
                cx.wrong_type(node, "a mapping from named groups to conditions, such as { t: { between: [5, 30] } }");
                return None;
            }
        };
        let groups: Vec<_> = entries.iter().map(|(key, value)| Self::decode(cx, key, value, regex)).collect();
        groups.into_iter().collect()
    }

    fn decode(cx: &mut Cx<'_>, key: &Node, value: &Node, regex: &Regex) -> Option<Self> {
        let name = key.as_text().unwrap_or_default();
        let names = || regex.capture_names().flatten();
        let is_known = names().any(|it| it == name);
        if !is_known {
            let title = format!("the expression has no group named `{}`", name.escape_debug());
            let help = match names().next() {
                None => "give a group a name: matches: 't=(?<t>[0-9.]+)'".to_owned(),
                Some(_) => format!("its groups are {}; beside `matches`, `where` asks for them", list(names())),
            };
            let label = did_you_mean(name, names()).unwrap_or_default();
            cx.error_with_help(Code::BadValue, key.span, title, label, help);
        }
        let condition = Condition::decode(cx, value)?;
        is_known.then(|| Self { name: name.to_owned(), condition, span: value.span })
    }
}

/// `/t=(?<t>\d+)/ where t is > 5`
impl fmt::Display for TextMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.regex.value)?;
        for (index, group) in self.groups.iter().enumerate() {
            write!(f, "{} {} is {}", if index > 0 { " and" } else { " where" }, group.name, group.condition)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Check;
    use crate::json::{Json, Number};

    fn matching(condition: Check) -> TextMatch {
        let group = Group { name: "t".to_owned(), condition: Condition(vec![condition]), span: Span::default() };
        TextMatch { regex: Spanned::new(Regex::new("t=(?<t>[^ ]*)").unwrap(), Span::default()), groups: vec![group] }
    }

    #[test]
    fn a_group_is_a_number_or_a_text_as_the_condition_asks() {
        let number = |text: &str| Number::from(text.parse::<usize>().unwrap());
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let above = matching(Check::Above(number("20")));
        assert!(above.holds("t=20.5") && !above.holds("t=20") && !above.holds("t=warm") && !above.holds("u=21"));
        assert!(above.holds("t=3 t=21"), "any find will do");
        assert_eq!(above.find("t=3 t=21").unwrap().name("t").unwrap().as_str(), "21");
        assert!(matching(Check::Equals(json("20"))).holds("t=20.0"));
        assert!(!matching(Check::Equals(json("\"20\""))).holds("t=20.0"));
        assert!(matching(Check::Equals(json("true"))).holds("t=true"));
        assert!(matching(Check::StartsWith("00".to_owned())).holds("t=007"));
        assert!(!matching(Check::Not(Condition(vec![Check::Equals(json("7"))]))).holds("t=007"));
        assert!(matching(Check::OneOf(vec![json("\"on\""), json("7")])).holds("t=on"));
        assert!(matching(Check::OneOf(vec![json("\"on\""), json("7")])).holds("t=7.0"));
        assert!(matching(Check::Length(Condition(vec![Check::Equals(json("3"))]))).holds("t=007"));
        let broken = above.broken("t=3");
        assert_eq!((broken[0].at.as_str(), broken[0].actual.as_str(), broken[0].expected.as_str()), ("t", "3", "> 20"));
    }
}
