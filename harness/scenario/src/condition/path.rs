//! Where a value stands in a JSON text: a JSON Pointer, or a JSONPath.

use std::fmt;
use std::str::FromStr;

use crate::json::Json;

/// A place, or several: `/readings/0/t` (RFC 6901), or `$.readings[*].t` (RFC 9535: names, indices, wildcards and descendants).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Pointer,
    Path(Vec<Segment>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    /// `..`: at any depth.
    descends: bool,
    selector: Selector,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Selector {
    Name(String),
    Index(i64),
    All,
}

/// It is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It begins otherwise.
    #[error("a path begins with `/` (JSON Pointer) or `$` (JSONPath); the whole payload is `$`")]
    Start,
    /// What stands there is not understood.
    #[error("`{0}` is no part of a JSONPath: .name, ['name'], [0], [-1], [*], .* and ..name are")]
    Segment(String),
}

impl JsonPath {
    /// The values that it leads to, each with its own path.
    pub fn find<'v>(&self, value: &'v Json) -> Vec<(String, &'v Json)> {
        match &self.kind {
            Kind::Pointer => value.pointer(&self.text).map(|found| (self.text.clone(), found)).into_iter().collect(),
            Kind::Path(segments) => {
                let mut found = vec![("$".to_owned(), value)];
                for segment in segments {
                    found = found.into_iter().flat_map(|(path, value)| segment.select(path, value)).collect();
                }
                found
            }
        }
    }
}

impl Segment {
    fn select<'v>(&self, path: String, value: &'v Json) -> Vec<(String, &'v Json)> {
        let mut found = self.selector.select(&path, value);
        if self.descends {
            let below = Selector::All.select(&path, value);
            found.extend(below.into_iter().flat_map(|(path, value)| self.select(path, value)));
        }
        found
    }
}

impl Selector {
    fn select<'v>(&self, path: &str, value: &'v Json) -> Vec<(String, &'v Json)> {
        let member = |key: &str, value: &'v Json| {
            let is_plain = key.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && key.chars().all(|c| c.is_alphanumeric() || c == '_');
            (if is_plain { format!("{path}.{key}") } else { format!("{path}['{key}']") }, value)
        };
        match (self, value) {
            (Self::Name(name), value) => value.member(name).map(|found| member(name, found)).into_iter().collect(),
            (Self::Index(index), Json::Array(items)) => {
                let at = if *index < 0 { items.len() as i64 + index } else { *index };
                let found = usize::try_from(at).ok().and_then(|at| Some((format!("{path}[{at}]"), items.get(at)?)));
                found.into_iter().collect()
            }
            (Self::All, Json::Array(items)) => {
                items.iter().enumerate().map(|(at, item)| (format!("{path}[{at}]"), item)).collect()
            }
            (Self::All, Json::Object(members)) => members.iter().map(|(key, value)| member(key, value)).collect(),
            _ => Vec::new(),
        }
    }
}

impl FromStr for JsonPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        if text.starts_with('/') {
            return Ok(Self { text: text.to_owned(), kind: Kind::Pointer });
        }
        let mut rest = text.strip_prefix('$').ok_or(PathError::Start)?;
        let mut segments = Vec::new();
        while !rest.is_empty() {
            let wrong = || PathError::Segment(rest.to_owned());
            let (descends, behind) = match rest.strip_prefix("..") {
                Some(behind) => (true, behind),
                None => (false, rest),
            };
            let (selector, behind) = if let Some(inner) = behind.strip_prefix('[') {
                bracketed(inner).ok_or_else(wrong)?
            } else {
                let name = if descends { behind } else { behind.strip_prefix('.').ok_or_else(wrong)? };
                dotted(name).ok_or_else(wrong)?
            };
            segments.push(Segment { descends, selector });
            rest = behind;
        }
        Ok(Self { text: text.to_owned(), kind: Kind::Path(segments) })
    }
}

/// `name` or `*`, up to the next segment.
fn dotted(text: &str) -> Option<(Selector, &str)> {
    if let Some(behind) = text.strip_prefix('*') {
        return Some((Selector::All, behind));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, behind) = text.split_at(end);
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| (Selector::Name(name.to_owned()), behind))
}

/// `0]`, `-1]`, `*]` or `'name']`.
fn bracketed(text: &str) -> Option<(Selector, &str)> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) {
        let (name, behind) = text[1..].split_once(quote)?;
        return Some((Selector::Name(name.to_owned()), behind.strip_prefix(']')?));
    }
    let (inner, behind) = text.split_once(']')?;
    if inner == "*" {
        return Some((Selector::All, behind));
    }
    inner.parse().ok().map(|index| (Selector::Index(index), behind))
}

/// As it was written.
impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(path: &str) -> Vec<String> {
        let text = br#"{"a":{"b c":1},"list":[{"t":1},{"t":2},3],"t":0}"#;
        let value = Json::parse(text).unwrap();
        path.parse::<JsonPath>()
            .unwrap()
            .find(&value)
            .into_iter()
            .map(|(at, value)| format!("{at} = {value}"))
            .collect()
    }

    #[test]
    fn paths_lead_to_places_in_order() {
        assert_eq!(found("/list/1/t"), ["/list/1/t = 2"]);
        assert_eq!(found("$.list[*].t"), ["$.list[0].t = 1", "$.list[1].t = 2"]);
        assert_eq!(found("$.list[-1]"), ["$.list[2] = 3"]);
        assert_eq!(found("$['a']['b c']"), ["$.a['b c'] = 1"]);
        assert_eq!(found("$..t"), ["$.t = 0", "$.list[0].t = 1", "$.list[1].t = 2"]);
        assert_eq!(found("$.nothing"), Vec::<String>::new());
        assert_eq!(found("$").len(), 1);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        assert_eq!("temperature".parse::<JsonPath>(), Err(PathError::Start));
        for wrong in ["$temperature", "$.", "$[", "$[x]", "$.a b", "$[?@.t > 1]", "$['a", "$..", "$[1:2]"] {
            assert!(matches!(wrong.parse::<JsonPath>(), Err(PathError::Segment(_))), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_or_refused(text in r#"\$?[.\[\]'"*0-9a-c/-]{0,12}"#) {
            if let Ok(path) = text.parse::<JsonPath>() {
                prop_assert_eq!(path.to_string(), text);
                path.find(&Json::parse(br#"{"a":[1,{"b":2}]}"#).unwrap());
            }
        }
    }
}
