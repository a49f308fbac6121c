//! One thing that is not as it was when the image was built.

use std::collections::BTreeMap;
use std::fmt;

/// What an image depends on, and how it has changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It has another content, or another value.
    Changed(String),
    /// It is there now.
    Added(String),
    /// It is not there any more.
    Removed(String),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(what) => write!(f, "{what} changed"),
            Self::Added(what) => write!(f, "{what} is new"),
            Self::Removed(what) => write!(f, "{what} is gone"),
        }
    }
}

/// What differs between two tables, in the order of their keys.
pub(super) fn changes(then: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<Change> {
    let mut keys: Vec<&String> = then.keys().chain(now.keys()).collect();
    keys.sort();
    keys.dedup();
    let change = |key: &String| match (then.get(key), now.get(key)) {
        (Some(then), Some(now)) if then == now => None,
        (Some(_), Some(_)) => Some(Change::Changed(key.clone())),
        (None, _) => Some(Change::Added(key.clone())),
        (_, None) => Some(Change::Removed(key.clone())),
    };
    keys.into_iter().filter_map(change).collect()
}

/// Up to three of them, for one line.
pub(super) fn in_short(changes: &[Change]) -> String {
    const SHOWN: usize = 3;
    let mut parts: Vec<String> = changes.iter().take(SHOWN).map(Change::to_string).collect();
    if changes.len() > SHOWN {
        parts.push(format!("and {} more", changes.len() - SHOWN));
    }
    parts.join(", ")
}
