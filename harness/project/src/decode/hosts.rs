//! `[hosts]`

use std::collections::BTreeMap;

use hil_scenario::error::Code;

use super::scalar::parsed;
use crate::Resolved;
use crate::cx::{Cx, Value, span};
use crate::table::Table;
use crate::value::{Destination, HostError, HostPort};

const EXAMPLE: &str = "\"broker.example:1883\" = \"broker\"";

pub(super) fn hosts<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<BTreeMap<HostPort, Resolved<Destination>>> {
    let table = Table::of_any(cx, value, EXAMPLE)?;
    let mut hosts = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (key, value) in table {
        let host = match key.get_ref().parse::<HostPort>() {
            Ok(host) => Some(host),
            Err(error) => {
                let help = match error {
                    HostError::Url => format!("write the host and the port alone: {EXAMPLE}"),
                    _ => format!("write the host and the port that the device connects to: {EXAMPLE}"),
                };
                cx.error(Code::BadValue, span(key), error.to_string(), "", help);
                None
            }
        };
        let help =
            "write \"broker\" (the run's own), or a host and a port that this machine reaches: \"127.0.0.1:8080\"";
        let destination = parsed::<Destination>(cx, value, "where the host leads", help);
        let Some((host, destination)) = host.zip(destination) else { continue };
        if let Some(first) = places.insert(host.clone(), span(key)) {
            let help = "names of hosts are the same in lower and upper case";
            cx.conflict(format!("{host} is there twice"), first, span(key), help);
        }
        hosts.insert(host, cx.resolved(destination, span(value)));
    }
    Some(hosts)
}
