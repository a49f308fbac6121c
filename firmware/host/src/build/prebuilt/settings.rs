//! The settings of cargo that decide what a source becomes.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

/// Of the workspace's `Cargo.toml`. The rest is about other packages, or about lints and documentation.
const OF_THE_WORKSPACE: [&str; 6] = [
    "workspace.resolver",
    "workspace.package.version",
    "workspace.package.edition",
    "profile.release",
    "profile.firmware",
    "patch",
];

/// Settings by `FILE KEY`: of the workspace, of the firmware's package, which takes some of the workspace's dependencies, and of
/// cargo's own configuration.
pub(super) fn settings(workspace: &Table, firmware: &Table, config: &Table) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let taken = inherited(firmware);
    let dependencies = taken.iter().map(|name| format!("workspace.dependencies.{name}"));
    for key in OF_THE_WORKSPACE.iter().map(|key| (*key).to_owned()).chain(dependencies) {
        if let Some(value) =
            key.split('.').try_fold(None, |at: Option<&Value>, part| step(workspace, at, part)).flatten()
        {
            flatten(&format!("Cargo.toml {key}"), value, &mut all);
        }
    }
    for (key, value) in config.iter().filter(|(key, _)| *key != "alias") {
        flatten(&format!(".cargo/config.toml {key}"), value, &mut all);
    }
    all
}

/// The dependencies that a package takes as the workspace has them (`NAME.workspace = true`), also those of some targets only.
fn inherited(package: &Table) -> BTreeSet<String> {
    let targets = package.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = targets.filter_map(Value::as_table).chain([package]).filter_map(|table| table.get("dependencies"));
    let is_taken = |dependency: &Value| dependency.get("workspace").and_then(Value::as_bool) == Some(true);
    let named = tables.filter_map(Value::as_table).flatten();
    named.filter(|(_, dependency)| is_taken(dependency)).map(|(name, _)| name.clone()).collect()
}

/// One part of a dotted key further; the outer `None` ends the search.
fn step<'a>(table: &'a Table, at: Option<&'a Value>, part: &str) -> Option<Option<&'a Value>> {
    let next = match at {
        None => table.get(part),
        Some(value) => value.get(part),
    };
    next.map(Some)
}

fn flatten(key: &str, value: &Value, all: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                flatten(&format!("{key}.{name}"), value, all);
            }
        }
        value => {
            all.insert(key.to_owned(), value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_that_count_are_those_of_the_chips_build() {
        let workspace = r#"
            [workspace]
            resolver = "3"
            members = ["firmware", "harness"]
            [workspace.package]
            version = "0.1.0"
            edition = "2024"
            license = "MIT"
            [profile.dev]
            opt-level = 1
            [profile.firmware]
            inherits = "release"
            lto = "fat" # a comment
            [profile.firmware.package.esp-hal]
            opt-level = 3
            [workspace.dependencies]
            taken = "1.2"
            alone = "2.3"
            other = "3.4"
        "#;
        let firmware = r#"
            [dependencies]
            taken.workspace = true
            alone = "2.2"
            [target.'cfg(target_os = "none")'.dependencies]
            absent = { workspace = true }
        "#;
        let config = r#"
            [alias]
            hil = "run"
            [target.riscv32imc-unknown-none-elf]
            rustflags = ["-C", "force-frame-pointers"]
        "#;
        let all = settings(
            &workspace.parse().expect("TOML"),
            &firmware.parse().expect("TOML"),
            &config.parse().expect("TOML"),
        );
        let lines: Vec<String> = all.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        .cargo/config.toml target.riscv32imc-unknown-none-elf.rustflags = ["-C", "force-frame-pointers"]
        Cargo.toml profile.firmware.inherits = "release"
        Cargo.toml profile.firmware.lto = "fat"
        Cargo.toml profile.firmware.package.esp-hal.opt-level = 3
        Cargo.toml workspace.dependencies.taken = "1.2"
        Cargo.toml workspace.package.edition = "2024"
        Cargo.toml workspace.package.version = "0.1.0"
        Cargo.toml workspace.resolver = "3"
        "#);
    }
}
