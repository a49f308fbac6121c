//! Mode A: the simulation runs freely; the light is judged after the run, on the simulation's time.

use crate::wokwi_target::cli::{Bench, record};

/// Prints a line every 100 ms of the chip's time, each of which takes 200 ms: the simulation is half as fast as it should be.
const SLOW: &str = r#"
start
printf 'I (50) light: on\r\n'
i=0
while [ $i -lt 22 ]; do i=$((i + 1)); sleep 0.2; printf 'I (%s00) tick\r\n' $i; done
cp "$here/light.vcd" "$vcd"
echo 'Timeout: simulation did not finish' >&2
echo "VCD file written to: $vcd"
exit 42
"#;
const RED: [u8; 3] = [255, 0, 5];
const DARK: [u8; 3] = [0, 0, 0];

fn scenario(expected: &str) -> String {
    format!(
        "name: Light\nversion: 1\ntimeout: 20s\nsteps:\n  - expect-serial: {{ text: \"light: on\", within: 5s }}\n  - expect-led: {expected}\n"
    )
}

fn bench(script: &str, expected: &str) -> Bench {
    let bench = Bench::new(script, &scenario(expected));
    bench.write("light.vcd", &record(&[(10, DARK), (300, RED), (800, DARK), (1300, RED), (1800, DARK)]));
    bench
}

const PATTERN: &str =
    r##"{ part-id: led1, pattern: [{ color: "#ff0005", for: 500ms }, { color: "#000000", for: 500ms }], within: 1s }"##;

#[test]
fn a_pattern_is_on_time_however_slow_the_simulation_is() {
    let bench = bench(SLOW, PATTERN);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 0, "{said}");
    let report = bench.report();
    assert!(report.contains("Wokwi, mode A: the simulation runs freely"), "{report}");
    assert!(report.contains("2 edges on time from 0.300 s of simulated time, judged after the run"), "{report}");
    assert!(report.contains("(judged after the run)"), "the step says so: {report}");
    // Beside the lines that the chip printed then: 250 ms of its time after the first line were over after 500.
    let finished = report.lines().find(|line| line.contains("scenario-finished")).unwrap();
    let finished: serde_json::Value = serde_json::from_str(finished).unwrap();
    let journal = finished["attempts"][0]["journal"].as_array().unwrap();
    let at = |what: &str| {
        let entry = journal.iter().find(|entry| entry["what"].to_string().contains(what)).unwrap();
        entry["at"].as_u64().unwrap() / 1_000_000
    };
    let after_ms = at("\"color\":\"#ff0005\"").saturating_sub(at("light: on"));
    assert!((300..900).contains(&after_ms), "{after_ms} ms after the first line");
}

#[test]
fn what_the_light_did_wrong_fails_its_step() {
    let wrong = PATTERN.replace("for: 500ms }, {", "for: 400ms }, {");
    let bench = bench(SLOW, &wrong);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("#ff0005 for 400ms (phase 1 of 2) was still on after 410ms"), "{said}");
    assert!(said.contains("scenario.yaml:6:") && said.contains("(judged after the run)"), "{said}");
}

#[test]
fn a_light_that_stays_dark_fails_its_step() {
    let bench =
        bench(&SLOW.replace("cp \"$here/light.vcd\" \"$vcd\"", "echo 'No logic analyzer data to export'"), PATTERN);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nothing was seen of led1"), "{said}");
}

#[test]
fn a_record_that_is_missing_is_a_bench_error() {
    let bench =
        bench(&SLOW.replace("cp \"$here/light.vcd\" \"$vcd\"", "echo 'Error exporting VCD: gone' >&2"), PATTERN);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("what the lights have shown is not known: Error exporting VCD: gone"), "{said}");
}

#[test]
fn a_simulation_that_ends_while_steps_are_carried_out_is_a_bench_error() {
    let bench = bench("start\nprintf 'I (5) boot\\r\\n'\necho 'Timeout' >&2\nexit 42", PATTERN);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("the simulation came to its limit of 50s of simulated time while the scenario ran"),
        "{said}"
    );
}

#[test]
fn a_panic_fails_the_scenario() {
    let script = "start\nprintf 'I (5) light: on\\r\\nE (7) panic: panicked at src/main.rs:3:5:\\r\\n'\nsleep 100";
    let bench =
        Bench::new(script, "name: Panic\nversion: 1\nsteps: [{ expect-serial: { text: main.rs, within: 5s } }]\n");
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the device panicked: E (7) panic: panicked at src/main.rs:3:5:"), "{said}");
}

/// Says that the light is red, at once and again, and goes on for a second and a half.
const SAYS_RED: &str = r#"
start
printf 'I (50) light: on\r\nI (60) light: shows #ff0005\r\n'
i=0
while [ $i -lt 15 ]; do i=$((i + 1)); sleep 0.1; printf 'I (%s00) tick\r\n' $i; done
cp "$here/light.vcd" "$vcd"
echo 'Timeout: simulation did not finish' >&2
exit 42
"#;
const RED_FOR_LONG: &str = r##"{ part-id: led1, color: "#ff0005", within: 10s }"##;

#[test]
fn what_the_firmware_says_of_its_light_saves_waiting() {
    let bench = Bench::new(SAYS_RED, &scenario(RED_FOR_LONG));
    bench.write("light.vcd", &record(&[(10, DARK), (61, RED)]));
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 0, "without it the step would wait for ten seconds, and the simulation end before: {said}");
    assert!(
        bench.report().contains("#ff0005 at 0.061 s of simulated time, judged after the run"),
        "{}",
        bench.report()
    );
}

#[test]
fn what_the_firmware_says_of_its_light_is_no_evidence() {
    let bench = Bench::new(SAYS_RED, &scenario(RED_FOR_LONG));
    bench.write("light.vcd", &record(&[(10, DARK), (61, [0, 0, 255])]));
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("led1 did not become #ff0005 within 10s") && said.contains("#0000ff"), "{said}");
}
