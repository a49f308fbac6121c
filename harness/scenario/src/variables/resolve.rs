//! `vars` and the row of `cases` to values: a definition may use the others, in any order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Alone, Lookup, Secrets, Variables};
use crate::Source;
use crate::decode::Cx;
use crate::error::{Code, Diagnostic};
use crate::yaml::{Node, NodeKind};

/// A variable as a file defines it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The file.
    pub source: Arc<Source>,
    /// The value, not interpolated.
    pub value: Node,
}

/// Definitions by name; a later one replaces an earlier one, also in the values that use it.
#[derive(Debug, Clone, Default)]
pub struct Definitions(pub BTreeMap<String, Definition>);

impl Definitions {
    /// The values of all, and what is wrong with them. A wrong one is still defined, so that its uses are not reported
    /// too.
    pub fn resolve(&self, secrets: &Arc<Secrets>) -> (Variables, Vec<Diagnostic>) {
        let mut resolver = Resolver {
            definitions: &self.0,
            vars: Variables::new(Arc::clone(secrets)),
            active: Vec::new(),
            errors: Vec::new(),
        };
        for name in self.0.keys() {
            resolver.resolve(name);
        }
        (resolver.vars, resolver.errors)
    }
}

struct Resolver<'a> {
    definitions: &'a BTreeMap<String, Definition>,
    vars: Variables,
    /// Being resolved, the outermost first.
    active: Vec<&'a str>,
    errors: Vec<Diagnostic>,
}

/// Definitions that use one another this deep are refused.
const MAX_DEPTH: usize = 64;

impl<'a> Resolver<'a> {
    fn resolve(&mut self, name: &'a str) {
        let Some(definition) = self.definitions.get(name) else { return };
        if self.vars.lookup(name) != Lookup::Undefined {
            return;
        }
        if self.active.contains(&name) || self.active.len() >= MAX_DEPTH {
            let path = self.active.iter().skip_while(|active| **active != name).chain([&name]);
            let path: Vec<String> = path.map(|name| format!("`{name}`")).collect();
            self.errors.push(
                Diagnostic::new(Code::BadVariable, format!("the variable `{name}` stands for itself"))
                    .at(&definition.source, definition.value.span, "its value leads back to it")
                    .note(path.join(" uses ")),
            );
            self.vars.set_later(name);
            return;
        }
        self.active.push(name);
        for used in definition.value.as_text().into_iter().flat_map(super::references) {
            if let Some((used, _)) = self.definitions.get_key_value(used) {
                self.resolve(used);
            }
        }
        self.active.pop();
        if self.vars.lookup(name) != Lookup::Undefined {
            return;
        }
        let mut cx = Cx::new(&definition.source, &self.vars);
        let value = cx.any_text(&definition.value, "a text or a number");
        self.errors.extend(cx.into_errors());
        match value {
            Some(value) if value.known => {
                let shown = self.shown(definition, &value.value);
                let is_text = match (&definition.value.kind, value.alone) {
                    (_, Some(alone)) => alone == Alone::Text,
                    (kind, None) => matches!(kind, NodeKind::Scalar { quoted: true, .. }),
                };
                if is_text {
                    self.vars.set_text(name, value.value);
                } else {
                    self.vars.set(name, value.value);
                }
                if let Some(shown) = shown {
                    self.vars.set_shown(name, shown);
                }
            }
            _ => self.vars.set_later(name),
        }
    }

    /// What is shown of a value, if a secret stands in it.
    fn shown(&self, definition: &Definition, value: &str) -> Option<String> {
        let text = definition.value.as_text().filter(|_| !self.vars.secrets().is_empty())?;
        let shown = super::interpolate(text, &self.vars.as_shown()).ok()?.text;
        (shown != value).then_some(shown)
    }
}
