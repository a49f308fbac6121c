//! Tables with known keys.

use hil_scenario::decode::{Shape, did_you_mean, list};
use hil_scenario::error::Code;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::Resolved;
use crate::cx::{Cx, Value, span};
use crate::decode::TABLES;

/// What to do with a password.
const PASSWORDS: &str = "passwords stand in no file: HIL_BROKER_PASSWORD, and the variable that `password-env` of [wifi] names, \
    by default HIL_WIFI_PASSWORD";

/// A table that is being decoded. Decoding goes on after an error, so that all are reported together; a function that
/// returns `None` has recorded one.
pub(crate) struct Table<'c, 'a, 't> {
    pub(crate) cx: &'c mut Cx<'a>,
    table: &'t DeTable<'t>,
    value: &'t Value<'t>,
    shape: &'static Shape,
}

impl<'c, 'a, 't> Table<'c, 'a, 't> {
    /// The table `value`; unknown keys are recorded as errors.
    pub(crate) fn new(cx: &'c mut Cx<'a>, value: &'t Value<'t>, shape: &'static Shape) -> Option<Self> {
        let DeValue::Table(table) = value.get_ref() else {
            cx.wrong_type(value, &format!("a table with the key `{}`", shape.example));
            return None;
        };
        for key in table.keys().filter(|key| !shape.keys.contains(&key.get_ref().as_ref())) {
            unknown(cx, key, shape);
        }
        Some(Self { cx, table, value, shape })
    }

    /// The key and the value, if the key is there.
    pub(crate) fn entry(&self, key: &str) -> Option<(&'t Spanned<DeString<'t>>, &'t Value<'t>)> {
        debug_assert!(self.shape.keys.contains(&key), "`{key}` is not in the shape of {}", self.shape.name);
        self.table.iter().find(|(name, _)| name.get_ref() == key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// A key that may be left out: `None` if it is not there or is wrong.
    pub(crate) fn optional<T>(
        &mut self,
        key: &str,
        decode: impl FnOnce(&mut Cx<'a>, &'t Value<'t>) -> Option<T>,
    ) -> Option<T> {
        let (_, value) = self.entry(key)?;
        decode(self.cx, value)
    }

    /// The same, with where it is from.
    pub(crate) fn resolved<T>(
        &mut self,
        key: &str,
        decode: impl FnOnce(&mut Cx<'a>, &'t Value<'t>) -> Option<T>,
    ) -> Option<Resolved<T>> {
        let (_, value) = self.entry(key)?;
        let decoded = decode(self.cx, value)?;
        Some(self.cx.resolved(decoded, span(value)))
    }

    /// A key that must be there.
    pub(crate) fn required<T>(
        &mut self,
        key: &str,
        help: &str,
        decode: impl FnOnce(&mut Cx<'a>, &'t Value<'t>) -> Option<T>,
    ) -> Option<T> {
        if !self.has(key) {
            self.missing(key, help);
        }
        self.optional(key, decode)
    }

    /// Records that `key` is missing; not if one is there that is a slip of the pen.
    pub(crate) fn missing(&mut self, key: &str, help: &str) {
        let is_slip = |name: &Spanned<DeString<'_>>| {
            let name = name.get_ref().as_ref();
            !self.shape.keys.contains(&name) && did_you_mean(name, [key]).is_some()
        };
        if self.table.keys().any(is_slip) {
            return;
        }
        let label = format!("{} needs it", self.shape.name);
        self.cx.error(Code::MissingKey, span(self.value), format!("missing key `{key}`"), label, help);
    }

    /// Records that two keys exclude each other, if both are there.
    pub(crate) fn excludes(&mut self, first: &str, second: &str, help: &str) {
        let (Some((one, _)), Some((other, _))) = (self.entry(first), self.entry(second)) else { return };
        let title = format!("`{first}` and `{second}` exclude each other");
        self.cx.conflict(title, span(one), span(other), help);
    }

    /// All keys and values of a table whose keys are the user's.
    pub(crate) fn of_any(cx: &mut Cx<'a>, value: &'t Value<'t>, example: &str) -> Option<&'t DeTable<'t>> {
        let DeValue::Table(table) = value.get_ref() else {
            cx.wrong_type(value, &format!("a table such as {example}"));
            return None;
        };
        Some(table)
    }
}

fn unknown(cx: &mut Cx<'_>, key: &Spanned<DeString<'_>>, shape: &'static Shape) {
    let name = key.get_ref().as_ref();
    let title = format!("unknown key `{}`", name.escape_debug());
    let guess = did_you_mean(name, shape.keys.iter().copied());
    let other_name = name.replace('_', "-");
    let elsewhere = TABLES.iter().find(|other| other.keys.contains(&other_name.as_str()));
    let label = guess.clone().unwrap_or_else(|| format!("not a key of {}", shape.name));
    let help = match elsewhere {
        _ if name.to_ascii_lowercase().contains("pass") => PASSWORDS.to_owned(),
        Some(other) if guess.is_none() => format!("`{other_name}` is a key of {}", other.name),
        _ => format!("the keys of {} are {}", shape.name, list(shape.keys.iter().copied())),
    };
    cx.error(Code::UnknownKey, span(key), title, label, help);
}
