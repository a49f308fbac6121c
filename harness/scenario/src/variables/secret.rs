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

/// Environment variables by name, and secrets that no scenario can refer to.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    named: BTreeMap<String, Secret>,
    hidden: Vec<Secret>,
}

impl Secrets {
    /// Adds one.
    pub fn insert(&mut self, name: impl Into<String>, secret: Secret) {
        self.named.insert(name.into(), secret);
    }

    /// The one named `name`.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.named.get(name)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.hidden.is_empty()
    }

    /// Adds some that have no name: passwords of a device.
    pub fn hide(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        self.hidden.extend(secrets);
    }

    /// `text` with `${env.NAME}`, or `(secret)`, in place of each value, also where it is escaped as in `"a\"b"` (the longest first).
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let named = self.named.iter().map(|(name, secret)| (secret, format!("${{env.{name}}}")));
        let all = named.chain(self.hidden.iter().map(|secret| (secret, "(secret)".to_owned())));
        let forms = |(secret, shown): (&Secret, String)| {
            let value = &secret.0;
            [value.clone(), value.escape_debug().to_string()].map(|value| (value, shown.clone()))
        };
        let mut secrets: Vec<(String, String)> = all.flat_map(forms).collect();
        secrets.retain(|(value, _)| !value.is_empty());
        secrets.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        secrets.into_iter().fold(Cow::Borrowed(text), |text, (value, shown)| match text.contains(&value) {
            true => Cow::Owned(text.replace(&value, &shown)),
            false => text,
        })
    }
}
