//! Conditions by their paths.

use std::fmt;

use super::{Condition, JsonPath};
use crate::Span;
use crate::json::Json;

/// `where`: what a JSON payload must be, path by path.
#[derive(Debug, Clone)]
pub struct Rules(pub Vec<Rule>);

/// One of them.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Which value, or values.
    pub path: JsonPath,
    /// What each of them must be.
    pub condition: Condition,
    /// Where it stands in the file.
    pub span: Span,
}

/// A rule that a payload breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Where in the payload.
    pub at: String,
    /// What was expected.
    pub expected: String,
    /// What there is.
    pub actual: String,
    /// The rule's place in the file.
    pub span: Span,
}

impl Rules {
    /// All rules that a payload breaks, in their order; none if it is as it should be.
    pub fn broken(&self, payload: &[u8]) -> Vec<Broken> {
        let value = match Json::parse(payload) {
            Ok(value) => value,
            Err(error) => {
                let (expected, actual) = ("JSON".to_owned(), format!("no JSON: {error}"));
                let first = self.0.first().map(|rule| rule.span);
                return vec![Broken { at: "$".to_owned(), expected, actual, span: first.unwrap_or_default() }];
            }
        };
        self.0.iter().flat_map(|rule| rule.broken(&value)).collect()
    }
}

impl Rule {
    /// Every value that the path leads to must meet the condition; if it leads to none, there is no value to meet it.
    fn broken(&self, value: &Json) -> Vec<Broken> {
        let found = self.path.find(value);
        let judged: Vec<(String, Option<&Json>)> = if found.is_empty() {
            vec![(self.path.to_string(), None)]
        } else {
            found.into_iter().map(|(at, value)| (at, Some(value))).collect()
        };
        let wrong = judged.into_iter().filter_map(|(at, value)| {
            let mismatch = self.condition.hold(value).err()?;
            Some(Broken { at, expected: mismatch.expected, actual: mismatch.actual, span: self.span })
        });
        wrong.collect()
    }
}

/// `JSON where /t is >= 5 and /on is true`
impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON where ")?;
        for (index, rule) in self.0.iter().enumerate() {
            write!(f, "{}{} is {}", if index > 0 { " and " } else { "" }, rule.path, rule.condition)?;
        }
        Ok(())
    }
}
