//! What `labgrid-client` prints, read.

use std::path::PathBuf;
use std::sync::Arc;

use hil_scenario::Source;
use hil_scenario::yaml::{self, Node, NodeKind};

/// A place, as `-v places` and `show` list it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) tags: Vec<(String, String)>,
    /// Who has it: `host/user`.
    pub(super) acquired: Option<String>,
    /// When it last changed, for a place that is taken: since when. Local time, to the second.
    pub(super) changed: String,
    /// Token of the reservation that it is promised to.
    pub(super) reservation: Option<String>,
}

/// The places in a listing.
pub(super) fn places(text: &str) -> Vec<Listed> {
    let mut places: Vec<Listed> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("Place '").and_then(|rest| rest.strip_suffix("':")) {
            places.push(Listed { name: name.to_owned(), ..Listed::default() });
            continue;
        }
        // Two spaces; those of matches and resources have more.
        let field =
            line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')).and_then(|rest| rest.split_once(": "));
        let (Some(place), Some((key, value))) = (places.last_mut(), field) else { continue };
        match key {
            "tags" => {
                let pairs = value.split(", ").filter_map(|pair| pair.split_once('='));
                place.tags = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            }
            "acquired" => place.acquired = Some(value.to_owned()).filter(|owner| owner != "None"),
            "changed" => place.changed = value.split('.').next().unwrap_or_default().to_owned(),
            "reservation" => place.reservation = Some(value.to_owned()),
            _ => {}
        }
    }
    places
}

/// A reservation, as `reserve` and `wait` print it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reservation {
    pub(super) token: String,
    /// `waiting`, `allocated`, `acquired`, `expired`, `invalid`.
    pub(super) state: String,
    /// The place that it got.
    pub(super) place: Option<String>,
}

/// The last state of a reservation that is printed.
pub(super) fn reservation(text: &str) -> Option<Reservation> {
    let mut reservation = Reservation::default();
    let mut is_allocation = false;
    for line in text.lines() {
        let line = line.trim();
        match line.split_once(": ") {
            Some(("token", token)) => {
                reservation = Reservation { token: token.to_owned(), ..Reservation::default() };
            }
            Some(("state", state)) => reservation.state = state.to_owned(),
            Some(("main", place)) if is_allocation => reservation.place = Some(place.to_owned()),
            _ => {}
        }
        is_allocation = line == "allocations:";
    }
    Some(reservation).filter(|reservation| !reservation.token.is_empty() && !reservation.state.is_empty())
}

/// A `NetworkSerialPort` of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Serial {
    /// Its name in the place, for messages.
    pub(super) name: String,
    /// Where it listens; none while its exporter does not have it.
    pub(super) address: Option<(String, u16)>,
    /// `rfc2217` or `raw`.
    pub(super) protocol: String,
}

/// The serial ports in the environment file that `env` prints. `None`: it is no such file.
pub(super) fn serial_ports(text: &str) -> Option<Vec<Serial>> {
    let source = Arc::new(Source { path: PathBuf::from("labgrid-client env"), text: text.into() });
    let (root, _) = yaml::parse(&source);
    let root = root?;
    let NodeKind::Mapping(targets) = &root.get("targets")?.kind else { return None };
    let mut ports = Vec::new();
    for (_, target) in targets {
        let NodeKind::Sequence(resources) = &target.get("resources")?.kind else { return None };
        for arguments in resources.iter().filter_map(|resource| resource.get("NetworkSerialPort")) {
            let text = |key| arguments.get(key).filter(|node| !node.is_null()).and_then(Node::as_text);
            let port = text("port").and_then(|port| port.parse().ok()).filter(|port| *port != 0);
            ports.push(Serial {
                name: text("name").unwrap_or("NetworkSerialPort").to_owned(),
                address: text("host").map(str::to_owned).zip(port),
                // labgrid's default for the resource.
                protocol: text("protocol").unwrap_or("rfc2217").to_owned(),
            });
        }
    }
    Some(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed by labgrid 26.0.1, like all of these.
    const PLACES: &str = "\
Place 'p-1':
  aliases: ann:mine
  comment: acquired: never
  tags: chip=esp32c3, kind=sim
  matches:
    host1/bench1/*
  acquired: vm/root
  acquired resources:
    host1/bench1/NetworkSerialPort/NetworkSerialPort
  created: 2026-11-20 18:50:07.625512
  changed: 2026-11-20 18:50:42.865666
  reservation: 34QN09U4P1
Place 'p-3':
  matches:
    host1/bench3/*
  acquired: None
  acquired resources:
  created: 2026-11-20 18:50:12.184635
  changed: 2026-11-20 18:50:13.463188
";

    #[test]
    fn places_are_read_with_their_tags_and_holders() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            places(PLACES),
            [
                Listed {
                    name: "p-1".into(),
                    tags: vec![pair("chip", "esp32c3"), pair("kind", "sim")],
                    acquired: Some("vm/root".into()),
                    changed: "2026-11-20 18:50:42".into(),
                    reservation: Some("34QN09U4P1".into()),
                },
                Listed { name: "p-3".into(), changed: "2026-11-20 18:50:13".into(), ..Listed::default() },
            ]
        );
    }

    #[test]
    fn the_last_state_of_a_reservation_counts() {
        let reserved = "Reservation 'GMKZJ77695':\n  owner: vm/root\n  token: GMKZJ77695\n  state: waiting\n  filters:\n    \
                        main: name=p-1\n  created: 2026-11-20 18:50:38.036144\n";
        let waiting = Reservation { token: "GMKZJ77695".into(), state: "waiting".into(), place: None };
        assert_eq!(reservation(reserved), Some(waiting));
        let waited = "owner: vm/root\ntoken: GMKZJ77695\nstate: waiting\nfilters:\n  main: name=p-1\nowner: vm/root\ntoken: \
                      GMKZJ77695\nstate: allocated\nfilters:\n  main: name=p-1\nallocations:\n  main: p-1\ncreated: 2026\n";
        let allocated =
            Reservation { token: "GMKZJ77695".into(), state: "allocated".into(), place: Some("p-1".into()) };
        assert_eq!(reservation(waited), Some(allocated));
        assert_eq!(reservation("labgrid 1.0\n"), None);
    }

    #[test]
    fn serial_ports_are_read_from_an_environment() {
        let text = "targets:\n  p-1:\n    resources:\n    - NetworkSerialPort:\n        speed: 115200\n        port: 4501\n        \
                    host: 127.0.0.1\n    - NetworkPowerPort:\n        index: 1\n    - NetworkSerialPort:\n        name: usb\n        \
                    port: null\n        host: lab\n        protocol: raw\n\n";
        let ports = serial_ports(text).expect("an environment");
        assert_eq!(ports[0].address, Some(("127.0.0.1".into(), 4501)));
        assert_eq!((ports[0].name.as_str(), ports[0].protocol.as_str()), ("NetworkSerialPort", "rfc2217"));
        assert_eq!(ports[1].address, None);
        assert_eq!((ports[1].name.as_str(), ports[1].protocol.as_str()), ("usb", "raw"));
        assert_eq!(serial_ports("targets: {p-3: {resources: []}}"), Some(vec![]));
        assert_eq!(serial_ports("Error"), None);
    }
}
