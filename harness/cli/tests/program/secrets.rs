//! Values of environment variables in what the program prints and writes.

use std::path::Path;

use serde_json::Value;

use crate::light::PROJECT;
use crate::support::hil;

/// What `hil run` prints and what is in its three reports, of a scenario with these steps on the light, which shows the payload of
/// a mode that it does not know on its console. X is `secret`.
fn told(secret: &str, steps: &str) -> [String; 4] {
    let folder = tempfile::tempdir().unwrap();
    let scenario = format!("name: told\nversion: 1\nsetup: [{{ wait-serial: 'mqtt: connected' }}]\nsteps:\n{steps}");
    std::fs::write(folder.path().join("told.yaml"), scenario).unwrap();
    std::fs::write(folder.path().join("hil.toml"), PROJECT).unwrap();
    let arguments =
        ["run", "--target", "native", "--junit", "r.xml", "--json", "r.jsonl", "--html", "r.html", "told.yaml"];
    let done = hil(folder.path(), &arguments).env("X", secret).output().unwrap();
    let printed = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(1), "{printed}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    [printed, read("r.xml"), read("r.jsonl"), read("r.html")]
}

/// All texts in a JSON value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn a_secret_is_in_no_report_however_it_is_written() {
    let steps = r#"  - publish: { topic: cmnd/led/mode, payload: "${env.X}" }
  - publish: { topic: cmnd/led/mode, payload-json: { "password": "${env.X}" } }
  - publish: { topic: cmnd/led/mode, payload-hex: "ff6d79207322c3b663726574" }
  - expect-serial: { text: "never printed", within: 1s }
"#;
    for report in told("my s\"öcret", steps) {
        for part in ["öcret", "\\u00f6cret", "c3b66372", "cyLDtmNyZX"] {
            assert!(!report.contains(part), "{part}: {report}");
        }
        assert!(report.contains("${env.X}"), "{report}");
    }
}

#[test]
fn a_short_secret_leaves_the_other_texts_alone() {
    let steps = r#"  - publish: { topic: cmnd/led/power, payload: "${env.X}" }
  - expect-message: { topic: stat/led/condition, payload: online, within: 100ms }
"#;
    let [printed, junit, lines, html] = told("on", steps);
    for text in [r#"stat/led/condition "online""#, "no message on stat/led/condition"] {
        assert!(printed.contains(text), "{printed}");
    }
    assert!(printed.contains("stat/led/power \"${env.X}\""), "{printed}");
    assert!(junit.contains("stat/led/condition") && html.contains("stat/led/condition"));
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        for text in texts(&event) {
            assert_ne!(text, "on", "{line}");
            assert!(!text.contains("\"on\""), "{line}");
        }
    }
}

#[test]
fn a_secret_is_not_in_the_errors_of_a_scenario_file() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = "name: told\nversion: 1\nsteps: [{ delay: '${env.X}' }]\n";
    std::fs::write(folder.path().join("told.yaml"), scenario).unwrap();
    let check = |path: &Path, secret: &str| {
        let done = hil(path, &["check", "told.yaml"]).env("X", secret).output().unwrap();
        String::from_utf8_lossy(&done.stderr).into_owned() + &String::from_utf8_lossy(&done.stdout)
    };
    for secret in ["correct horse", "abc"] {
        let printed = check(folder.path(), secret);
        assert!(printed.contains("${env.X}") && !printed.contains(secret), "{printed}");
    }
}
