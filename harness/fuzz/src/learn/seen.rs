//! What was seen, sorted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hil_scenario::{Json, is_secret_name};

/// Levels of topics that are names of commands.
const COMMANDS: [&str; 9] = ["set", "cmnd", "cmd", "command", "commands", "write", "rpc", "request", "do"];
/// What a command causes comes within this time.
const SOON: Duration = Duration::from_secs(1);
/// Of a hundred commands, so many are followed by what they cause: some may have been refused.
const MOSTLY: usize = 80;

/// A message that came while it was listened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// When, from the beginning.
    pub at: Duration,
    /// Topic.
    pub topic: String,
    /// Payload.
    pub payload: Vec<u8>,
}

/// All that was seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What came, in this order.
    pub messages: Vec<Message>,
    /// What the broker keeps.
    pub retained: BTreeMap<String, Vec<u8>>,
    /// How long it was listened.
    pub time: Duration,
}

/// A command and what followed it.
#[derive(Debug)]
pub(super) struct Told<'s> {
    pub(super) message: &'s Message,
    /// What came until the next command, and soon.
    pub(super) followed: Vec<&'s Message>,
}

/// A topic that is no command's.
#[derive(Debug)]
pub(super) struct Status<'s> {
    pub(super) topic: &'s str,
    /// Its payloads, those that the broker keeps too.
    pub(super) payloads: Vec<&'s [u8]>,
    /// Whether commands cause it.
    pub(super) is_caused: bool,
    /// One for each command, and never two.
    pub(super) is_once: bool,
    /// How often it comes by itself, if it does.
    pub(super) every: Option<Duration>,
    pub(super) is_retained: bool,
    /// The longest time from a command to it.
    pub(super) lag: Duration,
}

impl Seen {
    /// The same without what may be a secret by its name, and without what is no text.
    #[must_use]
    pub(super) fn without_secrets(&self) -> Self {
        let mut seen = self.clone();
        seen.messages
            .retain(|message| !is_secret_name(&message.topic) && std::str::from_utf8(&message.payload).is_ok());
        seen.retained.retain(|topic, payload| !is_secret_name(topic) && std::str::from_utf8(payload).is_ok());
        let payloads = seen.messages.iter_mut().map(|message| &mut message.payload).chain(seen.retained.values_mut());
        for payload in payloads {
            if let Ok(mut json) = Json::parse(payload)
                && open(&mut json)
            {
                *payload = json.to_string().into_bytes();
            }
        }
        seen
    }

    /// Topics that are commands by their names, or because they are `named`.
    pub(super) fn commands(&self, named: &[String]) -> BTreeSet<&str> {
        let topics = self.messages.iter().map(|message| message.topic.as_str());
        topics.filter(|topic| is_command(topic) || named.iter().any(|name| name == topic)).collect()
    }

    /// Every command with what followed it.
    pub(super) fn told(&self, commands: &BTreeSet<&str>) -> Vec<Told<'_>> {
        let is_command = |message: &Message| commands.contains(message.topic.as_str());
        let mut all: Vec<Told<'_>> = Vec::new();
        for message in &self.messages {
            if is_command(message) {
                all.push(Told { message, followed: Vec::new() });
            } else if let Some(last) = all.last_mut().filter(|last| message.at <= last.message.at + SOON) {
                last.followed.push(message);
            }
        }
        all
    }

    /// The topics that are no commands, with what is known of them.
    pub(super) fn statuses<'s>(&'s self, commands: &BTreeSet<&str>, told: &[Told<'_>]) -> Vec<Status<'s>> {
        let came = self.messages.iter().map(|message| message.topic.as_str());
        let kept = self.retained.keys().map(String::as_str);
        let topics: BTreeSet<&str> = came.chain(kept).filter(|topic| !commands.contains(topic)).collect();
        topics.into_iter().filter(|topic| !is_command(topic)).map(|topic| self.status(topic, told)).collect()
    }

    fn status<'s>(&'s self, topic: &'s str, told: &[Told<'_>]) -> Status<'s> {
        let of_topic: Vec<&Message> = self.messages.iter().filter(|message| message.topic == topic).collect();
        let count = |told: &Told<'_>| told.followed.iter().filter(|message| message.topic == topic).count();
        let answered: Vec<&Told<'_>> = told.iter().filter(|told| !told.followed.is_empty()).collect();
        let following = answered.iter().filter(|told| count(told) > 0).count();
        let caused: usize = told.iter().map(count).sum();
        let gaps: Vec<Duration> = of_topic.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        let follows = following > 0 && 100 * following >= MOSTLY * answered.len();
        // What ticks and now and then comes without a command only seems to follow some.
        let is_caused = follows && (caused == of_topic.len() || !is_regular(&gaps));
        let alone = if is_caused { of_topic.len() - caused } else { of_topic.len() };
        let first = |told: &&Told<'_>| {
            told.followed.iter().find(|message| message.topic == topic).map(|message| message.at - told.message.at)
        };
        let payloads = of_topic.iter().map(|message| message.payload.as_slice());
        Status {
            topic,
            payloads: payloads.chain(self.retained.get(topic).map(Vec::as_slice)).collect(),
            is_caused,
            is_once: is_caused && alone == 0 && following > 2 && answered.iter().all(|told| count(told) <= 1),
            every: (alone > 0).then(|| self.period(gaps, alone)),
            is_retained: self.retained.contains_key(topic),
            lag: answered.iter().filter(|_| is_caused).filter_map(first).max().unwrap_or_default(),
        }
    }

    /// The usual time between two messages; of a single one, as long as it was listened.
    fn period(&self, gaps: Vec<Duration>, alone: usize) -> Duration {
        let usual = usual(gaps).filter(|_| alone > 1).unwrap_or(self.time);
        Duration::from_millis(100 * (usual.as_millis() as u64).div_ceil(100).max(1))
    }
}

/// Takes members out that may be secrets; whether there were any.
fn open(json: &mut Json) -> bool {
    match json {
        Json::Object(members) => {
            let all = members.len();
            members.retain(|(key, _)| !is_secret_name(key));
            let some = members.len() < all;
            members.iter_mut().fold(some, |some, (_, value)| open(value) || some)
        }
        Json::Array(items) => items.iter_mut().filter_map(|item| open(item).then_some(())).count() > 0,
        _ => false,
    }
}

/// The one in the middle.
fn usual(mut gaps: Vec<Duration>) -> Option<Duration> {
    gaps.sort();
    gaps.get(gaps.len() / 2).copied()
}

/// Whether these times between messages are much the same.
fn is_regular(gaps: &[Duration]) -> bool {
    let Some(usual) = usual(gaps.to_vec()).filter(|_| gaps.len() > 1) else { return false };
    gaps.iter().all(|gap| gap.abs_diff(usual) <= usual / 5)
}

fn is_command(topic: &str) -> bool {
    let mut levels = topic.split('/').map(str::to_ascii_lowercase);
    let first = levels.clone().next().is_some_and(|level| level == "cmnd");
    first || levels.next_back().is_some_and(|last| COMMANDS.contains(&last.as_str())) || has_set(topic)
}

/// `heat/7/set/target`
fn has_set(topic: &str) -> bool {
    topic.rsplit('/').nth(1) == Some("set")
}
