//! Hosts that the device may connect to, and where they lead. It reaches no other.

use std::net::Ipv4Addr;

use simulator::machine::Machine;
use simulator::net::Destination;

/// A host and a TCP port.
type HostPort = (String, u16);

/// Hosts that the device may connect to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    /// In lower case.
    ways: Vec<(HostPort, Way)>,
}

/// Where a host leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// To the scenario's broker, through the harness.
    Broker,
    /// To this host, over a network of this machine.
    Outside(HostPort),
}

impl Hosts {
    /// The device may connect to `host`, and finds the scenario's broker there.
    pub fn lead_to_broker(&mut self, host: &str, port: u16) {
        self.ways.push(((host.to_ascii_lowercase(), port), Way::Broker));
    }

    /// The device may connect to `host`, and finds `real` there, as this machine reaches it.
    pub fn lead(&mut self, host: &str, port: u16, real: HostPort) {
        self.ways.push(((host.to_ascii_lowercase(), port), Way::Outside(real)));
    }

    /// Whether one of them leads out of the scenario's own runtime.
    pub(super) fn has_outside(&self) -> bool {
        self.ways.iter().any(|(_, way)| *way != Way::Broker)
    }

    /// Lets the device resolve their names.
    pub(super) fn allow(&self, machine: &mut Machine) {
        for ((host, _), _) in self.ways.iter().filter(|((host, _), _)| host.parse::<Ipv4Addr>().is_err()) {
            // None: there is no address left. Then the name does not resolve, and the device says so.
            let _ = machine.network().allow(host);
        }
    }

    /// Where a connection to `to` leads; the first one that fits counts.
    pub(super) fn way(&self, to: &Destination) -> Option<&Way> {
        let is_it = |host: &str| {
            to.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(host))
                || to.address.ip().to_string() == host
        };
        let found = self.ways.iter().find(|((host, port), _)| *port == to.address.port() && is_it(host));
        found.map(|(_, way)| way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(name: Option<&str>, address: &str) -> Destination {
        Destination { address: address.parse().unwrap(), name: name.map(str::to_owned) }
    }

    #[test]
    fn a_host_is_told_by_its_name_or_its_address_and_its_port() {
        let mut hosts = Hosts::default();
        hosts.lead_to_broker("Broker.Example", 1883);
        assert!(!hosts.has_outside());
        hosts.lead("10.0.0.7", 80, ("127.0.0.1".to_owned(), 8080));
        assert!(hosts.has_outside());
        assert_eq!(hosts.way(&to(Some("broker.example"), "198.18.0.1:1883")), Some(&Way::Broker));
        assert_eq!(hosts.way(&to(Some("broker.example"), "198.18.0.1:1884")), None);
        assert_eq!(hosts.way(&to(None, "198.18.0.1:1883")), None);
        let real = Way::Outside(("127.0.0.1".to_owned(), 8080));
        assert_eq!(hosts.way(&to(None, "10.0.0.7:80")), Some(&real));
    }
}
