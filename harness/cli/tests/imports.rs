//! Which crate may use which: the tool knows no device, and nothing imports upwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Crates of the workspace, and which others of it each may use. The light stands beside the tool: only the program `hil`, which
/// is in the package `hilbench`, knows both.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("harness/model", &[]),
    ("harness/scenario", &["hil-model"]),
    ("harness/targets", &["hil-model", "hil-scenario", "simulator"]),
    ("harness/bench", &["hil-model", "hil-scenario", "hil-targets", "simulator"]),
    ("harness/runner", &["hil-model", "hil-scenario", "hil-targets", "hil-bench"]),
    ("harness/report", &["hil-model", "hil-scenario"]),
    ("harness/tools", &["hil-model", "hil-scenario", "hil-targets", "hil-bench", "hil-report", "simulator"]),
    ("harness/fuzz", &["hil-model", "hil-scenario", "hil-targets", "hil-runner", "hil-tools", "simulator"]),
    ("firmware/host", &["hil-model", "hil-scenario", "hil-targets", "firmware", "simulator"]),
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn manifest(folder: &str) -> toml::Table {
    let path = root().join(folder).join("Cargo.toml");
    std::fs::read_to_string(&path).unwrap().parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The workspace's own crates by name.
fn own() -> BTreeSet<String> {
    let workspace = manifest("");
    let dependencies = workspace["workspace"]["dependencies"].as_table().unwrap();
    dependencies.iter().filter(|(_, it)| it.get("path").is_some()).map(|(name, _)| name.clone()).collect()
}

#[test]
fn no_crate_imports_upwards() {
    let own = own();
    for (folder, allowed) in MAY_USE {
        let manifest = manifest(folder);
        let used: BTreeSet<&str> = manifest["dependencies"]
            .as_table()
            .unwrap()
            .keys()
            .map(String::as_str)
            .filter(|name| own.contains(*name))
            .collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        let too_much: Vec<&&str> = used.difference(&allowed).collect();
        assert!(too_much.is_empty(), "{folder} may not use {too_much:?}");
    }
}

#[test]
fn every_crate_of_the_tool_is_in_the_table() {
    let listed: BTreeSet<&str> = MAY_USE.iter().map(|(folder, _)| *folder).collect();
    let members = manifest("")["workspace"]["members"].as_array().unwrap().clone();
    let members: Vec<String> = members.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
    // The command line may use all of them.
    let of_tool = members.iter().filter(|it| it.starts_with("harness/") && *it != "harness/cli");
    let missing: Vec<&String> = of_tool.filter(|it| !listed.contains(it.as_str())).collect();
    assert!(missing.is_empty(), "say what they may use: {missing:?}");
}

#[test]
fn the_command_lines_library_knows_no_device() {
    let mut files = BTreeMap::new();
    for folder in ["cmd", "lib.rs", "extensions.rs"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder), &mut files);
    }
    assert!(files.len() > 50, "{} files looked at", files.len());
    for (path, text) in files {
        for word in ["light_host::", "use firmware::", "(firmware::PARTITIONS"] {
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
