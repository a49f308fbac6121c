//! The settings of cargo that decide what a source becomes.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// Of the workspace's `Cargo.toml`. The rest is about other packages, or about lints and documentation.
const OF_THE_WORKSPACE: [&str; 7] = [
    "workspace.resolver",
    "workspace.package.version",
    "workspace.package.edition",
    "workspace.dependencies",
    "profile.release",
    "profile.firmware",
    "patch",
];

/// Settings by `FILE KEY`.
pub(super) fn settings(workspace: &Table, config: &Table) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for key in OF_THE_WORKSPACE {
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
        "#;
        let config = r#"
            [alias]
            hil = "run"
            [target.riscv32imc-unknown-none-elf]
            rustflags = ["-C", "force-frame-pointers"]
        "#;
        let all = settings(&workspace.parse().expect("TOML"), &config.parse().expect("TOML"));
        let lines: Vec<String> = all.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        .cargo/config.toml target.riscv32imc-unknown-none-elf.rustflags = ["-C", "force-frame-pointers"]
        Cargo.toml profile.firmware.inherits = "release"
        Cargo.toml profile.firmware.lto = "fat"
        Cargo.toml profile.firmware.package.esp-hal.opt-level = 3
        Cargo.toml workspace.package.edition = "2024"
        Cargo.toml workspace.package.version = "0.1.0"
        Cargo.toml workspace.resolver = "3"
        "#);
    }
}
