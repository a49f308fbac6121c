//! Payloads of statuses, with variables in them.

use hil_targets::reference::State;

/// A text with variables: `{hue},{saturation}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(pub Vec<Segment>);

/// A part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text.
    Text(String),
    /// A variable of the state.
    Variable(String),
}

impl Template {
    /// Reads it. Only a name in braces is a variable: JSON's own braces stay as they are.
    pub fn parse(text: &str) -> Self {
        let mut segments = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let name = rest[start + 1..].split_once('}').map(|(name, _)| name).filter(|name| is_name(name));
            let Some(name) = name else {
                plain += &rest[..=start];
                rest = &rest[start + 1..];
                continue;
            };
            plain += &rest[..start];
            if !plain.is_empty() {
                segments.push(Segment::Text(std::mem::take(&mut plain)));
            }
            segments.push(Segment::Variable(name.to_owned()));
            rest = &rest[start + name.len() + 2..];
        }
        plain += rest;
        if !plain.is_empty() {
            segments.push(Segment::Text(plain));
        }
        Self(segments)
    }

    /// The variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Variable(name) => Some(name.as_str()),
            Segment::Text(_) => None,
        })
    }

    /// The text in this state.
    pub fn fill(&self, state: &State) -> String {
        self.0
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.as_str(),
                Segment::Variable(name) => state.get(name),
            })
            .collect()
    }
}

/// Whether a text can be the name of a variable.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_braces() {
        let template = Template::parse(r#"{"power":"{power}","set":{"level":{level}}}"#);
        assert_eq!(template.variables().collect::<Vec<_>>(), ["power", "level"]);
        let mut state = State::default();
        state.set("power", "on");
        state.set("level", "7");
        assert_eq!(template.fill(&state), r#"{"power":"on","set":{"level":7}}"#);
    }
}
