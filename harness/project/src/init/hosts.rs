//! Brokers that the sources name: `mqtt://broker.example:1883`.

use std::path::Path;

use super::files;
use crate::value::HostPort;

/// MQTT's port.
const MQTT_PORT: u16 = 1883;
/// Folders that sources lie in, and how deep.
const FOLDERS: [&str; 3] = ["", "src", "main"];
const DEPTH: usize = 3;
/// Most files that are looked at.
const MOST_FILES: usize = 200;
/// What sources are called.
const EXTENSIONS: [&str; 8] = [".rs", ".c", ".cpp", ".cc", ".h", ".hpp", ".ino", "sdkconfig"];

/// The brokers, each once, in the order in which they were found, with the file that names it.
pub(super) fn brokers(folder: &Path) -> Vec<(String, HostPort)> {
    let mut names = Vec::new();
    for below in FOLDERS {
        let depth = if below.is_empty() { 0 } else { DEPTH };
        collect(folder, below, depth, &mut names);
    }
    let mut found: Vec<(String, HostPort)> = Vec::new();
    for name in names {
        let Some(text) = files::text(folder, &name) else { continue };
        for host in in_text(&text) {
            if !found.iter().any(|(_, known)| *known == host) {
                found.push((name.clone(), host));
            }
        }
    }
    found
}

fn collect(folder: &Path, below: &str, depth: usize, names: &mut Vec<String>) {
    for name in files::names(&folder.join(below)) {
        if names.len() >= MOST_FILES {
            return;
        }
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if folder.join(&path).is_dir() {
            if depth > 0 {
                collect(folder, &path, depth - 1, names);
            }
        } else if EXTENSIONS.iter().any(|extension| name.ends_with(extension)) {
            names.push(path);
        }
    }
}

/// Hosts of URLs of the scheme `mqtt`. TLS cannot be looked into, so `mqtts` is none of them.
fn in_text(text: &str) -> Vec<HostPort> {
    let urls = text.match_indices("mqtt://").map(|(start, scheme)| &text[start + scheme.len()..]);
    let hosts = urls.filter_map(|rest| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '@');
        let authority = rest.split(|c| !is_part(c)).next()?;
        let host = authority.rsplit('@').next()?.trim_end_matches('.');
        let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:{MQTT_PORT}") };
        with_port.parse().ok()
    });
    hosts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_found_in_sources() {
        let text = r#"let url = "mqtt://broker.example"; // or mqtt://me@10.0.0.7:1884/x
            CONFIG_BROKER_URL="mqtt://mqtt.eclipseprojects.io" mqtt:// mqtt://{host} mqtts://secret.example"#;
        let found: Vec<String> = in_text(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["broker.example:1883", "10.0.0.7:1884", "mqtt.eclipseprojects.io:1883"]);
    }
}
