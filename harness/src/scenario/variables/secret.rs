//! Values of environment variables: used, never shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// A text that does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Environment variables by name.
#[derive(Debug, Clone, Default)]
pub struct Secrets(BTreeMap<String, Secret>);

impl Secrets {
    /// Adds one.
    pub fn insert(&mut self, name: impl Into<String>, secret: Secret) {
        self.0.insert(name.into(), secret);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one named `name`.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// `text` with `${env.NAME}` in place of each value (the longest first).
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut secrets: Vec<_> = self.0.iter().filter(|(_, secret)| !secret.0.is_empty()).collect();
        secrets.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.0.len()));
        secrets.into_iter().fold(Cow::Borrowed(text), |text, (name, secret)| match text.contains(&secret.0) {
            true => Cow::Owned(text.replace(&secret.0, &format!("${{env.{name}}}"))),
            false => text,
        })
    }
}
