//! What right scenario files become.

use std::path::{Path, PathBuf};

use hil_model::observation::{Direction, Evidence};
use hil_scenario::step::{LedExpectation, Match, NetworkAction, WantedEvidence};
use hil_scenario::{Capability, Code, Command, Loader, Scenario, ScenarioFile, SourcedStep, Step, Variables};

const FIXTURES: &str = "tests/fixtures/scenario";

fn load(name: &str) -> ScenarioFile {
    let path = Path::new(FIXTURES).join("good").join(name);
    let mut loaded = Loader::with_env(|_| None).load(&[path]);
    assert!(loaded.errors.is_empty(), "{}", loaded.errors.render(false));
    loaded.files.pop().expect("one file")
}

fn text(text: &str) -> ScenarioFile {
    match Loader::with_env(env).load_text(Path::new("x.yaml"), text) {
        Ok(file) => file,
        Err(errors) => panic!("{}", errors.render(false)),
    }
}

fn env(name: &str) -> Option<String> {
    (name == "PASSWORD").then(|| "hunter2".to_owned())
}

/// A file with these steps.
fn with_steps(steps: &str) -> ScenarioFile {
    text(&format!("name: x\nversion: 1\nsteps:\n{steps}"))
}

/// The only step of a file, decoded as the runner does it.
fn step(yaml: &str) -> Command {
    let file = with_steps(&format!("  - {yaml}\n"));
    decode(&file.scenarios[0].steps[0], &Variables::default()).command
}

