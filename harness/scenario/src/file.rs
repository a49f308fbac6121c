//! A scenario file, checked: what the runner runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;

use super::schema::forms;
use super::step::StepNode;
use super::{Capability, Secrets, Spanned, Variables};

/// The text of a file, for error messages.
#[derive(Debug, Clone)]
pub struct Source {
    /// As the user named it (relative paths stay relative).
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// A scenario file after `include`s were resolved. `cases` are not yet expanded: see [`ScenarioFile::scenarios`].
#[derive(Debug, Clone)]
pub struct ScenarioFile {
    /// The file.
    pub source: Arc<Source>,
    /// `name`
    pub name: Spanned<String>,
    /// `tags`
    pub tags: Vec<Spanned<String>>,
    /// `requires`
    pub requires: Vec<Spanned<Capability>>,
    /// `timeout`: limit of the whole scenario in scenario time; default 30 s.
    pub timeout: Option<Duration>,
    /// `may-reset`: the device may reset itself by software.
    pub may_reset: bool,
    /// `device`: how the device is configured before it starts.
    pub device: DeviceConfig,
    /// One run a row of `cases`, or one run without.
    pub scenarios: Vec<Scenario>,
}

/// One run: a file with the variables of one row of its `cases`.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Unique and stable: path without extension, and the case: `reject/hue[361]`.
    pub id: String,
    /// The file's name, and the case.
    pub title: String,
    /// Variables at the start: `vars`, overridden by the row.
    pub vars: BTreeMap<String, String>,
    /// Those of them that are texts, also where they look like a number.
    pub(crate) texts: BTreeSet<String>,
    /// Where the row stands (the file's start if there are no cases).
    pub span: super::Span,
    /// `setup`, those of included files first.
    pub setup: Vec<SourcedStep>,
    /// `steps`
    pub steps: Vec<SourcedStep>,
    /// `teardown`: run whatever came before.
    pub teardown: Vec<SourcedStep>,
    /// Capabilities that its steps and `requires` need, each with the first place that needs it.
    pub needs: Vec<Need>,
    /// Whether any of its steps asks something of the device. Where none does, it passes on every device that does not die.
    pub expects_something: bool,
    /// Whether any of its steps judges in which order things come: an `in-order`.
    pub judges_order: bool,
    /// The environment variables that it uses.
    pub secrets: Arc<Secrets>,
}

impl Scenario {
    /// Whether all of its steps, those of setup and teardown included, are Wokwi's. Such a scenario means what it means in
    /// Wokwi: the device's time stands still between steps (docs/scenarios.md).
    pub fn has_only_wokwi_steps(&self) -> bool {
        self.setup.iter().chain(&self.steps).chain(&self.teardown).all(|sourced| sourced.step.is_wokwis())
    }

    /// All variables at the start, with those of the environment.
    pub fn variables(&self) -> Variables {
        let mut variables = Variables::new(Arc::clone(&self.secrets));
        for (name, value) in &self.vars {
            if self.texts.contains(name) {
                variables.set_text(name, value);
            } else {
                variables.set(name, value);
            }
        }
        variables
    }
}

/// A step and the file that it stands in (an included one, perhaps).
#[derive(Debug, Clone)]
pub struct SourcedStep {
    /// The file.
    pub source: Arc<Source>,
    /// The step.
    pub step: StepNode,
}

/// A needed capability and why.
#[derive(Debug, Clone)]
pub struct Need {
    /// What.
    pub capability: Capability,
    /// `step 3 (expect-led)`, `requires`, `device`.
    pub by: String,
}

/// `device:` how a device that the harness provisions is configured. The provisioner of the device says which keys there are
/// beyond these two, and judges their values.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema)]
#[schemars(
    rename_all = "kebab-case",
    extend("additionalProperties" = { "description": "A setting that the device's provisioner knows.", "$ref": "#/$defs/filled-text" })
)]
pub struct DeviceConfig {
    /// `prefix`: topic prefix.
    #[schemars(with = "Option<forms::TopicName>")]
    pub prefix: Option<String>,
    /// `client-id`: MQTT client id.
    #[schemars(with = "Option<forms::FilledText>")]
    pub client_id: Option<String>,
    /// All other keys, with their values as they were written.
    #[schemars(skip)]
    pub settings: BTreeMap<String, String>,
}
