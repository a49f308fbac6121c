//! docs/scenarios.md says what is true: its examples load, and its tables are complete.

use std::path::Path;

use hil_scenario::{Capability, Code, Loader};

fn docs() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenarios.md");
    std::fs::read_to_string(path).expect("docs/scenarios.md")
}

/// Its blocks of YAML, each as a whole scenario.
fn examples(docs: &str) -> Vec<String> {
    let blocks = docs.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks
        .filter_map(|block| match block.split([' ', ':']).next()? {
            "name" => Some(block.to_owned()),
            "-" => Some(format!("name: x\nversion: 1\nvars: {{ hue: 1 }}\nsteps:\n{block}")),
            "device" => Some(format!("name: x\nversion: 1\n{block}steps: [reset]\n")),
            "steps" => Some(format!("name: x\nversion: 1\n{block}")),
            _ => None,
        })
        .collect()
}

#[test]
fn examples_load() {
    let examples = examples(&docs());
    assert!(examples.len() > 15, "only {} examples", examples.len());
    for example in examples {
        if let Err(errors) = Loader::with_env(|_| None).load_text(Path::new("docs.yaml"), example) {
            panic!("{}", errors.render(false));
        }
    }
}

#[test]
fn every_error_code_is_explained() {
    let docs = docs();
    for code in Code::ALL {
        let row = format!("| `{code}` | {} |", code.meaning());
        assert!(docs.contains(&row), "docs/scenarios.md lacks the row\n{row}");
    }
}

#[test]
fn every_capability_is_explained() {
    let docs = docs();
    let table = docs.split("## Capabilities").nth(1).expect("a chapter on capabilities");
    for (_, name) in Capability::ALL {
        assert!(table.contains(&format!("`{name}`")), "{name} is not in the table of capabilities");
    }
}
