//! What to type in another terminal.

use hil_targets::broker::{BrokerUrl, Scheme};

use crate::Demo;

/// The commands of `mosquitto-clients` that show the device's status and send it commands. The topics of a device that is not
/// the program's own are not known: everything is shown.
pub(super) fn commands(broker: &BrokerUrl, prefix: &str, demo: Option<Demo>) -> Vec<String> {
    let topic = |t: &str| if prefix.is_empty() { t.to_owned() } else { format!("{prefix}/{t}") };
    if broker.scheme.is_websocket() {
        return vec![format!(
            "(mosquitto's clients need the broker's TCP port; the topics are {})",
            topic(demo.map_or("#", |demo| demo.statuses))
        )];
    }
    let mut connection = format!("-h {} -p {}", shell(&broker.host), broker.port);
    if let Some(user) = &broker.user {
        connection += &format!(" -u {} -P \"$HIL_BROKER_PASSWORD\"", shell(user));
    }
    match &broker.ca {
        Some(ca) => connection += &format!(" --cafile {}", shell(&ca.to_string_lossy())),
        None if broker.scheme == Scheme::Mqtts => connection += " --tls-use-os-certs",
        None => {}
    }
    let statuses = shell(&topic(demo.map_or("#", |demo| demo.statuses)));
    let publish =
        |(to, payload): &(&str, &str)| format!("mosquitto_pub {connection} -t {} -m {payload}", shell(&topic(to)));
    let commands = demo.map_or(&[][..], |demo| demo.commands);
    [format!("mosquitto_sub {connection} -v -t {statuses}")].into_iter().chain(commands.iter().map(publish)).collect()
}

/// One word for a POSIX shell.
pub(in crate::cmd) fn shell(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,@%+=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: Demo = Demo {
        device: "plug",
        client_id: "plug",
        statuses: "stat/#",
        commands: &[("plug/set", "on"), ("plug/level", "1,0")],
        will: ("stat/online", "off"),
        first_scenario: "",
    };

    fn shown(url: &str, prefix: &str) -> String {
        commands(&url.parse().expect("a URL"), prefix, Some(DEMO)).join("\n")
    }

    #[test]
    fn commands_can_be_pasted_into_a_shell() {
        insta::assert_snapshot!(shown("mqtt://127.0.0.1:40001", ""), @r"
        mosquitto_sub -h 127.0.0.1 -p 40001 -v -t 'stat/#'
        mosquitto_pub -h 127.0.0.1 -p 40001 -t plug/set -m on
        mosquitto_pub -h 127.0.0.1 -p 40001 -t plug/level -m 1,0
        ");
        insta::assert_snapshot!(shown("mqtts://dev:s3cret@lab.example", "my room/$HOME"), @r#"
        mosquitto_sub -h lab.example -p 8883 -u dev -P "$HIL_BROKER_PASSWORD" --tls-use-os-certs -v -t 'my room/$HOME/stat/#'
        mosquitto_pub -h lab.example -p 8883 -u dev -P "$HIL_BROKER_PASSWORD" --tls-use-os-certs -t 'my room/$HOME/plug/set' -m on
        mosquitto_pub -h lab.example -p 8883 -u dev -P "$HIL_BROKER_PASSWORD" --tls-use-os-certs -t 'my room/$HOME/plug/level' -m 1,0
        "#);
    }

    #[test]
    fn websocket_brokers_are_out_of_reach_for_mosquitto_clients() {
        assert_eq!(
            shown("ws://h:8080/mqtt", "lab/3"),
            "(mosquitto's clients need the broker's TCP port; the topics are lab/3/stat/#)"
        );
    }
}
