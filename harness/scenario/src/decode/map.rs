//! Mappings with known keys.

use super::suggest::{did_you_mean, list};
use super::{Cx, spanned_text};
use crate::error::{Code, Diagnostic};
use crate::yaml::{Node, NodeKind};
use crate::{Span, Spanned};

/// What a mapping may hold. The JSON Schema is held against it.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// In error messages: `publish`.
    pub name: &'static str,
    /// A key that shows what is expected where there is no mapping.
    pub example: &'static str,
    /// All keys.
    pub keys: &'static [&'static str],
}

impl Shape {
    /// The name as errors show it: `` `publish` ``, `a scenario file`.
    fn shown(&self) -> String {
        if self.name.contains(' ') { self.name.to_owned() } else { format!("`{}`", self.name) }
    }
}

/// A mapping that is being decoded.
#[derive(Debug)]
pub struct Map<'c, 'a, 'n> {
    cx: &'c mut Cx<'a>,
    node: &'n Node,
    entries: &'n [(Node, Node)],
    shape: &'static Shape,
}

impl<'c, 'a, 'n> Map<'c, 'a, 'n> {
    /// The mapping `node`; unknown keys are recorded as errors.
    pub fn new(cx: &'c mut Cx<'a>, node: &'n Node, shape: &'static Shape) -> Option<Self> {
        let NodeKind::Mapping(entries) = &node.kind else {
            cx.wrong_type(node, &format!("a mapping with the key `{}`", shape.example));
            return None;
        };
        for (key, _) in entries {
            let Some(name) = key.as_text().filter(|name| !shape.keys.contains(name)) else { continue };
            let guess = did_you_mean(name, shape.keys.iter().copied());
            cx.error_with_help(
                Code::UnknownKey,
                key.span,
                format!("unknown key `{}`", name.escape_debug()),
                guess.unwrap_or_else(|| format!("not a key of {}", shape.shown())),
                format!("the keys of {} are {}", shape.shown(), list(shape.keys.iter().copied())),
            );
        }
        Some(Self { cx, node, entries, shape })
    }

    /// The mapping `node`, which may have [other](Self::others) keys than those of `shape`.
    pub fn open(cx: &'c mut Cx<'a>, node: &'n Node, shape: &'static Shape) -> Option<Self> {
        let NodeKind::Mapping(entries) = &node.kind else {
            cx.wrong_type(node, &format!("a mapping with the key `{}`", shape.example));
            return None;
        };
        Some(Self { cx, node, entries, shape })
    }

    /// The keys that are not in the shape, with their values, in their order. Those that are wrong are left out, and are
    /// recorded as errors.
    pub fn others<T>(&mut self, decode: impl Fn(&mut Cx<'a>, &'n Node) -> Option<T>) -> Vec<(String, T)> {
        let mut others = Vec::new();
        for (key, value) in self.entries {
            match key.as_text() {
                Some(name) if self.shape.keys.contains(&name) => {}
                Some(name) => others.extend(decode(self.cx, value).map(|value| (name.to_owned(), value))),
                None => self.cx.wrong_type(key, "a key that is a text"),
            }
        }
        others
    }

    /// Looks at something beside the keys, with what records errors.
    pub fn judge<T>(&mut self, judge: impl FnOnce(&mut Cx<'a>) -> T) -> T {
        judge(self.cx)
    }

    /// The key and the value, if the key is there.
    pub fn entry(&self, key: &str) -> Option<(&'n Node, &'n Node)> {
        debug_assert!(self.shape.keys.contains(&key), "`{key}` is not in the shape of `{}`", self.shape.name);
        self.entries.iter().find(|(k, _)| k.as_text() == Some(key)).map(|(k, v)| (k, v))
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// A key that may be left out: `None` if it is not there or is wrong.
    pub fn optional<T>(&mut self, key: &str, decode: impl FnOnce(&mut Cx<'a>, &'n Node) -> Option<T>) -> Option<T> {
        let (_, value) = self.entry(key)?;
        decode(self.cx, value)
    }

    /// A key that must be there.
    pub fn required<T>(&mut self, key: &str, decode: impl FnOnce(&mut Cx<'a>, &'n Node) -> Option<T>) -> Option<T> {
        if !self.has(key) {
            self.missing(&[key]);
        }
        self.optional(key, decode)
    }

    /// The one of `keys` that is there: more are an error, and none is one if `required`.
    pub fn one_of(&mut self, keys: &[&'static str], required: bool) -> Option<&'static str> {
        let mut present = keys.iter().copied().filter_map(|key| self.entry(key).map(|(node, _)| (key, node.span)));
        let first = present.next();
        for (key, span) in present.collect::<Vec<_>>() {
            if let Some((first, first_span)) = first {
                self.conflict(first, first_span, key, span);
            }
        }
        if first.is_none() && required {
            self.missing(keys);
        }
        first.map(|(key, _)| key)
    }

    /// `key` makes no sense together with `other`, or (`other` not being there) without it.
    pub fn excludes(&mut self, key: &str, others: &[&str]) {
        let Some((first, _)) = self.entry(key) else { return };
        for other in others {
            if let Some((second, _)) = self.entry(other) {
                self.conflict(key, first.span, other, second.span);
            }
        }
    }

    /// `keys` make sense only together with `other`.
    pub fn only_with(&mut self, keys: &[&str], other: &str) {
        if self.has(other) {
            return;
        }
        for key in keys {
            if let Some((node, _)) = self.entry(key) {
                let name = self.shape.shown();
                self.cx.error(
                    Code::Conflict,
                    node.span,
                    format!("`{key}` of {name} belongs to `{other}`"),
                    format!("there is no `{other}` here"),
                );
            }
        }
    }

    fn conflict(&mut self, first: &str, first_span: Span, second: &str, second_span: Span) {
        let title = format!("`{first}` and `{second}` exclude each other");
        let source = self.cx.source().clone();
        let (first_span, second_span) =
            if first_span.start <= second_span.start { (first_span, second_span) } else { (second_span, first_span) };
        self.cx.push(Diagnostic::new(Code::Conflict, title).at(&source, second_span, "this one is too much").and(
            &source,
            first_span,
            "this one is there already",
        ));
    }

    fn missing(&mut self, keys: &[&str]) {
        let title = match keys {
            [key] => format!("missing key `{key}`"),
            keys => format!("one of the keys {} is missing", list(keys.iter().copied()).replace(" and ", " or ")),
        };
        // A misspelt key has been reported already, and is what to correct.
        let misspelt = self.entries.iter().any(|(key, _)| {
            key.as_text().is_some_and(|name| {
                !self.shape.keys.contains(&name) && did_you_mean(name, keys.iter().copied()).is_some()
            })
        });
        if !misspelt {
            let needs = if keys.len() > 1 { "needs one of them" } else { "needs it" };
            let label = format!("{} {needs}", self.shape.shown());
            self.cx.error(Code::MissingKey, self.node.span, title, label);
        }
    }
}

/// `key`, or Wokwi's newer `name` for the same.
pub fn aliased(map: &mut Map<'_, '_, '_>, key: &'static str) -> Option<Spanned<String>> {
    map.one_of(&[key, "name"], true);
    let value = map.optional(key, spanned_text);
    value.or_else(|| map.optional("name", spanned_text))
}
