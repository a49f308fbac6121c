//! Values of environment variables: used, never shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::redactor::{Hidden, Redactor, SHORT};

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
    /// Texts of the scenario in which named ones stand, each with what is shown in its place.
    uses: BTreeMap<String, Secret>,
    /// Made when it is first needed.
    redactor: OnceLock<Arc<Redactor>>,
}

impl Secrets {
    /// Adds one.
    pub fn insert(&mut self, name: impl Into<String>, secret: Secret) {
        self.named.insert(name.into(), secret);
        self.redactor = OnceLock::new();
    }

    /// The names of all.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
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
        self.redactor = OnceLock::new();
    }

    /// Whether one that has a name is too short to be replaced wherever it stands.
    pub(super) fn has_short(&self) -> bool {
        self.named.values().any(|secret| secret.0.len() < SHORT)
    }

    /// Adds texts in which named ones are used, each by what is shown in its place: `cmnd/${env.ROOM}`.
    pub(super) fn used_in(&mut self, texts: impl IntoIterator<Item = (String, Secret)>) {
        self.uses.extend(texts);
        self.redactor = OnceLock::new();
    }

    /// The names, each with itself as its value: what is shown.
    pub(super) fn as_names(&self) -> Self {
        let named = self.named.keys().map(|name| (name.clone(), Secret::new(placeholder(name)))).collect();
        Self { named, ..Self::default() }
    }

    /// `text` with `${env.NAME}`, or `(secret)`, in place of each value, however it is written there. A value of fewer than
    /// `SHORT` bytes is replaced where it was used, and where it is all of a text, a line, a quoted text, a JSON value
    /// or a topic level.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redact_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// The same of bytes that need not be text.
    pub fn redact_bytes<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        let found = if self.is_empty() { Vec::new() } else { self.redactor().find(bytes) };
        if found.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut clean = Vec::new();
        let mut from = 0;
        for (range, shown) in found {
            clean.extend(&bytes[from..range.start]);
            clean.extend(shown.as_bytes());
            from = range.end;
        }
        clean.extend(&bytes[from..]);
        Cow::Owned(clean)
    }

    /// The same of the pieces in which a stream has come: a secret may begin in one and end in another.
    pub fn redact_pieces(&self, pieces: &mut [&mut Vec<u8>]) {
        if self.is_empty() {
            return;
        }
        let whole: Vec<u8> = pieces.iter().flat_map(|piece| piece.iter().copied()).collect();
        let found = self.redactor().find(&whole);
        let (mut begin, mut next) = (0, 0);
        for piece in pieces {
            let end = begin + piece.len();
            let mut clean = Vec::new();
            let mut from = begin;
            while let Some((range, shown)) = found.get(next).filter(|(range, _)| range.start < end) {
                // The name stands in the piece in which the secret begins.
                if range.start >= begin {
                    clean.extend(&whole[from..range.start]);
                    clean.extend(shown.as_bytes());
                }
                from = range.end.min(end);
                if range.end > end {
                    break;
                }
                next += 1;
            }
            clean.extend(&whole[from..end]);
            **piece = clean;
            begin = end;
        }
    }

    fn redactor(&self) -> &Redactor {
        self.redactor.get_or_init(|| {
            let named = self.named.iter().map(|(name, secret)| (secret, placeholder(name)));
            let hidden = self.hidden.iter().map(|secret| (secret, "(secret)".to_owned()));
            let all = named.chain(hidden).map(|(secret, shown)| Hidden { value: &secret.0, shown });
            let uses = self.uses.iter().map(|(shown, text)| Hidden { value: &text.0, shown: shown.clone() });
            Arc::new(Redactor::new(all, uses))
        })
    }
}

/// What stands for a secret that has a name.
fn placeholder(name: &str) -> String {
    format!("${{env.{name}}}")
}

/// Parts of names whose values are secrets.
const NAMES: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "psk", "credential"];

/// Whether the value under `name` (a JSON key, a topic, a setting, a prompt) is likely to be a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    let is_short = |word: &str| matches!(word, "pass" | "pwd" | "pw");
    NAMES.iter().any(|secret| name.contains(secret)) || name.split(|c: char| !c.is_alphanumeric()).any(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in ["wifi/Password", "api-key", "accessToken", "PSK", "wifi_pass", "PWD"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["stat/led/power", "bypass", "passed"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
