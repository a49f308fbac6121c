//! The names that a port may be met under: two inventories that name a board differently must meet at one of them.
//!
//! - A USB device whose serial number no other has: that number, whatever node it has now.
//! - Another port of this machine: its node, and each link that leads there. A link stays when the node is another after the
//!   board was plugged in again.
//! - A port of another machine: host in lower case, and TCP port. Names are not looked up.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sha2::{Digest as _, Sha256};

use crate::serial::{KnownPort, PortSpec, known_ports};

/// Characters that stay in the name of a file.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
/// Bytes of a file's name that are left to an identity; systems take 255.
const LONGEST: usize = 200;
/// Links in a row; Linux follows as many.
const LINKS: usize = 40;

/// One name of a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity(Vec<u8>);

impl Identity {
    fn new(scheme: &str, name: impl AsRef<[u8]>) -> Self {
        Self([scheme.as_bytes(), name.as_ref()].concat())
    }

    /// The name of its lock file: `usb-7CDFA1.lock`, `dev-ttyUSB0.lock`.
    pub(super) fn file_name(&self) -> String {
        let name = Cow::from(percent_encode(&self.0, KEPT));
        // It begins with the scheme, so it is not hidden.
        if name.len() <= LONGEST {
            return format!("{name}.lock");
        }
        let hash: String = Sha256::digest(&self.0).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{hash}.lock", &name[..LONGEST - 20])
    }
}

/// All names of a port, in the order in which they are locked; at least one.
pub(super) fn identities(port: &PortSpec) -> Vec<Identity> {
    match port {
        PortSpec::Rfc2217 { host, port } => vec![Identity::new("rfc2217-", format!("{}-{port}", host_name(host)))],
        PortSpec::Usb(serial) => usb(serial, &known_ports()),
        PortSpec::Path(path) => path_names(path, &known_ports()),
    }
}

fn usb(serial: &str, known: &[KnownPort]) -> Vec<Identity> {
    let mut same = known.iter().filter(|port| has_serial(port, serial));
    match (same.next(), same.next()) {
        // An adapter with several ports, or adapters that all have one number: the first is meant.
        (Some(first), Some(_)) => vec![node_name(Path::new(&first.node))],
        _ => vec![usb_name(serial)],
    }
}

fn path_names(path: &Path, known: &[KnownPort]) -> Vec<Identity> {
    let mut chain = links(path);
    let node = chain.last().cloned().unwrap_or_else(|| path.to_owned());
    let serial = known.iter().find(|port| Path::new(&port.node) == node).and_then(|port| port.usb_serial.as_deref());
    if let Some(serial) = serial
        && known.iter().filter(|port| has_serial(port, serial)).count() == 1
    {
        return vec![usb_name(serial)];
    }
    chain.sort();
    chain.dedup();
    chain.iter().map(|name| node_name(name)).collect()
}

/// A path, each link that it leads to, and its end; absolute, with the folders' own links followed.
fn links(path: &Path) -> Vec<PathBuf> {
    let mut chain = vec![absolute(path)];
    while chain.len() <= LINKS
        && let Some(last) = chain.last()
        && let Ok(target) = std::fs::read_link(last)
    {
        let target = absolute(&last.parent().unwrap_or(last).join(target));
        if chain.contains(&target) {
            break;
        }
        chain.push(target);
    }
    chain
}

fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let Some((folder, name)) = path.parent().zip(path.file_name()) else { return path };
    folder.canonicalize().map_or(path.clone(), |folder| folder.join(name))
}

fn node_name(node: &Path) -> Identity {
    match node.strip_prefix("/dev") {
        Ok(name) => Identity::new("dev-", name.as_os_str().as_encoded_bytes()),
        Err(_) => Identity::new("path-", node.as_os_str().as_encoded_bytes()),
    }
}

fn usb_name(serial: &str) -> Identity {
    Identity::new("usb-", serial.to_ascii_uppercase())
}

fn has_serial(port: &KnownPort, serial: &str) -> bool {
    port.usb_serial.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(serial))
}

fn host_name(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_loopback { "localhost".to_owned() } else { host.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(node: &str, serial: Option<&str>) -> KnownPort {
        KnownPort { node: node.into(), usb_serial: serial.map(Into::into), usb_id: Some((1, 2)), product: None }
    }

    fn names(identities: &[Identity]) -> Vec<String> {
        identities.iter().map(Identity::file_name).collect()
    }

    #[test]
    fn a_usb_device_is_its_serial_number_whatever_it_is_named_by() {
        let known = [port("/dev/ttyUSB7", Some("7cdf")), port("/dev/ttyUSB8", None)];
        assert_eq!(names(&usb("7CDF", &known)), ["usb-7CDF.lock"]);
        assert_eq!(usb("7CDF", &known), path_names(Path::new("/dev/ttyUSB7"), &known));
        assert_eq!(names(&usb("absent", &known)), ["usb-ABSENT.lock"]);
        assert_eq!(names(&path_names(Path::new("/dev/ttyUSB8"), &known)), ["dev-ttyUSB8.lock"]);
    }

    #[test]
    fn a_serial_number_that_several_have_says_nothing() {
        let known = [port("/dev/ttyUSB7", Some("0001")), port("/dev/ttyUSB8", Some("0001"))];
        assert_eq!(names(&usb("0001", &known)), ["dev-ttyUSB7.lock"]);
        assert_eq!(names(&path_names(Path::new("/dev/ttyUSB8"), &known)), ["dev-ttyUSB8.lock"]);
    }

    #[test]
    fn hosts_are_compared_in_lower_case_and_loopback_is_one() {
        let of = |text: &str| names(&identities(&text.parse().expect("a port")));
        assert_eq!(of("rfc2217://Lab.Example.:4000"), ["rfc2217-lab.example-4000.lock"]);
        assert_eq!(of("rfc2217://localhost:4000"), of("rfc2217://127.0.0.1:4000"));
        assert_eq!(of("rfc2217://localhost:4000"), of("rfc2217://[::1]:4000"));
        assert_ne!(of("rfc2217://localhost:4000"), of("rfc2217://localhost:4001"));
    }

    #[test]
    fn long_and_odd_names_stay_names_of_files() {
        let long = |end: &str| Identity::new("path-", format!("/{}{end}", "x/".repeat(300))).file_name();
        assert!(long("a").len() < 255 && !long("a").contains('/'));
        assert_ne!(long("a"), long("b"));
        assert_eq!(Identity::new("path-", b"/a b/\xff").file_name(), "path-%2Fa%20b%2F%FF.lock");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_row_are_names_each() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().canonicalize().expect("it is there").join(name);
        std::os::unix::fs::symlink("b", at("a")).expect("a link");
        std::os::unix::fs::symlink(at("node"), at("b")).expect("a link");
        assert_eq!(links(&at("a")), [at("a"), at("b"), at("node")]);
        std::os::unix::fs::symlink("ring", at("ring")).expect("a link");
        assert_eq!(links(&at("ring")), [at("ring")]);
    }
}
