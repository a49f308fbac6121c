//! The text of the file.

use std::fmt::Write as _;

use super::expectation::condition;
use super::seen::{Seen, Topic};
use super::yaml;
use crate::Demo;

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
    let live = seen.topics.values().filter(|t| t.retained.is_none()).count() as u64;
    let within = live_limit(origin.seconds);
    let timeout = 30 + 2 * (seen.topics.len() as u64 - live) + live * within;
    if timeout > 30 {
        let _ = writeln!(out, "timeout: {timeout}s");
    }
    out.push_str("\nsteps:\n");
    let mut is_first = true;
    for (name, topic) in &seen.topics {
        if name.len() > LONGEST_TOPIC || name.starts_with("$share/") {
            out.push_str("  # (a topic with a name that is too long was left out)\n");
            continue;
        }
        if !std::mem::take(&mut is_first) {
            out.push('\n');
        }
        step(&mut out, name, topic, origin);
    }
    if is_first {
        out.push_str("  - log: no topic could be written down\n");
    }
    if seen.beyond > 0 {
        out.push_str("\n  # More topics were left out: narrow it with `hil init --topic`.\n");
    }
    out.push_str(&publish_template(seen));
    out
}

/// Limit for a message that is not retained, in seconds: twice the time in which one came.
fn live_limit(seconds: u16) -> u64 {
    2 * u64::from(seconds)
}

fn step(out: &mut String, name: &str, topic: &Topic, origin: &Origin<'_>) {
    let condition = condition(name, topic, origin.password);
    let mut keys = vec![format!("topic: {}", yaml::topic(name))];
    keys.extend(condition.yaml);
    let (step, heard) = match topic.retained {
        Some(qos) => {
            keys.push(format!("qos: {qos}"));
            let live = if topic.live > 0 { format!(", and {} came", messages(topic.live)) } else { String::new() };
            ("expect-retained", format!("Retained by the broker{live}"))
        }
        None => {
            keys.extend(topic.live_qos.map(|qos| format!("qos: {qos}")));
            keys.push(format!("within: {}s", live_limit(origin.seconds)));
            ("expect-message", format!("Not retained: {} came in {} s", messages(topic.live), origin.seconds))
        }
    };
    let remark = condition.remark.map(|r| format!("; {r}")).unwrap_or_default();
    let _ = writeln!(out, "  # {heard}{remark}.");
    let line = format!("  - {step}: {{ {} }}", keys.join(", "));
    if line.chars().count() <= WIDTH {
        let _ = writeln!(out, "{line}");
    } else {
        let _ = writeln!(out, "  - {step}:\n      {}", keys.join("\n      "));
    }
}

fn messages(n: usize) -> String {
    if n == 1 { "1 message".to_owned() } else { format!("{n} messages") }
}

/// A command to fill in, made after the first status topic.
fn publish_template(seen: &Seen) -> String {
    let usable = || seen.topics.iter().filter(|(name, _)| name.len() <= LONGEST_TOPIC);
    // A switch is what everybody wants to flip first.
    let switch =
        |topic: &Topic| topic.payloads.iter().any(|p| p.eq_ignore_ascii_case(b"on") || p.eq_ignore_ascii_case(b"off"));
    let status = usable().find(|(_, topic)| switch(topic)).or_else(|| usable().next());
    let status = status.map_or("stat/led/power", |(name, _)| name);
    let command = match status.strip_prefix("stat/") {
        Some(rest) => format!("cmnd/{rest}"),
        None => format!("{status}/set"),
    };
    format!(
        "\n  # Then make it do something, and say what must follow (with the device's own topic and payload):\n  \
         # - publish: {{ topic: {}, payload: \"on\" }}\n  # - expect-message: {{ topic: {}, payload: \"on\", within: 2s }}\n",
        yaml::topic(&command),
        yaml::topic(status)
    )
}
