//! Descriptions of devices that are made up.

use std::path::Path;
use std::time::Duration;

use super::{Message, Seen, Unknown, describe};
use crate::device::DeviceDescription;

/// What came, in milliseconds, and what is retained.
fn seen(messages: &[(u64, &str, &str)], retained: &[(&str, &str)]) -> Seen {
    let message = |(at, topic, payload): &(u64, &str, &str)| Message {
        at: Duration::from_millis(*at),
        topic: (*topic).to_owned(),
        payload: payload.as_bytes().to_vec(),
    };
    Seen {
        messages: messages.iter().map(message).collect(),
        retained: retained.iter().map(|(topic, payload)| ((*topic).to_owned(), payload.as_bytes().to_vec())).collect(),
        time: Duration::from_secs(20),
    }
}

/// The description, which is right.
#[track_caller]
fn described(seen: &Seen, named: &[&str]) -> (String, DeviceDescription) {
    let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
    let text = describe(seen, &named).unwrap();
    let device = DeviceDescription::load_text(Path::new("device.yaml"), text.clone(), &[])
        .unwrap_or_else(|errors| panic!("{}\n{text}", errors.render(false)));
    (text, device)
}

#[test]
fn what_a_command_says_is_found_in_the_status_that_follows() {
    let messages = [
        (1000, "heat/set/target", "20"),
        (1050, "heat/state", r#"{"target":20,"t":19.5,"mode":"eco"}"#),
        (3000, "heat/set/target", "22"),
        (3040, "heat/state", r#"{"target":22,"t":19.6,"mode":"eco"}"#),
        (5000, "heat/set/mode", "comfort"),
        (5030, "heat/state", r#"{"target":22,"t":19.6,"mode":"comfort"}"#),
        (7000, "heat/set/mode", "eco"),
        (7030, "heat/state", r#"{"target":22,"t":19.7,"mode":"eco"}"#),
    ];
    let (text, device) = described(&seen(&messages, &[("heat/state", r#"{"target":22,"t":19.7,"mode":"eco"}"#)]), &[]);
    let expected = r#"# What was seen of a device within 20s (`hil fuzz --learn`). All of it is a guess: read it, and say what is so.
version: 1
name: the device
settle: 200ms
# Its MQTT client identifier, if you know it: then its connection is taken over too, to see how it comes back.
# client-id: ...
statuses:
  # varies: /t
  - { topic: "heat/state", where: { "/mode": "{mode}", "/t": { type: number }, "/target": "{target}" }, once: true }
commands:
  # Given 2 times while it was listened; by others than these values nothing is known of it.
  - topic: "heat/set/mode"
    payload: { enum: ["comfort", "eco"], as: mode }
    statuses: ["heat/state"]
    guessed: true
  # Given 2 times while it was listened; by others than these values nothing is known of it.
  # the limits are those of the values that were seen
  - topic: "heat/set/target"
    payload: { number: { min: 20, max: 22 }, as: target }
    statuses: ["heat/state"]
    guessed: true
start:
  - { topic: "heat/set/target", payload: "20" }
  - { topic: "heat/set/mode", payload: "comfort" }
"#;
    assert_eq!(text, expected);
    assert_eq!(device.statuses[0].payload.variables(), ["mode", "target"]);
    assert_eq!(device.state.get("target"), "20");
}

#[test]
fn a_value_that_is_only_alike_once_is_no_variable() {
    let messages = [(1000, "a/set", r#"{"level":20}"#), (1050, "a/state", r#"{"temperature":20,"level":20}"#)];
    let (_, device) = described(&seen(&messages, &[]), &[]);
    assert_eq!(device.statuses[0].payload.variables(), ["level"]);
    // What is clamped is not said again.
    let messages = [(1000, "a/set", r#"{"level":200}"#), (1050, "a/state", r#"{"level":100}"#)];
    let (text, device) = described(&seen(&messages, &[]), &[]);
    assert_eq!(device.statuses[0].payload.variables(), Vec::<String>::new(), "{text}");
}

#[test]
fn what_ticks_is_not_caused_by_what_it_seems_to_follow() {
    let mut messages = vec![(900, "a/set", r#"{"on":true}"#), (4900, "a/set", r#"{"on":false}"#)];
    messages.extend([(920, "a/state", r#"{"on":true}"#), (4930, "a/state", r#"{"on":false}"#)]);
    messages.extend((0..5).map(|n| (1000 + 2000 * n, "a/telemetry", r#"{"n":1}"#)));
    messages.sort_by_key(|(at, ..)| *at);
    let (text, device) = described(&seen(&messages, &[]), &[]);
    let every: Vec<_> = device.statuses.iter().map(|status| (status.topic.as_str(), status.every)).collect();
    assert_eq!(every, [("a/state", None), ("a/telemetry", Some(Duration::from_secs(2)))], "{text}");
    assert_eq!(device.commands[0].statuses, [0], "{text}");
}

#[test]
fn secrets_and_strange_names_do_no_harm() {
    let messages = [
        (1000, "a/set", r#"{"password":"x","na me":"${env.X}","a/b~":[1,"{v}"],"deep":{"er":{"est":null}}}"#),
        (1050, "a/state", "{\"na me\":\"${env.X}\",\"token\":\"t\",\"a/b~\":[1,\"{v}\"],\"x\\u0007\":1}"),
        (1500, "a/raw\u{202e}", "\u{0}\u{1}"),
    ];
    let (text, _) = described(&seen(&messages, &[("wifi/password", "hidden")]), &[]);
    for secret in ["password", "token", "hidden"] {
        assert!(
            !text.lines().any(|line| !line.starts_with('#') && line.contains(secret) && !line.contains("start")),
            "{text}"
        );
    }
}

#[test]
fn without_commands_nothing_is_described() {
    assert_eq!(describe(&Seen::default(), &[]), Err(Unknown::Silence));
    let messages = [(1000, "a/state", "on"), (3000, "a/button", "pressed")];
    assert_eq!(describe(&seen(&messages, &[]), &[]), Err(Unknown::Commands(2)));
    let (_, device) = described(&seen(&messages, &[]), &["a/button"]);
    assert_eq!(device.commands[0].topic, "a/button");
}
