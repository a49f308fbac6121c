//! What a device understands and answers, as `device.yaml` says it.
//!
//! It is read as scenario files are: a tree with places, decoded with all errors told together.
//!
//! | module | what it is |
//! |---|---|
//! | `file` | the file's keys |
//! | `rules` | commands, statuses, answers, rejections |
//! | `grammar` | the payloads of commands |
//! | `template` | the payloads of statuses |
//! | `schema` | the JSON Schema |

mod file;
mod grammar;
mod rules;
mod schema;
mod template;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

pub(crate) use self::rules::for_topic;
pub use self::schema::schema;
pub use self::template::{Segment, Template};
use super::grammar::Grammar;
use std::sync::Arc;

use hil_scenario::Diagnostics;
use hil_targets::reference::{ReferenceModel, State};

/// Where a description is looked for.
pub const DEFAULT_PATH: &str = "scenarios/device.yaml";

/// What a device understands, and what it does then.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceDescription {
    /// `name`
    pub name: String,
    /// `model`: rules beyond what YAML says.
    pub model: Option<Model>,
    /// `settle`: after this long all effects of a command are visible.
    pub settle: Duration,
    /// `answers-within`: limit of statuses and answers.
    pub within: Duration,
    /// `max-packet`: the largest MQTT packet that it takes, in bytes.
    pub max_packet: Option<usize>,
    /// `online`: how it is known that it is connected.
    pub online: Option<Online>,
    /// `commands`, at least one.
    pub commands: Vec<CommandRule>,
    /// `statuses`, at least one.
    pub statuses: Vec<StatusRule>,
    /// `rejection`
    pub rejection: Rejection,
    /// `answer`: what it answers an accepted command, if it answers at all.
    pub answer: Option<String>,
    /// `start`: commands that bring it from any state to `state`; all of them are accepted.
    pub start: Vec<Start>,
    /// The state behind `start`.
    pub state: State,
}

/// A model in Rust. Two of one name are equal.
#[derive(Debug, Clone)]
pub struct Model(pub Arc<dyn ReferenceModel>);

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

/// The models that descriptions can name.
pub type Models = [Arc<dyn ReferenceModel>];

/// `online`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Online {
    /// Topic, retained.
    pub topic: String,
    /// Payload while it is connected.
    pub payload: String,
    /// How long it may take to come back.
    pub within: Duration,
    /// Whether it publishes its statuses when it has connected.
    pub statuses: bool,
}

/// An item of `commands`.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandRule {
    /// Topic.
    pub topic: String,
    /// What it understands.
    pub payload: Grammar,
    /// Places in `statuses` of what it publishes then.
    pub statuses: Vec<usize>,
}

/// An item of `statuses`.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRule {
    /// Topic.
    pub topic: String,
    /// Payload.
    pub payload: Template,
    /// QoS, if it is to be compared.
    pub qos: Option<u8>,
    /// Whether the broker keeps it.
    pub retained: bool,
}

/// `rejection`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejection {
    /// Regular expression for the answer.
    pub answer: Option<String>,
    /// Regular expression for the one line on the console; `{topic}` stands for the topic.
    pub log: Option<String>,
    /// Regular expression for all lines that complain: there is no second one.
    pub warnings: Option<String>,
    /// Topic filters on which there is silence.
    pub silent: Vec<String>,
}

/// An item of `start`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Place in `commands`.
    pub command: usize,
    /// Payload.
    pub payload: String,
}

impl DeviceDescription {
    /// Whether it is known to keep its state in flash: [`ReferenceModel::stores_state`].
    pub fn stores_state(&self) -> bool {
        self.model.as_ref().is_some_and(|Model(model)| model.stores_state())
    }

    /// Reads a description, which may name one of these models.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load(path: &Path, models: &Models) -> Result<Self, Diagnostics> {
        file::load(path, models)
    }

    /// Reads one from memory; `path` is what errors call it.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn load_text(path: &Path, text: impl Into<Vec<u8>>, models: &Models) -> Result<Self, Diagnostics> {
        file::load_text(path, text.into(), models)
    }
}
