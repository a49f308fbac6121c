//! The text of the file.

use std::fmt::Write as _;
use std::time::Duration;

use hil_model::time::display;

use super::devices::is_command;
use super::expectation::{Part, Wanted, condition};
use super::seen::{MAX_WRITTEN, Period, Seen, Topic};
use super::yaml;
use crate::Demo;
use crate::cmd::listening::holds;

/// Longest step on one line.
const WIDTH: usize = 110;
/// Longest topic that a step is written for, in bytes.
const LONGEST_TOPIC: usize = 1000;

/// Where it comes from.
pub(super) struct Origin<'a> {
    pub(super) filters: &'a [String],
    pub(super) seconds: u16,
    /// Path of the JSON Schema.
    pub(super) schema: &'a str,
    /// Must not be written.
    pub(super) password: Option<&'a str>,
}

/// A first scenario, for a device that is not listened to.
pub(super) fn first(schema: &str, demo: Option<Demo>) -> String {
    match demo {
        Some(demo) => format!("# yaml-language-server: $schema={schema}\n{}", demo.first_scenario),
        None => every_device(schema),
    }
}

/// A scenario that every device must pass.
fn every_device(schema: &str) -> String {
    format!(
        r##"# yaml-language-server: $schema={schema}
#
# A first scenario. Whatever its steps say, a scenario fails if the device panics, halts, or resets itself.
name: The device runs for ten seconds
version: 1
tags: [first]

steps:
  - delay: 10s

  # What it must say on its serial port; every expectation has a limit, 2 s of device time unless `within:` says otherwise.
  #- wait-serial: "connected"

  # What it is told, and what it must answer then.
  #- publish: {{ topic: plug/set, payload: "on" }}
  #- expect-message: {{ topic: plug/state, payload: "on", within: 1s }}
"##
    )
}

/// A scenario for what was seen.
pub(super) fn scenario(seen: &Seen, origin: &Origin<'_>) -> String {
    let filters: Vec<String> = origin.filters.iter().map(|f| yaml::topic(f)).collect();
    let mut out = format!(
        "# yaml-language-server: $schema={}\n#\n# What the device showed on {} within {} s. Read it, and keep what it must always do.\n\
         name: The device shows its state\nversion: 1\ntags: [first]\n",
        origin.schema,
        filters.join(", "),
        origin.seconds
    );
    let is_writable = |name: &str| name.len() <= LONGEST_TOPIC && !name.starts_with("$share/");
    let all = || seen.topics.iter().filter(|(name, _)| !is_command(name));
    let steps: Vec<Written> = all()
        .filter(|(name, _)| is_writable(name))
        .take(MAX_WRITTEN)
        .flat_map(|(name, topic)| written(name, topic, origin))
        .collect();
    // What came once may never come again; but a scenario expects something.
    let has_sure = steps.iter().any(|step| step.is_sure);
    let longest: Duration = steps.iter().filter(|step| step.is_sure || !has_sure).map(|step| step.longest).sum();
    let timeout = 30 + longest.as_secs() + 1;
    if timeout > 31 {
        let _ = writeln!(out, "timeout: {timeout}s");
    }
    out.push_str("\nsteps:\n");
    for (index, step) in steps.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let is_off = has_sure && !step.is_sure;
        for line in step.text.lines() {
            let line = if is_off && !line.starts_with("  #") { line.replacen("  ", "  #", 1) } else { line.to_owned() };
            let _ = writeln!(out, "{line}");
        }
    }
    if steps.is_empty() {
        out.push_str("  - log: no topic could be written down\n");
    }
    let too_long = all().filter(|(name, _)| !is_writable(name)).count();
    if too_long > 0 {
        let _ = writeln!(out, "\n  # Topics with names that are too long were left out: {too_long}.");
    }
    if seen.beyond > 0 || all().count() > MAX_WRITTEN + too_long {
        out.push_str("\n  # More topics were left out: narrow it with `hil init --topic`.\n");
    }
    out.push_str(&publish_template(seen, origin));
    out
}

/// A step of the file.
struct Written {
    text: String,
    /// Whether the device does it again and again, or the broker keeps it.
    is_sure: bool,
    /// How long it may take.
    longest: Duration,
}

