//! Laws of the scenario language.

use std::path::Path;

use hil_scenario::{Command, Loader, ScenarioFile};
use proptest::prelude::*;

fn load(text: impl Into<Vec<u8>>) -> Result<ScenarioFile, hil_scenario::Diagnostics> {
    Loader::with_env(|_| None).load_text(Path::new("x.yaml"), text)
}

/// The text of the only `log` step of a file with these variables.
fn logged(vars: &[(&str, &str)], text: &str) -> String {
    let vars: serde_json::Map<String, serde_json::Value> =
        vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let file = serde_json::json!({ "name": "x", "version": 1, "vars": vars, "steps": [{ "log": text }] });
    let file = load(file.to_string()).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let scenario = &file.scenarios[0];
    match scenario.steps[0].decode(&scenario.variables()).expect("a right step").command {
        Command::Log(text) => text,
        other => panic!("{other:?}"),
    }
}

/// Text that looks like YAML more often than not.
fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("name: x\nversion: 1\nsteps:\n".to_owned()),
        Just("  - publish: { topic: a/b, payload: ".to_owned()),
        Just("  - expect-led:\n      part-id: led1\n      pattern:\n        - ".to_owned()),
        Just("  - all-of:\n      - expect-message: ".to_owned()),
        Just("cases:\n  - { a: 1 }\n".to_owned()),
        Just("vars: { a: '${a}', b: \"${env.X}\" }\n".to_owned()),
        Just("&a [*a, *b]".to_owned()),
        Just("- ? ".to_owned()),
        Just("\r\n".to_owned()),
        Just("\t".to_owned()),
        "[ \\[\\]{},:&*#?|>'\"%@!\n-]{0,12}",
        "\\PC{0,8}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        if let Err(errors) = load(bytes) {
            prop_assert!(!errors.is_empty());
            prop_assert!(!errors.render(true).is_empty());
        }
    }

    #[test]
    fn anything_like_yaml_is_read_or_refused(text in yaml_like()) {
        if let Err(errors) = load(text) {
            prop_assert!(!errors.is_empty());
            for error in &errors.0 {
                let place = error.place().expect("every error in a text has a place");
                prop_assert!(place.line >= 1 && place.column >= 1 && place.length >= 1);
            }
            prop_assert!(errors.render(false).starts_with("error: "));
        }
    }

    #[test]
    fn a_cut_or_changed_scenario_is_read_or_refused(at in 0usize..4000, byte: u8, cut: bool) {
        let mut bytes = include_bytes!("../fixtures/scenario/good/all_steps.yaml").to_vec();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = load(bytes).map_err(|errors| errors.render(false));
    }

    #[test]
    fn text_without_a_dollar_brace_stays(text in "\\PC*") {
        prop_assume!(!text.contains("${") && !text.is_empty());
        prop_assert_eq!(logged(&[], &text), text);
    }

    #[test]
    fn escaped_text_stays(text in "([$]|[{}]|[a-z ]){1,20}") {
        prop_assert_eq!(logged(&[], &text.replace("${", "$${")), text);
    }

    #[test]
    fn a_value_is_put_in_once(before in "[a-z$ ]{0,5}", value in "[a-z{} ]{1,9}", after in "[a-z]{0,5}") {
        // A `$` at the end of the text before would escape the variable.
        let before = before.trim_end_matches('$');
        let text = format!("{before}${{v}}{after}");
        prop_assert_eq!(logged(&[("v", &value)], &text), format!("{before}{value}{after}"));
    }

    #[test]
    fn a_value_is_not_read_again(name in "[a-z]{1,5}") {
        let literal = format!("$${{{name}}}");
        prop_assert_eq!(logged(&[("v", &literal)], "${v}"), format!("${{{name}}}"));
    }
}
