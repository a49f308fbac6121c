//! How a place is named.

use std::fmt;
use std::str::FromStr;

/// The key that labgrid matches with a place's name, in reservations.
const NAME: &str = "name";

/// Which places will do: `labgrid:chip=esp32c3,kind=sim` by tags, `labgrid:place=NAME` by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LabgridSpec {
    /// Tags that a place must have, and perhaps its name: labgrid's filter.
    filter: Vec<(String, String)>,
}

/// Why a text names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabgridSpecError {
    /// It does not begin with `labgrid:`.
    #[error("{0:?} is not labgrid:TAG=VALUE,... nor labgrid:place=NAME")]
    Scheme(String),
    /// It names neither tags nor a place.
    #[error("labgrid: wants tags or a place, as in labgrid:chip=esp32c3,kind=sim or labgrid:place=NAME")]
    Empty,
    /// A part of it is no tag.
    #[error("{0:?} is not TAG=VALUE")]
    NotTag(String),
    /// Not a key that labgrid takes.
    #[error("{0:?} is no tag of labgrid: a small letter first, then one or more letters, digits, `_`, `-` and `.`")]
    Key(String),
    /// Not a value that labgrid takes.
    #[error("{value:?} is not a value for {key}: it has letters, digits, `_`, `-` and `.`")]
    Value {
        /// The tag.
        key: String,
        /// Its value.
        value: String,
    },
    /// The same tag twice: labgrid would take the last.
    #[error("{0} is given twice")]
    Twice(String),
}

impl LabgridSpec {
    /// What `labgrid-client reserve` wants: `chip=esp32c3`.
    pub(super) fn filters(&self) -> impl Iterator<Item = String> {
        self.filter.iter().map(|(key, value)| format!("{key}={value}"))
    }

    /// Whether a place of this name and these tags will do.
    pub(super) fn fits(&self, name: &str, tags: &[(String, String)]) -> bool {
        self.filter.iter().all(|wanted| match wanted {
            (key, value) if key == NAME => value == name,
            wanted => tags.contains(wanted),
        })
    }

    /// For messages: `the tags chip=esp32c3, kind=sim`, `the name c3-1`.
    pub(super) fn describe(&self) -> String {
        let tags: Vec<_> = self.filter.iter().filter(|(key, _)| key != NAME).map(|(k, v)| format!("{k}={v}")).collect();
        let name = self.filter.iter().find(|(key, _)| key == NAME).map(|(_, name)| format!("the name {name}"));
        let noun = if tags.len() == 1 { "tag" } else { "tags" };
        let tags = (!tags.is_empty()).then(|| format!("the {noun} {}", tags.join(", ")));
        name.into_iter().chain(tags).collect::<Vec<_>>().join(" and ")
    }
}

impl FromStr for LabgridSpec {
    type Err = LabgridSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("labgrid:").ok_or_else(|| LabgridSpecError::Scheme(text.to_owned()))?;
        if rest.trim().is_empty() {
            return Err(LabgridSpecError::Empty);
        }
        let mut filter: Vec<(String, String)> = Vec::new();
        for pair in rest.split(',') {
            let (key, value) =
                pair.trim().split_once('=').ok_or_else(|| LabgridSpecError::NotTag(pair.trim().to_owned()))?;
            let key = if key == "place" { NAME } else { key };
            if !is_key(key) {
                return Err(LabgridSpecError::Key(key.to_owned()));
            }
            if value.is_empty() || !value.chars().all(is_taken) {
                return Err(LabgridSpecError::Value { key: key.to_owned(), value: value.to_owned() });
            }
            if filter.iter().any(|(known, _)| known == key) {
                return Err(LabgridSpecError::Twice(key.to_owned()));
            }
            filter.push((key.to_owned(), value.to_owned()));
        }
        Ok(Self { filter })
    }
}

impl fmt::Display for LabgridSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(key, value): &(String, String)| {
            let key = if key == NAME { "place" } else { key };
            format!("{key}={value}")
        };
        write!(f, "labgrid:{}", self.filter.iter().map(shown).collect::<Vec<_>>().join(","))
    }
}

/// `TAG_KEY` of `labgrid/remote/common.py` looks at the beginning only, and `TAG_VAL` lets anything pass.
fn is_key(text: &str) -> bool {
    text.len() >= 2 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_taken)
}

/// What is certain to come through labgrid's command line and listings as it is.
const fn is_taken(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_by_tags_or_by_name() {
        for text in ["labgrid:chip=esp32c3,kind=sim", "labgrid:place=c3-1", "labgrid:place=c3-1,kind=sim"] {
            let spec: LabgridSpec = text.parse().expect(text);
            assert_eq!(spec.to_string(), text);
        }
        let spec: LabgridSpec = "labgrid:place=c3-1, kind=sim".parse().expect("space after a comma");
        assert_eq!(spec.filters().collect::<Vec<_>>(), ["name=c3-1", "kind=sim"]);
        assert_eq!(spec.describe(), "the name c3-1 and the tag kind=sim");
        let tags = [("kind".to_owned(), "sim".to_owned()), ("chip".to_owned(), "esp32c3".to_owned())];
        assert!(spec.fits("c3-1", &tags));
        assert!(!spec.fits("c3-10", &tags));
        assert!(!spec.fits("c3-1", &tags[1..]));
    }

    #[test]
    fn what_names_no_place_is_refused() {
        let errors: Vec<_> = [
            "c3-1",
            "labgrid:",
            "labgrid:esp32c3",
            "labgrid:chip=esp32c3,",
            "labgrid:Chip=esp32c3",
            "labgrid:c=1",
            "labgrid:chip=",
            "labgrid:chip=esp 32",
            "labgrid:chip=a,chip=b",
        ]
        .iter()
        .map(|text| text.parse::<LabgridSpec>().expect_err(text).to_string())
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @r#"
        "c3-1" is not labgrid:TAG=VALUE,... nor labgrid:place=NAME
        labgrid: wants tags or a place, as in labgrid:chip=esp32c3,kind=sim or labgrid:place=NAME
        "esp32c3" is not TAG=VALUE
        "" is not TAG=VALUE
        "Chip" is no tag of labgrid: a small letter first, then one or more letters, digits, `_`, `-` and `.`
        "c" is no tag of labgrid: a small letter first, then one or more letters, digits, `_`, `-` and `.`
        "" is not a value for chip: it has letters, digits, `_`, `-` and `.`
        "esp 32" is not a value for chip: it has letters, digits, `_`, `-` and `.`
        chip is given twice
        "#);
    }
}
