//! What the device says of its state.

use std::collections::BTreeMap;

use super::super::packet::Publish;
use super::super::rig::Device;
use super::{Row, is_status, say_at_qos_0, says};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "Statuses are retained.",
        "command/retained-statuses",
        "publishes the power without RETAIN",
        Device::Wire(|| {
            says(|message, on| {
                let retain = message.retain && message.topic != "stat/led/power";
                on.say(Publish { retain, ..message });
            })
        }),
    )
    .case("status=power")
    .told(r#"stat/led/power "off" (qos 1)"#),
    Row::new(
        "Statuses have QoS 1.",
        "command/retained-statuses",
        "publishes the mode at QoS 0",
        Device::Wire(|| {
            says(|message, on| match message.topic.as_str() {
                "stat/led/mode" => say_at_qos_0(message, on),
                _ => on.say(message),
            })
        }),
    )
    .case("status=mode")
    .told("(qos 0, retain)"),
    Row::new(
        "After an accepted command all three statuses come, also those that it has not changed.",
        "command/statuses",
        "publishes only the status that has changed",
        Device::Wire(|| {
            let mut last = BTreeMap::new();
            says(move |message, on| {
                let before = last.insert(message.topic.clone(), message.payload.clone());
                if is_status(&message) && before.as_ref() == Some(&message.payload) {
                    on.hush(&message);
                } else {
                    on.say(message);
                }
            })
        }),
    )
    .case("topic=hue")
    .told(r#"expect-message stat/led/power "on""#),
    Row::new(
        "The statuses come in the order hsb, power, mode.",
        "command/statuses",
        "publishes the mode before the power",
        Device::Wire(|| {
            let mut power = None;
            says(move |message, on| match message.topic.as_str() {
                "stat/led/power" => power = Some(message),
                "stat/led/mode" => {
                    on.say(message);
                    power.take().into_iter().for_each(|power| on.say(power));
                }
                _ => on.say(message),
            })
        }),
    )
    .case("topic=hue")
    .told("expect-message stat/led/mode"),
    Row::new(
        "The statuses come once for each command.",
        "command/statuses",
        "publishes the mode twice",
        Device::Wire(|| {
            says(|message, on| {
                if message.topic == "stat/led/mode" {
                    on.say_again(&message);
                }
                on.say(message);
            })
        }),
    )
    .case("topic=hue")
    .told("a message on stat/# where none should be"),
    Row::new(
        "The statuses come also after a command that changes nothing.",
        "command/unchanged",
        "is silent after a command that changes nothing",
        Device::Wire(|| {
            let (mut last, mut now) = (Vec::new(), Vec::new());
            says(move |message, on| {
                if !message.topic.starts_with("stat/led/") || message.topic == "stat/led/online" {
                    return on.say(message);
                }
                now.push(message);
                if now.len() == 3 {
                    let payloads: Vec<_> = now.iter().map(|status| status.payload.clone()).collect();
                    let changed = payloads != last;
                    last = payloads;
                    for status in now.drain(..) {
                        if changed { on.say(status) } else { on.hush(&status) }
                    }
                }
            })
        }),
    )
    .case("topic=hue")
    .told("no matching message on stat/led/hsb"),
    Row::new(
        "A status reads as the command that sets it.",
        "command/power",
        "reports the power in capitals",
        Device::Wire(|| {
            says(|mut message, on| {
                if message.topic == "stat/led/power" {
                    message.payload.make_ascii_uppercase();
                }
                on.say(message);
            })
        }),
    )
    .case("power=off")
    .told(r#"stat/led/power "OFF""#),
    Row::new(
        "A status has the canonical number, whatever the command had.",
        "command/leading-zeros",
        "reports the hue with leading zeros",
        Device::Wire(|| {
            says(|mut message, on| {
                if message.topic == "stat/led/hsb" {
                    let (hue, rest) = message.text().split_once(',').unwrap_or_default();
                    message.payload = format!("{hue:0>3},{rest}").into_bytes();
                }
                on.say(message);
            })
        }),
    )
    .case("hue")
    .told(r#"stat/led/hsb "007,255,255""#),
    Row::new(
        "`stat/led/online` says `online`, retained.",
        "session/online",
        "publishes `online` without RETAIN",
        Device::Wire(|| {
            says(|message, on| {
                let retain = message.retain && message.topic != "stat/led/online";
                on.say(Publish { retain, ..message });
            })
        }),
    )
    .told("nothing is retained on stat/led/online"),
    Row::new(
        "`stat/led/online` has QoS 1.",
        "session/online",
        "publishes `online` at QoS 0",
        Device::Wire(|| {
            says(|message, on| match message.topic.as_str() {
                "stat/led/online" => say_at_qos_0(message, on),
                _ => on.say(message),
            })
        }),
    )
    .told(r#""online" (qos 0, retain)"#),
];
