//! Steps as YAML.

use std::fmt::Write as _;
use std::time::Duration;

use hil_model::time::display;

/// Steps of a scenario, and which action each belongs to.
#[derive(Debug, Default)]
pub(super) struct Steps {
    text: String,
    /// The action of each step.
    pub(super) owners: Vec<usize>,
    /// Steps, by their places, that ask whether the device is still there.
    pub(super) probes: Vec<usize>,
    action: usize,
    name: Option<String>,
    is_probe: bool,
}

impl Steps {
    /// The steps that follow belong to this action.
    pub(super) const fn begin(&mut self, action: usize) {
        self.action = action;
    }

    /// Whether the steps that follow ask if the device still answers.
    pub(super) const fn probing(&mut self, is_probe: bool) {
        self.is_probe = is_probe;
    }

    /// The next step has this name.
    pub(super) fn named(&mut self, name: impl Into<String>) -> &mut Self {
        self.name = Some(name.into());
        self
    }

    /// A step: `publish: { .. }`.
    pub(super) fn push(&mut self, step: &str) {
        match self.name.take() {
            // `reset` is a word, and takes no name.
            Some(name) if !step.contains(':') => self.text += &format!("  # {name}\n  - {step}\n"),
            Some(name) => {
                // Writing to a text cannot fail.
                let _ = write!(self.text, "  - name: {}\n    {step}\n", quoted(&name));
            }
            None => self.text += &format!("  - {step}\n"),
        }
        if self.is_probe {
            self.probes.push(self.owners.len());
        }
        self.owners.push(self.action);
    }

    pub(super) fn delay(&mut self, duration: Duration) {
        if !duration.is_zero() {
            self.push(&format!("delay: {}", display(duration)));
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// A text in YAML's double quotes, without variables.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            '\0' => out += "\\0",
            '$' if rest.peek() == Some(&'{') => out += "$$",
            ' '..='~' => out.push(c),
            c if u32::from(c) <= 0xff => out += &format!("\\x{:02x}", u32::from(c)),
            c if u32::from(c) <= 0xffff => out += &format!("\\u{:04x}", u32::from(c)),
            c => out += &format!("\\U{:08x}", u32::from(c)),
        }
    }
    out.push('"');
    out
}

/// A payload's key and value: text where it is text.
pub(crate) fn payload(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => format!("payload: {}", quoted(text)),
        Err(_) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("payload-hex: \"{hex}\"")
        }
    }
}

/// The same scenario under another name.
pub fn set_name(text: &str, name: &str) -> String {
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    format!("name: {}\n{rest}", quoted(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use hil_scenario::{Command, Loader};

    proptest! {
        #[test]
        fn every_payload_is_read_back(bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..40),
            any::<String>().prop_map(String::into_bytes),
            "[$]?[{]?[a-z]{0,2}[}]?".prop_map(String::into_bytes),
        ]) {
            let text = format!(
                "name: a\nversion: 1\nsteps:\n  - publish: {{ topic: a, {} }}\n", payload(&bytes)
            );
            let file = Loader::new().load_text("a.yaml".as_ref(), text).unwrap();
            let step = file.scenarios[0].steps[0].decode(&file.scenarios[0].variables()).unwrap();
            let Command::Publish(publish) = step.command else { panic!("no publish") };
            prop_assert_eq!(publish.payload.0, bytes);
        }
    }
}
