//! The tables in docs/faults.md say what the tests do.

use std::collections::BTreeSet;
use std::path::Path;

use hil_scenario::{Capability, load};
use hil_targets::{BrokerKind, Target as _, Wiring};
use light_host::native::NativeTarget;

use super::rig::scenarios;
use super::rows::{self, Row};

const DOCS: &str = include_str!("../../../../../docs/faults.md");

/// Rows of the table below a heading, each as its cells.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, section) = DOCS.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section {heading:?}"));
    let lines = section.lines().take_while(|line| !line.starts_with("##")).filter(|line| line.starts_with('|'));
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// A line of the first table.
fn line(row: &Row) -> String {
    let Row { rule, scenario, case, broken, .. } = row;
    let case = case.map(|case| format!(", `{case}`")).unwrap_or_default();
    let knows = scenarios(scenario, row.case).iter().flat_map(|planned| &planned.scenario.needs).any(|need| {
        assert!(matches!(need.capability, Capability::Mqtt | Capability::ClientId), "{scenario} needs more than MQTT");
        need.capability == Capability::ClientId
    });
    let targets = if knows { "mqtt with `--client-id`, native, sim" } else { "all" };
    format!("| {rule} | [{scenario}](../scenarios/{scenario}.yaml){case} | {targets} | {broken} |")
}

#[test]
fn the_table_of_the_contract_is_that_of_the_tests() {
    let tested: Vec<String> = rows::all().map(line).collect();
    let written = table("## The contract, line by line");
    let written: Vec<String> = written.iter().map(|cells| format!("| {} |", cells.join(" | "))).collect();
    assert!(written == tested, "docs/faults.md should have\n{}", tested.join("\n"));
    let rules: BTreeSet<&str> = rows::all().map(|row| row.rule).collect();
    assert_eq!(rules.len(), tested.len(), "each rule once");
}

#[test]
fn what_mqtt_alone_does_not_prove_needs_what_the_table_says() {
    let native = NativeTarget::new(Wiring::default()).capabilities(BrokerKind::Embedded);
    let rows = table("### What MQTT alone does not show");
    assert!(rows.len() >= 15, "only {} rows", rows.len());
    for row in rows {
        let [rule, files, needed, targets, faults] = row[..] else { panic!("{row:?}") };
        let paths: Vec<&str> = files.split("](../").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(!paths.is_empty(), "no scenario: {rule}");
        let files =
            load(&paths.iter().map(|path| Path::new(super::SCENARIOS).join("..").join(path)).collect::<Vec<_>>());
        assert!(files.errors.is_empty(), "{}", files.errors.render(false));
        let needs: BTreeSet<Capability> = (files.files.iter())
            .flat_map(|file| &file.scenarios)
            .flat_map(|scenario| scenario.needs.iter().map(|need| need.capability))
            .filter(|capability| *capability != Capability::Mqtt)
            .collect();
        let names: Vec<&str> = needs.iter().map(|need| need.name()).collect();
        assert_eq!(needed.replace('`', ""), names.join(", "), "{rule}");
        assert_eq!(targets, "native, sim", "{rule}");
        assert!(needs.iter().all(|need| native.contains(need)), "{rule}: {names:?}");
        for fault in faults.split(", ").filter(|fault| !fault.is_empty()) {
            let path = format!("tests/library/snapshots/library__faults__fault_{fault}.snap");
            let found = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
            let finds = files.files.iter().any(|file| found.contains(&format!("\n{}", file.name.value)));
            assert!(finds, "{rule}: none of its scenarios finds fault {fault}");
        }
    }
}
