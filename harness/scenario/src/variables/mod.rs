//! Variables: `${name}` in the values of a scenario, and calculations with them: `${name + 1}`.
//!
//! Values come from `vars` and `cases`, from steps that capture, from `repeat` (`${iteration}`) and from the environment
//! (`${env.NAME}`, secret: never to be printed).

mod encodings;
mod expression;
mod interpolate;
mod redactor;
mod resolve;
mod secret;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::json::Json;

use interpolate::calculates;
pub use interpolate::{Alone, Problem, ProblemKind, interpolate, is_name, references};
pub use resolve::{Definition, Definitions};
pub use secret::{Secret, Secrets, is_secret_name};

/// The names of the functions that a calculation can use.
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    expression::Function::names()
}

/// The variables that a step can use.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, Value>,
    /// What is shown of values in which a secret stands: `me:${env.PASSWORD}`.
    shown: BTreeMap<String, String>,
    /// Those that are texts, also where they look like a number or `true`: they were written in quotes.
    texts: BTreeSet<String>,
    /// Those whose values are not their own, but what is shown of them.
    masked: BTreeSet<String>,
    secrets: Arc<Secrets>,
    /// This moment of the scenario; the computer's time where none runs.
    now: Option<DateTime<Utc>>,
    /// Names without a value get one when the scenario runs.
    others_come_later: bool,
}

/// A variable's value.
#[derive(Clone)]
enum Value {
    Known(String),
    /// Set by a step before this one, when the scenario runs: only while a file is checked.
    Later,
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The text may hold a secret.
        f.write_str(match self {
            Self::Known(_) => "known",
            Self::Later => "later",
        })
    }
}

/// What is known of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// Its value.
    Known(&'a str),
    /// It has a value only when the scenario runs.
    Later,
    /// There is no such variable.
    Undefined,
}

impl Variables {
    /// No variables but those of the environment.
    pub fn new(secrets: Arc<Secrets>) -> Self {
        Self {
            values: BTreeMap::new(),
            shown: BTreeMap::new(),
            texts: BTreeSet::new(),
            masked: BTreeSet::new(),
            secrets,
            now: None,
            others_come_later: false,
        }
    }

    /// Says what time it is in the scenario, for `${now()}`.
    pub const fn set_now(&mut self, now: DateTime<Utc>) {
        self.now = Some(now);
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(Utc::now)
    }

    /// Sets a variable: a captured value, a named group, `iteration`.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.shown.remove(&name);
        self.texts.remove(&name);
        self.values.insert(name, Value::Known(value.into()));
    }

    /// Sets a variable that is a text, also where it looks like a number.
    pub fn set_text(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.set(name.clone(), value);
        self.texts.insert(name);
    }

    /// Sets a variable to a value of JSON: a string is a text, all others are as they are written.
    pub fn set_json(&mut self, name: impl Into<String>, value: &Json) {
        match value {
            Json::Text(text) => self.set_text(name, text.as_str()),
            other => self.set(name, other.to_string()),
        }
    }

    /// Whether a variable is a text whatever it looks like. The environment has nothing else.
    pub fn is_text(&self, name: &str) -> bool {
        name.starts_with("env.") || self.texts.contains(name)
    }

    /// Says what is shown of a value in which a secret stands.
    pub(crate) fn set_shown(&mut self, name: impl Into<String>, shown: impl Into<String>) {
        self.shown.insert(name.into(), shown.into());
    }

    /// The same variables, with what is shown of them as their values: what makes a text of them makes what is shown of it.
    pub(crate) fn as_shown(&self) -> Self {
        let mut values = self.values.clone();
        values.extend(self.shown.iter().map(|(name, shown)| (name.clone(), Value::Known(shown.clone()))));
        let masked = self.shown.keys().cloned().chain(self.secrets.names().map(|name| format!("env.{name}"))).collect();
        let secrets = Arc::new(self.secrets.as_names());
        Self { values, shown: BTreeMap::new(), masked, secrets, ..self.clone() }
    }

    /// Whether the value of a variable is only what is shown of it.
    pub(crate) fn is_masked(&self, name: &str) -> bool {
        self.masked.contains(name)
    }

    /// Makes [`redact`](Self::redact) know the texts in which secrets are used, as far as they are known before the run.
    pub(crate) fn used_in<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        // Others are found by themselves, but not what is calculated with them.
        let has_short = self.secrets.has_short();
        let (real, shown) = (self.before_the_run(), self.as_shown().before_the_run());
        let used = |text: &str| {
            if !has_short && !calculates(text) {
                return None;
            }
            let (real, shown) = (interpolate(text, &real).ok()?, interpolate(text, &shown).ok()?);
            (real.known && real.text != shown.text).then(|| (shown.text, Secret::new(real.text)))
        };
        let used: Vec<_> = texts.filter_map(used).collect();
        if !used.is_empty() {
            let mut all = Secrets::clone(&self.secrets);
            all.used_in(used);
            self.secrets = Arc::new(all);
        }
    }

    /// Removes a variable: `iteration` behind its `repeat`.
    pub fn remove(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// The value of a variable, or of `env.NAME`.
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.lookup(name) {
            Lookup::Known(value) => Some(value),
            Lookup::Later | Lookup::Undefined => None,
        }
    }

    /// `text` without the values of environment variables: each is replaced by `${env.NAME}`. For everything that is
    /// printed, logged or reported.
    pub fn redact<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, str> {
        self.secrets.redact(text)
    }

    /// The same of bytes that need not be text.
    pub fn redact_bytes<'t>(&self, bytes: &'t [u8]) -> std::borrow::Cow<'t, [u8]> {
        self.secrets.redact_bytes(bytes)
    }

    /// The same of the pieces in which a stream has come: a secret may begin in one and end in another.
    pub fn redact_pieces(&self, pieces: &mut [&mut Vec<u8>]) {
        self.secrets.redact_pieces(pieces);
    }

    /// Makes [`redact`](Self::redact) replace these, too.
    pub fn hide(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        let mut all = Secrets::clone(&self.secrets);
        all.hide(secrets);
        self.secrets = Arc::new(all);
    }

    /// The environment variables that the scenario's files use.
    pub const fn secrets(&self) -> &Arc<Secrets> {
        &self.secrets
    }

    /// The same before the scenario runs: names without a value get one from a step.
    #[must_use]
    pub fn before_the_run(&self) -> Self {
        Self { others_come_later: true, ..self.clone() }
    }

    pub(crate) fn set_later(&mut self, name: impl Into<String>) {
        self.values.insert(name.into(), Value::Later);
    }

    pub(crate) fn lookup(&self, name: &str) -> Lookup<'_> {
        if let Some(env) = name.strip_prefix("env.") {
            return self.secrets.get(env).map_or(Lookup::Undefined, |secret| Lookup::Known(secret.expose()));
        }
        match self.values.get(name) {
            Some(Value::Known(value)) => Lookup::Known(value),
            Some(Value::Later) => Lookup::Later,
            None if self.others_come_later => Lookup::Later,
            None => Lookup::Undefined,
        }
    }

    /// Whether there is such a variable, also if it has no value yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// All names but those of the environment, sorted.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.values.keys().map(String::as_str).collect()
    }
}
