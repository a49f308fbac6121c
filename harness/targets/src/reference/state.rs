//! The variables of a device.

/// Variables and their values, in the order in which they were first set.
#[derive(Debug, Clone, Default)]
pub struct State(Vec<(String, String)>);

impl State {
    /// The value of a variable; empty if it has none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a variable has a value.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Gives a variable a value.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }
}

/// Equal whatever the order in which the variables were set.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|(name, value)| other.has(name) && other.get(name) == value)
    }
}
