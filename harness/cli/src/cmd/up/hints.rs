//! What to type in another terminal.

use hil_targets::broker::{BrokerUrl, Scheme};

/// The commands of `mosquitto-clients` that show the device's status and send it commands. Of a device that is not the example
/// light, the topics are not known: everything is shown.
pub(super) fn commands(broker: &BrokerUrl, prefix: &str, is_light: bool) -> Vec<String> {
    let topic = |t: &str| if prefix.is_empty() { t.to_owned() } else { format!("{prefix}/{t}") };
    if broker.scheme.is_websocket() {
        return vec![format!(
            "(mosquitto's clients need the broker's TCP port; the topics are {} and {})",
            topic("stat/#"),
            topic("cmnd/led/...")
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
    if !is_light {
        return vec![format!("mosquitto_sub {connection} -v -t {}", shell(&topic("#")))];
    }
    let publish = |to: &str, payload: &str| format!("mosquitto_pub {connection} -t {} -m {payload}", shell(&topic(to)));
    vec![
        format!("mosquitto_sub {connection} -v -t {}", shell(&topic("stat/#"))),
        publish("cmnd/led/mode", "blink,1000,0"),
        publish("cmnd/led/hsb", "120,255,255"),
        publish("cmnd/led/power", "off"),
    ]
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

    fn shown(url: &str, prefix: &str) -> String {
        commands(&url.parse().expect("a URL"), prefix, true).join("\n")
    }

    #[test]
    fn commands_can_be_pasted_into_a_shell() {
        insta::assert_snapshot!(shown("mqtt://127.0.0.1:40001", ""), @r"
        mosquitto_sub -h 127.0.0.1 -p 40001 -v -t 'stat/#'
        mosquitto_pub -h 127.0.0.1 -p 40001 -t cmnd/led/mode -m blink,1000,0
        mosquitto_pub -h 127.0.0.1 -p 40001 -t cmnd/led/hsb -m 120,255,255
        mosquitto_pub -h 127.0.0.1 -p 40001 -t cmnd/led/power -m off
        ");
        insta::assert_snapshot!(shown("mqtts://dev:s3cret@lab.example", "my room/$HOME"), @r#"
        mosquitto_sub -h lab.example -p 8883 -u dev -P "$HIL_BROKER_PASSWORD" --tls-use-os-certs -v -t 'my room/$HOME/stat/#'
        mosquitto_pub -h lab.example -p 8883 -u dev -P "$HIL_BROKER_PASSWORD" --tls-use-os-certs -t 'my room/$HOME/cmnd/led/mode' -m blink,1000,0
        mosquitto_pub -h lab.example -p 8883 -u dev -P "$HIL_BROKER_PASSWORD" --tls-use-os-certs -t 'my room/$HOME/cmnd/led/hsb' -m 120,255,255
        mosquitto_pub -h lab.example -p 8883 -u dev -P "$HIL_BROKER_PASSWORD" --tls-use-os-certs -t 'my room/$HOME/cmnd/led/power' -m off
        "#);
    }

    #[test]
    fn websocket_brokers_are_out_of_reach_for_mosquitto_clients() {
        assert_eq!(
            shown("ws://h:8080/mqtt", "lab/3"),
            "(mosquitto's clients need the broker's TCP port; the topics are lab/3/stat/# and lab/3/cmnd/led/...)"
        );
    }
}
