//! A value, and where it is from.

use std::fmt;
use std::ops::Deref;

use hil_model::event::Place;

/// A value that holds, and where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved<T> {
    /// The value.
    pub value: T,
    /// Where it is from.
    pub origin: Origin,
}

impl<T> Resolved<T> {
    /// `value`, from `origin`.
    pub const fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// `value`, where nobody says anything else.
    pub const fn default_of(value: T) -> Self {
        Self::new(value, Origin::Default)
    }

    /// Something made of the value, from the same origin.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Resolved<U> {
        Resolved { value: make(self.value), origin: self.origin }
    }
}

impl<T> Deref for Resolved<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Where a value is from; the first ones go before the later ones.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// An option of the command line: `--firmware`.
    CommandLine(&'static str),
    /// An environment variable: `HIL_BROKER`.
    Environment(&'static str),
    /// A profile of `hil.toml`.
    Profile {
        /// Its name: `bench`.
        name: String,
        /// Where it stands.
        place: Place,
    },
    /// `hil.toml`.
    File(Place),
    /// `wokwi.toml` beside it.
    WokwiToml(Place),
    /// Nobody says anything else.
    Default,
}

impl Origin {
    /// The place in a file, if it is from one.
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Profile { place, .. } | Self::File(place) | Self::WokwiToml(place) => Some(place),
            Self::CommandLine(_) | Self::Environment(_) | Self::Default => None,
        }
    }

    /// The kind of origin, in one word; the words are stable.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CommandLine(_) => "command-line",
            Self::Environment(_) => "environment",
            Self::Profile { .. } => "profile",
            Self::File(_) => "file",
            Self::WokwiToml(_) => "wokwi-toml",
            Self::Default => "default",
        }
    }

    /// As members of a JSON object: `{"kind": "file", "file": "hil.toml", "line": 3}`.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = serde_json::json!({ "kind": self.kind() });
        let members = [
            ("option", if let Self::CommandLine(option) = self { Some(serde_json::json!(option)) } else { None }),
            ("variable", if let Self::Environment(name) = self { Some(serde_json::json!(name)) } else { None }),
            ("profile", if let Self::Profile { name, .. } = self { Some(serde_json::json!(name)) } else { None }),
            ("file", self.place().map(|place| serde_json::json!(place.file))),
            ("line", self.place().map(|place| serde_json::json!(place.line))),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                json[name] = value;
            }
        }
        json
    }
}

/// `hil.toml:3`, `hil.toml:9, profile bench`, `--firmware`, `HIL_BROKER`, `default`
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine(option) => f.write_str(option),
            Self::Environment(name) => f.write_str(name),
            Self::Profile { name, place } => write!(f, "{}:{}, profile {name}", place.file.display(), place.line),
            Self::File(place) | Self::WokwiToml(place) => write!(f, "{}:{}", place.file.display(), place.line),
            Self::Default => f.write_str("default"),
        }
    }
}