/// What is expected of a topic.
fn written(name: &str, topic: &Topic, origin: &Origin<'_>) -> Vec<Written> {
    let condition = condition(name, topic, origin.password);
    let remark = condition.remark.as_ref().map(|remark| format!("; {remark}")).unwrap_or_default();
    let mut steps = Vec::new();
    if let Some(qos) = topic.retained {
        let live = if topic.live > 0 { format!(", and {} came", messages(topic.live)) } else { String::new() };
        let text = format!("  # Retained by the broker{live}{remark}.\n");
        let step = Step::new("expect-retained", name).with(&condition.wanted, "where").key(format!("qos: {qos}"));
        steps.push(Written { text: text + &step.text(), is_sure: true, longest: Duration::from_secs(2) });
    }
    if let Some(Period { every, deviation }) = topic.period() {
        let tolerance = (2 * deviation).div_ceil(5).max(5) * 5;
        let watched = (4 * every).max(Duration::from_secs(1));
        let text = format!("  # One came every {}, off by {deviation} % at most{remark}.\n", display(every));
        let step = Step::new("expect-stream", name)
            .key(format!("every: {}", display(every)))
            .key(format!("tolerance: {tolerance}%"))
            .key(format!("for: {}", display(watched)))
            .with(&condition.wanted, "each")
            .mapping("change", &condition.changes);
        steps.push(Written { text: text + &step.text(), is_sure: true, longest: watched });
    } else if topic.retained.is_none() {
        let within = topic.longest_gap().map_or(Duration::from_secs(u64::from(origin.seconds) * 3), |gap| 4 * gap);
        let within = Duration::from_secs((within.as_secs() + 1).max(2));
        let once = if topic.live == 1 { ": it may not come again" } else { "" };
        let came = messages(topic.live);
        let text = format!("  # Not retained: {came} came in {} s{once}{remark}.\n", origin.seconds);
        let step = Step::new("expect-message", name)
            .with(&condition.wanted, "where")
            .keys(topic.live_qos.map(|qos| format!("qos: {qos}")))
            .key(format!("within: {}", display(within)));
        steps.push(Written { text: text + &step.text(), is_sure: topic.live > 1, longest: within });
    }
    steps
}

/// A step with its keys, each a line or several.
struct Step {
    name: &'static str,
    keys: Vec<String>,
}

impl Step {
    fn new(name: &'static str, topic: &str) -> Self {
        Self { name, keys: vec![format!("topic: {}", yaml::topic(topic))] }
    }

    fn key(self, key: String) -> Self {
        self.keys([key])
    }

    fn keys(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        self.keys.extend(keys);
        self
    }

    /// A condition; conditions on members of JSON stand under `members`.
    fn with(self, wanted: &Wanted, members: &str) -> Self {
        match wanted {
            Wanted::Any => self,
            Wanted::Key(key) => self.key(key.clone()),
            Wanted::Where(parts) => {
                let line = |part: &Part| {
                    let remark = part.remark.as_ref().map(|remark| format!("  # {remark}")).unwrap_or_default();
                    format!("\n        {}: {}{remark}", part.key, part.condition)
                };
                let lines: String = parts.iter().map(line).collect();
                self.key(format!("{members}:{lines}"))
            }
        }
    }

    fn mapping(self, name: &str, entries: &[(String, String)]) -> Self {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        if entries.is_empty() { self } else { self.key(format!("{name}: {{ {} }}", entries.join(", "))) }
    }

    fn text(&self) -> String {
        let line = format!("  - {}: {{ {} }}\n", self.name, self.keys.join(", "));
        if line.chars().count() <= WIDTH && !line.trim_end().contains('\n') {
            return line;
        }
        format!("  - {}:\n      {}\n", self.name, self.keys.join("\n      "))
    }
}

fn messages(n: usize) -> String {
    if n == 1 { "1 message".to_owned() } else { format!("{n} messages") }
}

/// A command: one that somebody gave, or one to fill in, made after the first status topic.
fn publish_template(seen: &Seen, origin: &Origin<'_>) -> String {
    let usable = || seen.topics.iter().filter(|(name, _)| name.len() <= LONGEST_TOPIC);
    // A switch is what everybody wants to flip first.
    let switch =
        |topic: &Topic| topic.payloads.iter().any(|p| p.eq_ignore_ascii_case(b"on") || p.eq_ignore_ascii_case(b"off"));
    let statuses = || usable().filter(|(name, _)| !is_command(name));
    let status = statuses().find(|(_, topic)| switch(topic)).or_else(|| statuses().next());
    let status = status.map_or("stat/led/power", |(name, _)| name);
    let given = usable().filter(|(name, _)| is_command(name)).find_map(|(name, topic)| {
        let payload = topic.payloads.first().and_then(|payload| std::str::from_utf8(payload).ok())?;
        let is_fit = payload.len() <= WIDTH && !holds(payload.as_bytes(), origin.password);
        is_fit.then(|| (name.clone(), yaml::text(payload)))
    });
    let (heard, command, payload) = match given {
        Some((command, payload)) => ("Somebody gave this command meanwhile; say", command, payload),
        None => {
            let command = match (status.strip_prefix("stat/"), status.rsplit_once('/')) {
                (Some(rest), _) => format!("cmnd/{rest}"),
                (None, Some((device, "state" | "status"))) => format!("{device}/set"),
                (None, _) => format!("{status}/set"),
            };
            ("Then make it do something, and say", command, "\"on\"".to_owned())
        }
    };
    format!(
        "\n  # {heard} what must follow (with the device's own topic and payload):\n  \
         # - publish: {{ topic: {}, payload: {payload} }}\n  # - expect-message: {{ topic: {}, within: 2s }}\n",
        yaml::topic(&command),
        yaml::topic(status)
    )
}
