//! The provisioner `serial`: answers to what the device asks.

use std::collections::BTreeSet;
use std::time::Duration;

use hil_scenario::{Secret, is_secret_name};

use super::fill::{check, fill, keys};
use super::{Flash, Identity, ProvisionError, Provisioned, Provisioner, Question};

/// Longest time until a device asks, unless another is said.
const LIMIT: Duration = Duration::from_secs(30);

/// A question, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialStep {
    /// A text of the device's output that is waited for; empty: nothing is waited for.
    pub prompt: String,
    /// What it is sent then, with `${...}` filled in; a line end is added where there is none.
    pub answer: String,
    /// Longest time, on the device's clock, until it asks; `None`: 30 s.
    pub limit: Option<Duration>,
}

/// `serial`: steps on the serial port, after each start of a new device. Nothing of its flash is touched.
#[derive(Debug, Clone)]
pub struct SerialSteps {
    steps: Vec<SerialStep>,
    keys: BTreeSet<String>,
}

impl SerialSteps {
    /// These steps, in their order.
    ///
    /// # Errors
    /// An answer has a placeholder that is not known.
    pub fn new(steps: Vec<SerialStep>) -> Result<Self, ProvisionError> {
        let wrong = |problem| ProvisionError::Value { key: "answer".to_owned(), problem };
        steps.iter().try_for_each(|step| check(&step.answer)).map_err(wrong)?;
        let passed_on = steps.iter().flat_map(|step| keys(&step.answer)).map(str::to_owned).collect();
        Ok(Self { steps, keys: passed_on })
    }
}

impl Provisioner for SerialSteps {
    fn name(&self) -> &str {
        "serial"
    }

    fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    fn provision(&self, identity: &Identity, _: &mut dyn Flash) -> Result<Provisioned, ProvisionError> {
        let question = |step: &SerialStep| {
            let mut answer = fill(&step.answer, identity, &format!("the answer to `{}`", step.prompt))?;
            if !answer.ends_with(['\n', '\r']) {
                answer.push('\n');
            }
            let limit = step.limit.unwrap_or(LIMIT);
            Ok(Question { prompt: step.prompt.clone(), answer: Secret::new(answer), limit })
        };
        let dialogue = self.steps.iter().map(question).collect::<Result<_, ProvisionError>>()?;
        Ok(Provisioned { dialogue, ..Provisioned::default() })
    }

    fn secrets(&self) -> Vec<Secret> {
        // Passwords that stand in placeholders are the identity's.
        let is_secret = |step: &&SerialStep| is_secret_name(&step.prompt) && !step.answer.contains("${");
        self.steps.iter().filter(is_secret).map(|step| Secret::new(step.answer.trim_end())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_to_questions_for_a_password_are_secrets() {
        let step = |prompt: &str, answer: &str| SerialStep {
            prompt: prompt.to_owned(),
            answer: answer.to_owned(),
            limit: None,
        };
        let steps = [step("Network:", "lab"), step("Password:", "correct horse\n"), step("Token:", "${password}")];
        let steps = SerialSteps::new(steps.into()).expect("they are right");
        assert_eq!(steps.secrets(), [Secret::new("correct horse")]);
    }

    #[test]
    fn settings_whose_names_say_so_are_secrets() {
        let settings =
            [("api-token", "abcdef"), ("led-count", "5")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let identity = Identity { settings: settings.into(), ..Identity::default() };
        assert_eq!(identity.secrets(), [Secret::new("abcdef")]);
    }
}
