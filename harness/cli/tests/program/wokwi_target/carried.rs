//! Mode B: wokwi-cli carries out the steps; its verdicts are ours, at our steps.

use crate::wokwi_target::cli::Bench;

const STEPS: &str = "
name: Button
version: 1
timeout: 5s
setup:
  - wait-serial: \"mqtt: connected\"
steps:
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - expect-pin: { part-id: esp, pin: \"8\", value: 1 }
  - delay: 1s
";
/// The chip prints \"mqtt: connected\\r\\nstatus: 1\\r\\n\". The real one takes out the line end behind the match, as it begins a
/// line of its own there, so that its serial log has \"mqtt: connectedstatus: 1\".
const JOINED: &str = r#"
start
step 1
printf 'mqtt: connected'
printf '\n[%s] Expected text matched: "mqtt: connected"\n[%s] Executing step: %s-2\n' "$(name)" "$(name)" "$(name)"
printf 'status: 1\r\n'
printf '[%s] Executing step: %s-3\n[%s] expect-pin esp:8 == 1\n' "$(name)" "$(name)" "$(name)"
"#;

#[test]
fn lines_that_wokwi_cli_joins_are_two_lines_in_the_report() {
    let script = format!("{JOINED}step 4\nprintf '[%s] Scenario completed successfully\\n' \"$(name)\"\n");
    let bench = Bench::new(&script, STEPS);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 0, "{said}");
    let report = bench.report();
    assert!(!report.contains("connectedstatus"), "{report}");
    for line in [r#""mqtt: connected\n""#, r#""status: 1\r\n""#] {
        assert!(report.contains(line), "{line}: {report}");
    }
    assert!(!report.contains("Executing step"), "no line of the chip's: {report}");
}

#[test]
fn a_step_that_fails_is_shown_where_it_stands_in_our_file() {
    let script = format!(
        "{JOINED}printf 'Error: [950000000ns] GPIO esp:8 expected to be 1 but was 0\\n    at TestScenario.fail (cli.js:1:1)\\n' >&2\nexit 1"
    );
    let bench = Bench::new(&script, &format!("{STEPS}teardown:\n  - delay: 2s\n"));
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("GPIO esp:8 expected to be 1 but was 0") && said.contains("scenario.yaml:9:"), "{said}");
    assert!(said.contains("step 2") && said.contains("mode B"), "{said}");
    assert!(bench.report().contains("no teardown: the simulation has ended"), "{}", bench.report());
}

#[test]
fn a_step_that_never_ends_fails_at_the_end_of_simulated_time() {
    let script =
        "start\nstep 1\nprintf 'mqtt: no\\r\\n'\necho 'Timeout: simulation did not finish in 5000ms' >&2\nexit 42";
    let bench = Bench::new(script, STEPS);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("the step had not ended after 5s of simulated time") && said.contains("scenario.yaml:6:"),
        "{said}"
    );
}

#[test]
fn a_second_command_that_wokwi_cli_would_drop_is_an_error_before_anything_runs() {
    let scenario =
        "name: x\nversion: 1\nsteps:\n  - delay: 1s\n    expect-pin: { part-id: esp, pin: \"8\", value: 1 }\n";
    let bench = Bench::new("exit 9", scenario);
    let (code, said) = bench.run(&[]);
    assert_eq!((code, bench.calls()), (2, 0), "{said}");
    assert!(said.contains("a step with two commands, `delay` and `expect-pin`"), "{said}");
}

#[test]
fn pictures_are_compared_with_the_scenarios_files_and_saved_beside_them() {
    let scenario = "
name: Picture
version: 1
steps:
  - take-screenshot: { part-id: led1, save-to: out/led.png, compare-with: expected.png }
";
    let script = r#"
start
step 1
cp "$project/expected-1.png" "$project/saved-1.png"
printf '[%s] Scenario completed successfully\n' "$(name)"
"#;
    let bench = Bench::new(script, scenario);
    bench.write("expected.png", "a picture");
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(std::fs::read_to_string(bench.path().join("out/led.png")).unwrap(), "a picture");
    std::fs::remove_file(bench.path().join("expected.png")).unwrap();
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("expected.png: cannot be compared with"), "{said}");
}
