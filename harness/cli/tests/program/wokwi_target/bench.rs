//! What must be there, and what is given.

use crate::wokwi_target::cli::{Bench, hil, ran};

const BOOT: &str = "
name: Boots
version: 1
steps:
  - wait-serial: boot
";

#[test]
fn without_program_or_token_everything_is_skipped_and_nothing_is_green() {
    let bench = Bench::new("exit 9", BOOT);
    let run = |set: &[(&str, &str)]| {
        crate::light::project(bench.path());
        let mut command = hil(bench.path());
        command.args(["run", "--target", "wokwi", "scenario.yaml"]).envs(set.iter().copied()).env("PATH", "/nowhere");
        ran(&mut command)
    };
    let program = bench.path().join("wokwi-cli").display().to_string();
    for (set, reason) in [
        (vec![], "there is no wokwi-cli on the PATH: curl -L https://wokwi.com/ci/install.sh"),
        (
            vec![("WOKWI_CLI", "/nowhere/wokwi-cli"), ("WOKWI_CLI_TOKEN", "x")],
            "there is no program /nowhere/wokwi-cli (WOKWI_CLI)",
        ),
        (vec![("WOKWI_CLI", program.as_str())], "WOKWI_CLI_TOKEN is not set: make one at"),
        (vec![("WOKWI_CLI", program.as_str()), ("WOKWI_CLI_TOKEN", "")], "WOKWI_CLI_TOKEN is not set: make one at"),
    ] {
        let (code, said) = run(&set);
        assert_eq!(code, 4, "{said}");
        assert!(said.contains(reason) && said.contains("1 skipped"), "{said}");
    }
    assert_eq!(bench.calls(), 0);
}

#[test]
fn what_cannot_be_run_is_skipped_with_the_reason() {
    let cases = [
        (
            "publish: { topic: a, payload: b }",
            "step 1 (publish) needs a broker that hil and the simulated chip both reach",
        ),
        ("reset", "target wokwi has no `reset`, needed by step 1 (reset)"),
        (
            "in-order: [{ expect-serial: { text: a } }, { expect-led: { part-id: led1, color: \"#000000\" } }]",
            "the light is known after the run only, too late for `expect-led` in `in-order`",
        ),
        (
            "any-of: [{ all-of: [{ expect-led: { part-id: led1, color: \"#000000\" } }] }]",
            "too late for `expect-led` in `any-of`",
        ),
        (
            "repeat: { times: 2, steps: [{ expect-pin: { part-id: esp, pin: \"8\", value: 1 } }] }",
            "only a scenario with Wokwi's steps alone has `pins`",
        ),
    ];
    for (step, reason) in cases {
        let bench = Bench::new("exit 9", &format!("name: x\nversion: 1\nsteps:\n  - {step}\n"));
        let (code, said) = bench.run(&["--dry-run"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(reason), "{said}");
        let (code, _) = bench.run(&[]);
        assert_eq!((code, bench.calls()), (4, 0), "{step}");
    }
}

#[test]
fn options_that_fit_nothing_are_refused() {
    let bench = Bench::new("exit 9", BOOT);
    for (arguments, text) in [
        (&["--target", "native", "--wokwi-minutes", "3"][..], "--wokwi-minutes has a meaning only with --target wokwi"),
        (&["--target", "wokwi", "--plant-fault", "3"], "--plant-fault needs --target native"),
        (&["--target", "wokwi", "--wokwi-broker", "mqtt://"], "not a host name or an IP address"),
        (&["--target", "wokwi", "--firmware", "scenario.yaml"], "neither an ELF file nor a .bin or .uf2"),
        (
            &[
                "--target",
                "wokwi",
                "--firmware",
                "firmware.bin",
                "--wokwi-network",
                "wifi",
                "--broker",
                "mqtt://localhost",
            ],
            "the simulated chip does not reach localhost",
        ),
        (
            &["--target", "wokwi", "--firmware", "firmware.bin", "--broker", "ws://broker.example/mqtt"],
            "the simulated chip speaks no WebSocket",
        ),
    ] {
        let mut command = hil(bench.path());
        command.arg("run").args(arguments).arg("scenario.yaml");
        command.env("WOKWI_CLI", bench.path().join("wokwi-cli")).env("WOKWI_CLI_TOKEN", "x");
        let (code, said) = ran(&mut command);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(text), "{said}");
    }
    assert_eq!(bench.calls(), 0);
}

#[test]
fn the_project_is_complete_and_can_be_kept() {
    let script = r#"
start
step 1; printf 'boot\n[%s] Scenario completed successfully\n' "$(name)"
"#;
    let bench = Bench::new(script, BOOT);
    let drawing = r#"{ "version": 1, "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "c3", "attrs": { "flashSize": "4" } }],
        "connections": [] }"#;
    bench.write("drawing.json", drawing);
    let (code, said) = bench.run(&["--keep-project", "kept", "--diagram", "drawing.json"]);
    assert_eq!(code, 0, "{said}");
    let read = |name: &str| std::fs::read_to_string(bench.path().join("kept/scenario").join(name)).unwrap();
    insta::assert_snapshot!(read("wokwi.toml"), @r#"
    [wokwi]
    version = 1
    firmware = "firmware.bin"
    "#);
    assert_eq!(read("firmware.bin"), "firmware");
    let drawn = read("diagram.json");
    for part in ["\"flashSize\": \"4\"", "c3:TX", "$serialMonitor:RX", "wokwi-logic-analyzer", "c3:8"] {
        assert!(drawn.contains(part), "{part}: {drawn}");
    }
    let report = bench.report();
    assert!(report.contains("Wokwi, mode B") && report.contains("added a logic analyzer"), "{report}");
    assert!(report.contains("wokwi-cli: Connected to Wokwi Simulation API 1.0"), "{report}");
}

#[test]
fn a_project_that_is_not_kept_is_gone() {
    let bench = Bench::new("echo \"$project\" > \"$here/where\"\nexit 3", BOOT);
    bench.run(&[]);
    let project = std::fs::read_to_string(bench.path().join("where")).unwrap();
    assert!(!std::path::Path::new(project.trim()).exists(), "{project}");
}
