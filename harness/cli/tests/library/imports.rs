//! Dependencies between the crates of the workspace point one way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What each crate may use of the others, beside what only its tests use; ARCHITECTURE.md has the reasons.
const MAY_USE: &[(&str, &[&str])] = &[
    ("simulator/color", &[]),
    ("simulator/core", &["hil-color"]),
    ("simulator/esp32c3", &["hil-sim-core"]),
    ("simulator/parts", &["hil-color", "hil-sim-core"]),
    ("simulator", &["hil-sim-core", "hil-sim-esp32c3", "hil-sim-parts"]),
    ("simulator/testing", &["hil-sim-core", "hil-sim-esp32c3"]),
    ("firmware", &[]),
    ("firmware/host", &["firmware", "hil-model", "hil-scenario", "hil-targets", "simulator"]),
    ("harness/model", &["hil-color"]),
    ("harness/scenario", &["hil-model"]),
    ("harness/project", &["hil-model", "hil-scenario"]),
    ("harness/heap", &[]),
    ("harness/hostile", &["hil-heap"]),
    ("harness/targets", &["hil-heap", "hil-model", "hil-scenario", "simulator"]),
    ("harness/bench", &["hil-model", "hil-scenario", "hil-targets", "simulator"]),
    ("harness/runner", &["hil-bench", "hil-model", "hil-scenario", "hil-targets"]),
    ("harness/report", &["hil-model", "hil-scenario"]),
    ("harness/tools", &["hil-bench", "hil-model", "hil-report", "hil-scenario", "hil-targets", "simulator"]),
    ("harness/fuzz", &["hil-model", "hil-runner", "hil-scenario", "hil-targets", "hil-tools", "simulator"]),
];
/// The top: it may use all of them.
const TOP: &str = "harness/cli";

fn manifest(folder: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).join("Cargo.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn package(manifest: &toml::Table) -> String {
    manifest["package"]["name"].as_str().unwrap().to_owned()
}

/// The dependencies of a package, those of some targets included.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let tables = targets.filter_map(toml::Value::as_table).chain([manifest]);
    let tables = tables.filter_map(|table| table.get("dependencies")).filter_map(toml::Value::as_table);
    tables.flat_map(toml::Table::keys).cloned().collect()
}

#[test]
fn no_crate_uses_what_is_above_it() {
    let folders: Vec<&str> = MAY_USE.iter().map(|(folder, _)| *folder).chain([TOP]).collect();
    let manifests: BTreeMap<&str, toml::Table> = folders.iter().map(|folder| (*folder, manifest(folder))).collect();
    let ours: BTreeSet<String> = manifests.values().map(package).collect();
    for (folder, allowed) in MAY_USE {
        let used: BTreeSet<String> = dependencies(&manifests[folder]).intersection(&ours).cloned().collect();
        let allowed: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(used, allowed, "{folder}: what it uses (left) is not what ARCHITECTURE.md says (right)");
    }
    let members = manifest(".")["workspace"]["members"].as_array().unwrap().clone();
    let members: BTreeSet<&str> = members.iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(members, folders.into_iter().collect(), "every crate of the workspace stands in the table");
}

#[test]
fn the_language_runs_nothing_and_simulates_nothing() {
    for folder in ["harness/model", "harness/scenario", "harness/project"] {
        let used = dependencies(&manifest(folder));
        for other in ["tokio", "simulator"] {
            assert!(!used.contains(other), "{folder} uses {other}");
        }
    }
}

/// Only the program `hil` and its folder `light` know the light.
#[test]
fn the_command_lines_library_knows_no_device() {
    let mut files = BTreeMap::new();
    for folder in ["cmd", "lib.rs", "extensions.rs"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder), &mut files);
    }
    assert!(files.len() > 50, "{} files looked at", files.len());
    for (path, text) in files {
        for word in ["light_host", "firmware::PARTITIONS", "use firmware::", "cmnd/led"] {
            assert!(!text.contains(word), "{path} has {word}");
        }
    }
}

fn collect(path: &Path, into: &mut BTreeMap<String, String>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| collect(&entry.unwrap().path(), into));
    } else {
        into.insert(path.display().to_string(), std::fs::read_to_string(path).unwrap());
    }
}
