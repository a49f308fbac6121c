//! How a device learns its broker, its identity and its network.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::At;
use crate::Resolved;

/// How a device learns its broker, its identity and its network. What is not named here is not touched.
#[derive(Debug, Clone, PartialEq)]
pub enum Provision {
    /// It knows them already.
    None,
    /// From an NVS partition made of a CSV file, in the format of ESP-IDF's generator, with [`PLACEHOLDERS`] filled in.
    Nvs {
        /// The CSV file.
        file: PathBuf,
        /// The label of the partition; `None`: the first NVS partition of the table.
        partition: Option<String>,
    },
    /// From an image that is written as it is.
    Image {
        /// The image.
        file: PathBuf,
        /// Where it belongs; `None`: the first NVS partition of the table.
        at: Option<At>,
    },
    /// From answers to what it asks on its serial port.
    Serial {
        /// Question by question.
        steps: Vec<SerialStep>,
    },
    /// By a provisioner that this build of `hil` knows by name.
    Other {
        /// Its name.
        name: String,
        /// Its settings, which it checks itself.
        settings: BTreeMap<String, Resolved<serde_json::Value>>,
    },
}

impl Provision {
    /// The kinds that every build of `hil` has.
    pub const KINDS: [&'static str; 4] = ["none", "nvs", "image", "serial"];

    /// The first NVS partition from this file: from CSV if its name ends so, else from an image.
    pub fn of_file(file: PathBuf) -> Self {
        let is_csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_csv { Self::Nvs { file, partition: None } } else { Self::Image { file, at: None } }
    }

    /// `none`, `nvs`, ...
    pub fn kind(&self) -> &str {
        match self {
            Self::None => "none",
            Self::Nvs { .. } => "nvs",
            Self::Image { .. } => "image",
            Self::Serial { .. } => "serial",
            Self::Other { name, .. } => name,
        }
    }
}

/// A question of the device, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialStep {
    /// A text of its output that is waited for; empty: nothing is waited for.
    pub prompt: String,
    /// What it is sent then, with [`PLACEHOLDERS`] filled in; a line end is added where there is none.
    pub answer: String,
}

/// What `${...}` may stand for in an answer or a CSV file.
pub const PLACEHOLDERS: [&str; 6] = ["broker.host", "broker.port", "client-id", "prefix", "wifi.ssid", "wifi.password"];

/// What stands in `${...}`, each with its place in `text`, in bytes. `None` is a `${` without its end.
pub fn placeholders(text: &str) -> impl Iterator<Item = (Option<&str>, std::ops::Range<usize>)> {
    text.match_indices("${").map(|(start, _)| {
        let name = text[start + 2..].split_once('}').map(|(name, _)| name);
        let end = name.map_or(text.len(), |name| start + 2 + name.len() + 1);
        (name, start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_with_their_places() {
        let found: Vec<_> = placeholders("a=${broker.host}:${broker.port} ${open").collect();
        assert_eq!(found, [(Some("broker.host"), 2..16), (Some("broker.port"), 17..31), (None, 32..38)]);
        assert_eq!(placeholders("$x {y} $").count(), 0);
    }
}
