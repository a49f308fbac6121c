//! A finding as a scenario: it fails on a device that has the fault, and passes on one that has not.

use std::path::Path;

use super::finding::Finding;
use super::input::{CORRELATION, Input, Publish, RESPONSE_TOPIC};
use crate::device::DeviceDescription;
use crate::lower::{payload, quoted};
use hil_model::time::display;
use hil_scenario::{Command, Loader};

impl Finding {
    /// The scenario, without its comments. `None` for bytes of the stream that are no messages: a scenario cannot say them.
    pub fn scenario(&self, device: &DeviceDescription) -> Option<String> {
        let Input::Messages(messages) = &self.input else { return None };
        let mut text =
            format!("name: {}\nversion: 1\ntags: [regression]\ntimeout: 60s\n", quoted(&self.title(&device.name)));
        if let Some(online) = &device.online {
            let (topic, payload, within) = (quoted(&online.topic), quoted(&online.payload), display(online.within));
            text +=
                &format!("setup:\n  - expect-retained: {{ topic: {topic}, payload: {payload}, within: {within} }}\n");
        }
        text += "steps:\n";
        for (index, message) in messages.iter().enumerate() {
            if index > 0 && message.waits {
                text += &format!("  - delay: {}\n", display(device.settle));
            }
            text += &publish(message);
        }
        text += "  # A device that panics, halts or resets fails here, whatever it says.\n  - delay: 1s\n";
        text += &answers(device).unwrap_or_default();
        let mut retained: Vec<&str> = messages.iter().filter(|it| it.retain).map(|it| it.topic.as_str()).collect();
        retained.sort_unstable();
        retained.dedup();
        for (index, topic) in retained.into_iter().enumerate() {
            text += if index == 0 { "teardown:\n" } else { "" };
            text += &format!("  - publish: {{ topic: {}, payload: \"\", retain: true }}\n", quoted(topic));
        }
        Some(text)
    }
}

fn publish(message: &Publish) -> String {
    let Publish { topic, qos, retain, payload: bytes, asks, .. } = message;
    let qos = if *qos == 1 { String::new() } else { format!(", qos: {qos}") };
    let retain = if *retain { ", retain: true" } else { "" };
    let asks = match asks {
        true => format!(", properties: {{ response-topic: {RESPONSE_TOPIC}, correlation-data: {CORRELATION} }}"),
        false => String::new(),
    };
    format!("  - publish: {{ topic: {}, {}{qos}{retain}{asks} }}\n", quoted(topic), payload(bytes))
}

/// A right command that causes a status: what hangs does not answer.
fn answers(device: &DeviceDescription) -> Option<String> {
    let (start, status) = device.start.iter().find_map(|start| {
        let status = device.commands[start.command].statuses.first()?;
        Some((start, &device.statuses[*status]))
    })?;
    let (topic, value) = (quoted(&device.commands[start.command].topic), quoted(&start.payload));
    let (status, within) = (quoted(&status.topic), display(device.within));
    Some(format!(
        "  - name: \"It still answers\"\n    publish: {{ topic: {topic}, payload: {value} }}\n  - expect-message: {{ topic: \
         {status}, within: {within} }}\n"
    ))
}

/// The messages that a scenario publishes in its steps, as an input: so the same fault is known again after a change of the
/// firmware, when its addresses are others. `None` if there are none, or it is no scenario.
pub fn input_of(path: &Path) -> Option<Input> {
    let file = Loader::new().load_text(path, std::fs::read(path).ok()?).ok()?;
    let [scenario] = file.scenarios.as_slice() else { return None };
    let variables = scenario.variables();
    let published = scenario.steps.iter().filter_map(|step| {
        let (topic, payload, qos, retain, asks) = match step.decode(&variables).ok()?.command {
            Command::Publish(it) => (it.topic, it.payload, it.qos, it.retain, it.properties.response_topic.is_some()),
            Command::Request(it) => (it.topic, it.payload, it.qos, it.retain, true),
            _ => return None,
        };
        Some(Publish { topic: topic.value, qos, retain, waits: true, asks, payload: payload.0 })
    });
    let messages: Vec<Publish> = published.collect();
    (!messages.is_empty()).then_some(Input::Messages(messages))
}