#[track_caller]
fn decode(step: &SourcedStep, vars: &Variables) -> Step {
    step.decode(vars).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

#[test]
fn all_files_are_loaded_and_good_ones_survive_bad_ones() {
    let loaded = Loader::with_env(|_| None).load(&[PathBuf::from(FIXTURES)]);
    let names: Vec<String> = loaded.files.iter().map(|file| file.source.path.display().to_string()).collect();
    assert_eq!(
        names,
        ["all_steps", "cases", "included", "minimal", "wokwi", "yaml_forms"]
            .map(|name| format!("{FIXTURES}/good/{name}.yaml"))
    );
    assert!(loaded.errors.0.len() > 60, "errors of all the wrong files");
}

#[test]
fn a_file_named_twice_is_loaded_once() {
    let file = Path::new(FIXTURES).join("good/minimal.yaml");
    let folder = Path::new(FIXTURES).join("good");
    let loaded = Loader::with_env(|_| None).load(&[file.clone(), folder, file]);
    assert_eq!(loaded.files.len(), 6);
}

#[test]
fn a_path_that_does_not_exist_is_an_error_and_an_empty_folder_is_not() {
    let loader = Loader::with_env(|_| None);
    let missing = loader.load(&[PathBuf::from("no/such/place")]);
    insta::assert_snapshot!(missing.errors.render(false), @r"
    error: cannot read no/such/place: there is no such file or folder
       = help: a scenario file or a folder of scenario files is expected
       = code: hil::scenario::unreadable
    ");
    let only_included = loader.load(&[Path::new(FIXTURES).join("good/common")]);
    assert!(only_included.errors.is_empty() && only_included.files.is_empty());
}

#[test]
fn a_wokwi_file_means_the_same() {
    let scenario = &load("wokwi.yaml").scenarios[0];
    insta::assert_snapshot!(titles(scenario), @r#"
    step 1: wait-serial "Boot {ready}: \"$ \""
    step 2: delay 0s
    step 3: delay 500ms
    step 4: delay 1.5s
    step 5: write-serial "help\n"
    step 6: write-serial "AB"
    step 7: expect-pin esp:8 1
    step 8: expect-pin esp:8 0
    step 9: set-control btn1 pressed 1
    step 10: set-control pot1 position 0.25
    step 11: take-screenshot lcd1
    step 12: expect-chip-output "ready"
    step 13: touch lcd1 120,80
    step 14: touch lcd1 1,2
    step 15: touch-press lcd1 0,0
    step 16: touch-move lcd1 10.5,10
    step 17: touch-release lcd1
    "#);
}

#[test]
fn every_step_has_a_title() {
    let scenario = &load("all_steps.yaml").scenarios[0];
    insta::assert_snapshot!(titles(scenario));
}

/// One line a step, as the runner would show it; captured variables are made up.
fn titles(scenario: &Scenario) -> String {
    let mut vars = scenario.variables();
    for name in ["hue", "before", "level", "heap", "value"] {
        vars.set(name, "1");
    }
    let parts = [("setup", &scenario.setup), ("step", &scenario.steps), ("teardown", &scenario.teardown)];
    let mut lines = String::new();
    for (part, steps) in parts {
        for (index, step) in steps.iter().enumerate() {
            show(&format!("{part} {}", index + 1), step, &mut vars, &mut lines);
        }
    }
    lines
}

fn show(path: &str, step: &SourcedStep, vars: &mut Variables, lines: &mut String) {
    let decoded = decode(step, vars);
    lines.push_str(&format!("{path}: {}\n", decoded.command.title()));
    if matches!(decoded.command, Command::Repeat(_)) {
        vars.set("iteration", "1");
    }
    for (index, child) in decoded.command.children().iter().enumerate() {
        show(&format!("{path}.{}", index + 1), &step.child(child), vars, lines);
    }
}

#[test]
fn a_row_is_a_scenario_with_a_stable_id() {
    let file = load("cases.yaml");
    let ids: Vec<&str> = file.scenarios.iter().map(|s| s.id.as_str()).collect();
    insta::assert_snapshot!(ids.join("\n"), @r"
    tests/fixtures/scenario/good/cases[hue=361]
    tests/fixtures/scenario/good/cases[hue=65536]
    tests/fixtures/scenario/good/cases[far too large]
    tests/fixtures/scenario/good/cases[hue=361]#2
    tests/fixtures/scenario/good/cases[hue=a text that is much longer than what anybody would li...]
    ");
    assert_eq!(file.scenarios[2].title, "Rejects wrong hues [far too large]");
    // A row overrides `vars`, also where another variable uses it.
    assert_eq!(file.scenarios[1].vars["message"], "hue 65536 is out of range");
}

#[test]
fn includes_bring_variables_setup_and_teardown_once() {
    let scenario = &load("included.yaml").scenarios[0];
    assert_eq!(scenario.vars["prefix"], "state");
    insta::assert_snapshot!(titles(scenario), @r#"
    setup 1: wait-serial "mqtt: connected"
    setup 2: expect-message state/led/online "online" within 2s
    step 1: delay 1s
    teardown 1: reset
    teardown 2: network up
    teardown 3: log "last of all"
    "#);
    assert!(scenario.setup[0].source.path.ends_with("common/_connected.yaml"));
}

#[test]
fn yaml_of_all_kinds_keeps_its_text() {
    let scenario = &load("yaml_forms.yaml").scenarios[0];
    insta::assert_snapshot!(titles(scenario), @r#"
    step 1: publish cmnd/led/power "on"
    step 2: publish cmnd/led/power "on"
    step 3: log "two\nlines 007\n"
    step 4: log "it's yes and ${zero}"
    step 5: log "explicit"
    step 6: log "quoted é\tA"
    step 7: publish a "1_000"
    step 8: publish a "0x1F"
    step 9: publish a "~tilde"
    step 10: publish a ""
    "#);
}

#[test]
fn needs_name_the_first_place() {
    let needs: Vec<String> = load("all_steps.yaml").scenarios[0]
        .needs
        .iter()
        .map(|need| format!("{}: {}", need.capability, need.by))
        .collect();
    insta::assert_snapshot!(needs.join("\n"), @r"
    simulated-time: requires
    provision: device
    serial: setup 1 (wait-serial)
    mqtt: step 4 (publish)
    led: step 29 (expect-led)
    led-observed: step 30 (expect-led)
    parts: step 32 (expect-part)
    flash: step 34 (expect-flash)
    reset: step 36 (reset)
    power: step 39 (power)
    network: step 43 (network)
    broker-control: step 51 (broker)
    http: step 54 (http-request)
    device-address: step 54 (http-request)
    soft-ap: step 55 (http-request)
    ");
}

#[test]
fn needs_of_a_step_within_groups_count() {
    let file =
        with_steps("  - any-of:\n      - all-of:\n          - expect-led: { part-id: led1, color: '#000000' }\n");
    let need = &file.scenarios[0].needs[0];
    assert_eq!((need.capability, need.by.as_str()), (Capability::Led, "step 1.1.1 (expect-led)"));
}

#[test]
fn evidence_that_a_step_wants_is_a_need_and_admits_what_is_stronger() {
    for (word, wanted, needs, admitted) in [
        ("observed", WantedEvidence::Observed, Some(Capability::LedObserved), vec![Evidence::Observed]),
        (
            "measured",
            WantedEvidence::Measured,
            Some(Capability::LedMeasured),
            vec![Evidence::Observed, Evidence::SelfObserved],
        ),
        ("reported", WantedEvidence::Reported, None, vec![Evidence::Reported]),
    ] {
        let file = with_steps(&format!("  - expect-led: {{ part-id: led1, color: '#000000', evidence: {word} }}\n"));
        let capabilities: Vec<_> = file.scenarios[0].needs.iter().map(|need| need.capability).collect();
        assert_eq!(capabilities, [Some(Capability::Led), needs].into_iter().flatten().collect::<Vec<_>>());
        let all = [Evidence::Observed, Evidence::SelfObserved, Evidence::Reported];
        assert_eq!(all.into_iter().filter(|evidence| wanted.admits(*evidence)).collect::<Vec<_>>(), admitted);
    }
}

#[test]
fn payloads_are_taken_literally() {
    let payload = |yaml: &str| match step(&format!("publish: {{ topic: a, {yaml} }}")) {
        Command::Publish(publish) => publish.payload.0,
        other => panic!("{other:?}"),
    };
    for written in ["on", "off", "true", "120", "007", "1_000", "1e3", "yes"] {
        assert_eq!(payload(&format!("payload: {written}")), written.as_bytes());
    }
    assert_eq!(payload("payload-hex: 'DE ad00'"), [0xde, 0xad, 0]);
    assert_eq!(payload("payload-json: { b: 1, a: [true, ~, '1', on] }"), br#"{"b":1,"a":[true,null,"1","on"]}"#);
    assert_eq!(payload("payload-json: text"), br#""text""#);
}

#[test]
fn json_conditions_and_regular_expressions() {
    let Command::ExpectMessage(message) = step("expect-message: { topic: a, json: { hue: 007 } }") else { panic!() };
    assert!(matches!(message.payload, Match::Json(json) if json.0.to_string() == r#"{"hue":7}"#));
    let Command::ExpectSerial(line) = step("expect-serial: { text: 'a.b (c)' }") else { panic!() };
    assert!(line.line.holds("xa.b (c)x") && !line.line.holds("axb (c)"));
}

#[test]
fn details_of_lights_and_networks() {
    let Command::ExpectLed(led) = step("expect-led: { part-id: led1, color: '#FF0005', evidence: reported }") else {
        panic!()
    };
    assert_eq!(led.evidence, Some(WantedEvidence::Reported));
    assert!(matches!(led.expected, LedExpectation::Color { color, hold: None } if color.to_string() == "#ff0005"));
    let Command::Network(NetworkAction::DropAt(drop)) = step("network: { drop: { packet: suback, to: broker } }")
    else {
        panic!()
    };
    assert_eq!((drop.to, drop.after_bytes), (Direction::ToBroker, 0));
}

#[test]
fn captured_values_are_checked_when_the_step_is_reached() {
    let file = with_steps(
        "  - capture: { name: qos, topic: a }\n  - publish: { topic: 'a/${qos}', payload: x, qos: '${qos}' }\n",
    );
    let scenario = &file.scenarios[0];
    let mut vars = scenario.variables();
    vars.set("qos", "2");
    assert_eq!(decode(&scenario.steps[1], &vars).command.title(), r#"publish a/2 "x" qos 2"#);

    vars.set("qos", "#");
    let errors = scenario.steps[1].decode(&vars).expect_err("a wildcard");
    insta::assert_snapshot!(errors.render(false), @r#"
    error: a wildcard in a topic name
      --> x.yaml:5:23
       |
     5 |   - publish: { topic: 'a/${qos}', payload: x, qos: '${qos}' }
       |                       ^^^^^^^^^^ this is "a/#"
       |
       = help: `+` and `#` can stand only in the topic filters of expect-message, expect-nothing and capture
       = code: hil::scenario::bad_topic

    error: expected a whole number from 0 to 2, found `#`
      --> x.yaml:5:52
       |
     5 |   - publish: { topic: 'a/${qos}', payload: x, qos: '${qos}' }
       |                                                    ^^^^^^^^
       |
       = code: hil::scenario::wrong_type
    "#);

    vars.remove("qos");
    let errors = scenario.steps[1].decode(&vars).expect_err("no value");
    assert_eq!(errors.0[0].code, Code::UnsetVariable);
}

#[test]
fn environment_variables_are_secret() {
    let file = text(
        "name: x\nversion: 1\nvars: { login: 'me:${env.PASSWORD}' }\n\
         cases: [{ user: 'a-${env.PASSWORD}' }]\nsteps:\n  - publish: { topic: a, payload: '${login}' }\n",
    );
    let scenario = &file.scenarios[0];
    let vars = scenario.variables();
    let step = decode(&scenario.steps[0], &vars);
    assert_eq!(step.title, r#"publish a "me:${env.PASSWORD}""#);
    assert_eq!(vars.redact("a hunter2 b"), "a ${env.PASSWORD} b");
    assert_eq!(scenario.id, "x[user=a-${env.PASSWORD}]");
    let everything = format!("{vars:?} {:?}", scenario.secrets);
    assert!(!everything.contains("hunter2"));
}

#[test]
fn secrets_stay_out_of_errors() {
    let loader = Loader::with_env(env);
    let yaml = "name: x\nversion: 1\nsteps:\n  - publish: { topic: 'a/${env.PASSWORD}/#', qos: '${env.PASSWORD}' }\n";
    let errors = loader.load_text(Path::new("x.yaml"), yaml).expect_err("two errors");
    assert_eq!(errors.0.len(), 2);
    assert!(!errors.render(false).contains("hunter2"), "{}", errors.render(false));
}

#[test]
fn ids_stay_unique_where_only_the_extension_differs() {
    let folder = std::env::temp_dir().join(format!("hil-ids-{}", std::process::id()));
    std::fs::create_dir_all(folder.join(".hidden")).expect("a folder");
    for name in ["a.yaml", "a.yml", "_b.yaml", ".hidden/c.yaml", "d.txt"] {
        std::fs::write(folder.join(name), "name: x\nversion: 1\nsteps: [reset]\n").expect("a file");
    }
    let loaded = Loader::with_env(|_| None).load(std::slice::from_ref(&folder));
    let ids: Vec<&str> =
        loaded.files.iter().flat_map(|f| &f.scenarios).filter_map(|s| s.id.rsplit('/').next()).collect();
    assert_eq!(ids, ["a", "a.yml"]);
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn files_over_a_megabyte_and_aliases_without_end_are_refused() {
    let loader = Loader::with_env(|_| None);
    let bomb: String = (1..40).map(|n| format!("  b{n}: &b{n} [*b{0}, *b{0}, *b{0}]\n", n - 1)).collect();
    let bomb = format!("name: x\nversion: 1\nvars:\n  b0: &b0 boom\n{bomb}steps: [reset]\n");
    let errors = loader.load_text(Path::new("x.yaml"), bomb).expect_err("too much");
    assert_eq!(errors.0[0].code, Code::Limit);

    let vars: String = (1..60).map(|n| format!("  v{n}: '${{v{0}}}${{v{0}}}'\n", n - 1)).collect();
    let vars = format!("name: x\nversion: 1\nvars:\n  v0: boom\n{vars}steps: [reset]\n");
    let errors = loader.load_text(Path::new("x.yaml"), vars).expect_err("too much");
    assert_eq!(errors.0[0].code, Code::Limit);

    let deep = format!("name: x\nversion: 1\nsteps: {}{}\n", "[".repeat(5000), "]".repeat(5000));
    let errors = loader.load_text(Path::new("x.yaml"), deep).expect_err("too deep");
    assert_eq!(errors.0[0].code, Code::Limit);

    let keys: String = (0..10_000).map(|n| format!("k{n}: {n}\n")).collect();
    let errors = loader.load_text(Path::new("x.yaml"), keys).expect_err("unknown keys");
    assert_eq!(errors.0.len(), 100);

    let rows = "  - { a: 1 }\n".repeat(5_000);
    let steps = "  - reset\n".repeat(5_000);
    let table = format!("name: x\nversion: 1\ncases:\n{rows}steps:\n{steps}");
    let errors = loader.load_text(Path::new("x.yaml"), table).expect_err("too much to do");
    assert_eq!(errors.0[0].code, Code::Limit);
    let table = format!("name: x\nversion: 1\ncases:\n{rows}steps: [reset]\n");
    let file = loader.load_text(Path::new("x.yaml"), table).expect("many runs");
    assert_eq!(file.scenarios[4_999].id, "x[a=1]#5000");

    let path = std::env::temp_dir().join(format!("hil-large-{}.yaml", std::process::id()));
    std::fs::write(&path, "# ".repeat(600_000)).expect("a file");
    let loaded = loader.load(std::slice::from_ref(&path));
    assert_eq!(loaded.errors.0[0].code, Code::Limit);
    std::fs::remove_file(path).expect("removed");
}
