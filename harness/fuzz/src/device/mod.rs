//! What a device understands and answers, as `device.yaml` says it.
//!
//! It is read as scenario files are: a tree with places, decoded with all errors told together.
//!
//! | module | what it is |
//! |---|---|
//! | `file` | the file's keys |
//! | `rules` | commands, statuses, answers, rejections |
//! | `grammar`, `json` | the payloads of commands |
//! | `expected`, `template` | the payloads of statuses |
//! | `overlap` | commands that one topic has several of |
//! | `schema` | the JSON Schema |

mod expected;
mod file;
mod grammar;
mod json;
mod overlap;
mod rules;
mod schema;
mod template;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

pub use self::expected::{Conditions, Domains, Expected};
pub(crate) use self::rules::for_topic;
pub use self::schema::schema;
pub use self::template::{Segment, Template};
use super::grammar::{Grammar, Kind, Said};
use super::json::Reading;
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
    /// `client-id`: its MQTT client identifier, by which its connection can be taken over.
    pub client_id: Option<String>,
    /// `commands`, at least one.
    pub commands: Vec<CommandRule>,
    /// `statuses`
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
    /// Payload of its will, if that is known: it has lost its connection.
    pub offline: Option<String>,
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
    /// `guessed`: what its grammar does not read may be taken all the same.
    pub guessed: bool,
}

/// An item of `statuses`.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRule {
    /// Topic.
    pub topic: String,
    /// Payload.
    pub payload: Expected,
    /// QoS, if it is to be compared.
    pub qos: Option<u8>,
    /// Whether the broker keeps it.
    pub retained: bool,
    /// `every`: it also comes by itself, so often.
    pub every: Option<Duration>,
    /// `once`: a command causes one message, and no second one.
    pub once: bool,
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

/// Bytes that every device has room for in a payload; of more it must be said.
const ROOM: usize = 128;

impl DeviceDescription {
    /// What the device must or may make of a payload on the topic of this command, and which of the commands there it is then.
    pub fn judge(&self, command: usize, payload: &[u8]) -> Reading<(usize, Said)> {
        let topic = &self.commands[command].topic;
        let same = self.commands.iter().enumerate().filter(|(_, other)| other.topic == *topic);
        let all = same.map(|(index, other)| other.payload.judge(payload).map(|said| (index, said)));
        let mut read = all.fold(Reading::Refused, Reading::or);
        if read == Reading::Refused && self.commands.iter().any(|other| other.guessed && other.topic == *topic) {
            read = Reading::Anything;
        }
        let is_json = self.commands[command].payload.shape().is_some();
        // A right text may be longer than its buffer.
        if is_json && payload.len() > ROOM && self.max_packet.is_none() { read.or_refused() } else { read }
    }

    /// Whether commands are JSON.
    pub fn has_json(&self) -> bool {
        self.commands.iter().any(|command| command.payload.shape().is_some())
    }

    /// A condition that all values of a variable meet, in YAML, if one grammar alone sets it.
    pub fn domain(&self, variable: &str) -> Option<String> {
        let mut found = Vec::new();
        if self.commands.iter().any(|command| command.guessed) {
            return None;
        }
        for command in &self.commands {
            command.payload.each(&mut |grammar| {
                let is_it = |sets: &Option<String>| sets.as_deref() == Some(variable);
                match &grammar.kind {
                    Kind::Number(number) if is_it(&grammar.sets) => {
                        found.push(Some(format!("{{ type: number, between: [{}, {}] }}", number.min, number.max)));
                    }
                    Kind::Json(shape) => shape.each(&mut |shape| {
                        if is_it(&shape.sets) {
                            found.push(shape.condition());
                        }
                    }),
                    _ if is_it(&grammar.sets) => found.push(None),
                    _ => {}
                }
            });
        }
        found.dedup();
        match found.as_slice() {
            [only] => only.clone(),
            _ => None,
        }
    }

    /// Whether a status, or an answer, follows this command.
    pub fn is_answered(&self, command: usize) -> bool {
        self.answer.is_some() || !self.commands[command].statuses.is_empty()
    }

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
