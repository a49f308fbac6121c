//! The variables of a device.

/// Variables and their values, in the order in which they were first set.
#[derive(Debug, Clone, Default)]
pub struct State(Vec<(String, Value)>);

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A text: in JSON a string.
    Text(String),
    /// A number, a boolean, or another value that is no text, as JSON has it: `20.5`.
    Json(String),
}

impl Value {
    /// As a text payload has it: without quotes.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}

impl State {
    /// The value of a variable as text; empty if it has none.
    pub fn get(&self, name: &str) -> &str {
        self.value(name).map_or("", Value::text)
    }

    /// The value of a variable.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Whether a variable has a value.
    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Gives a variable a text.
    pub fn set(&mut self, name: &str, value: &str) {
        self.put(name, Value::Text(value.to_owned()));
    }

    /// Gives a variable a value.
    pub fn put(&mut self, name: &str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }
}

/// Equal whatever the order in which the variables were set.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|(name, value)| other.value(name) == Some(value))
    }
}
