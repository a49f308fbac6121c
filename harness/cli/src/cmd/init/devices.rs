//! Which devices are on a broker, as far as topics tell.

use std::collections::BTreeMap;

use super::seen::{Seen, Topic};

/// Levels that say what a topic is for, and not whose it is (Tasmota's and others' prefixes).
const KINDS: [&str; 6] = ["cmnd", "stat", "tele", "cmd", "state", "status"];
/// First levels of topics by which programs are told of devices: they are no devices.
const DISCOVERY: [&str; 2] = ["homeassistant", "$SYS"];
/// Levels of topics that are for devices to read.
const COMMANDS: [&str; 8] = ["set", "get", "cmnd", "cmd", "command", "commands", "request", "rpc"];

/// A device.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Its topics.
    pub(super) topics: Vec<String>,
}

/// Devices by the topic that theirs begin with, or by what is between prefixes such as `stat`.
pub(super) fn devices(seen: &Seen) -> BTreeMap<String, Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for topic in seen.topics.keys().filter(|topic| !is_discovery(topic)) {
        found.entry(owner(topic)).or_default().topics.push(topic.clone());
    }
    // `plug/relay` is of `plug`, if there is a `plug`.
    let owners: Vec<String> = found.keys().cloned().collect();
    for owner in owners.iter().rev() {
        let outer =
            owners.iter().find(|outer| owner.strip_prefix(outer.as_str()).is_some_and(|it| it.starts_with('/')));
        if let Some(outer) = outer
            && let Some(inner) = found.remove(owner)
        {
            found.entry(outer.clone()).or_default().topics.extend(inner.topics);
        }
    }
    found
}

fn is_discovery(topic: &str) -> bool {
    DISCOVERY.iter().any(|first| topic.split('/').next() == Some(first))
}

/// All levels but the last and those that are a kind: `home/thermo/1` of `home/thermo/1/state`, `led` of `stat/led/power`.
fn owner(topic: &str) -> String {
    let levels: Vec<&str> = topic.split('/').collect();
    let before = levels.split_last().map_or(&levels[..], |(_, before)| before);
    let of_device: Vec<&str> = before.iter().copied().filter(|level| !KINDS.contains(level)).collect();
    if of_device.is_empty() { levels[0].to_owned() } else { of_device.join("/") }
}

/// Whether a topic is one that a device is told something on.
pub(super) fn is_command(topic: &str) -> bool {
    topic.split('/').any(|level| COMMANDS.contains(&level))
}

impl Found {
    /// Topic filters that cover its topics, and as few others as can be.
    pub(super) fn filters(&self) -> Vec<String> {
        let owner = self.topics.first().map(|topic| owner(topic)).unwrap_or_default();
        let below = format!("{owner}/");
        if self.topics.iter().all(|topic| topic.starts_with(&below)) {
            return vec![format!("{owner}/#")];
        }
        let mut filters: Vec<String> = Vec::new();
        for topic in &self.topics {
            let filter = topic.rsplit_once('/').map_or_else(|| topic.clone(), |(before, _)| format!("{before}/#"));
            let is_covered = filters.iter().any(|it| filter.starts_with(it.trim_end_matches('#')));
            if !is_covered {
                filters.push(filter);
            }
        }
        filters
    }

    /// `2 topics, 1 retained, JSON, one every 2s`
    pub(super) fn describe(&self, seen: &Seen) -> String {
        let topics: Vec<&Topic> = self.topics.iter().filter_map(|name| seen.topics.get(name)).collect();
        let retained = topics.iter().filter(|topic| topic.retained.is_some()).count();
        let plural = if topics.len() == 1 { "topic" } else { "topics" };
        let mut text = format!("{} {plural}, {retained} retained", topics.len());
        let is_json = |payload: &Vec<u8>| payload.starts_with(b"{") && hil_scenario::Json::parse(payload).is_ok();
        if topics.iter().any(|topic| topic.payloads.iter().any(is_json)) {
            text += ", JSON";
        }
        let periods = topics.iter().filter_map(|topic| topic.period());
        if let Some(shortest) = periods.map(|period| period.every).min() {
            text += &format!(", one every {}", hil_model::time::display(shortest));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hil_model::observation::Message;

    fn found(topics: &[&str]) -> Vec<String> {
        let mut seen = Seen::default();
        for topic in topics {
            let message = Message { topic: (*topic).into(), payload: "1".into(), ..Message::default() };
            seen.message(&message, std::time::Duration::ZERO);
        }
        devices(&seen).values().map(|it| it.filters().join(" ")).collect()
    }

    #[test]
    fn topics_tell_whose_they_are() {
        assert_eq!(found(&["home/thermo/1/state", "home/thermo/1/telemetry"]), ["home/thermo/1/#"]);
        assert_eq!(found(&["stat/led/power", "stat/led/mode", "tele/led/state"]), ["stat/led/# tele/led/#"]);
        assert_eq!(
            found(&["plugs/7/relay/0", "plugs/7/temperature", "plugs/8/temperature"]),
            ["plugs/7/#", "plugs/8/#"]
        );
        assert_eq!(found(&["homeassistant/sensor/x/config", "room/sensor/t/state", "room/status"]), ["room/#"]);
        assert_eq!(found(&["single"]), ["single"]);
        assert!(is_command("home/thermo/1/set") && is_command("cmnd/plug/power") && !is_command("home/settings"));
    }
}
