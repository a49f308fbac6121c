//! A service that is out of order: bench errors, each with its remedy, and never a verdict on the firmware.

use std::time::{Duration, Instant};

use crate::wokwi_target::cli::{Bench, is_gone};

const TWO: &str = "
name: Boots
version: 1
cases: [{ text: one }, { text: two }]
steps:
  - wait-serial: ${text}
";
const ONE: &str = "
name: Boots
version: 1
steps:
  - wait-serial: boot
";
/// As the real one says it when the server answers 503: it means to try again, and crashes.
const CRASH: &str = r#"
  echo 'Connection to ws://127.0.0.1:9 failed: Service Unavailable (503).' >&2
  echo 'Will retry in 1000ms...'
  printf 'node:events:486\n      throw er;\n\nError: WebSocket was closed before the connection was established\n' >&2
  exit 1
"#;

#[test]
fn a_server_that_is_silent_is_given_up_and_wokwi_cli_with_all_its_children_is_ended() {
    let script = r#"
echo 'Wokwi CLI v0.26.1 (test)'
sleep 1000 &
echo $! > "$here/child"
echo $$ > "$here/self"
wait
"#;
    let bench = Bench::new(script, ONE);
    let began = Instant::now();
    let (code, said) = bench.run(&["--wokwi-start-limit", "1"]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("wokwi-cli did not start the simulation within 1s and was ended: its server is silent"),
        "{said}"
    );
    assert!(began.elapsed() < Duration::from_secs(30), "{said}");
    for process in ["child", "self"] {
        assert!(is_gone(&std::fs::read_to_string(bench.path().join(process)).unwrap()), "{process} goes on");
    }
}

#[test]
fn a_crash_on_503_is_tried_again() {
    let script = format!(
        "if [ $(wc -l < \"$here/calls\") -lt 3 ]; then{CRASH}fi\nstart\nstep 1\n\
         printf 'boot\\n[%s] Scenario completed successfully\\n' \"$(name)\"\n"
    );
    let bench = Bench::new(&script, ONE);
    let (code, said) = bench.run(&[]);
    assert_eq!((code, bench.calls()), (0, 3), "{said}");
    assert!(bench.report().contains("wokwi-cli had no connection; it is started again in 1s"), "{}", bench.report());
}

#[test]
fn a_server_that_stays_away_is_a_bench_error() {
    let bench = Bench::new(CRASH, ONE);
    let (code, said) = bench.run(&[]);
    assert_eq!((code, bench.calls()), (3, 4), "{said}");
    assert!(
        said.contains(
            "no connection to its server (try 4): Connection to ws://127.0.0.1:9 failed: Service Unavailable (503)"
        ),
        "{said}"
    );
}

#[test]
fn a_quota_that_is_used_up_and_a_token_that_is_rejected_are_met_once() {
    let cases = [
        (
            "API Error: You have used up your free plan's monthly CI minute quota",
            "Wokwi's quota is used up: You have used up your free plan's monthly CI minute quota",
        ),
        (
            "Error: Error connecting to wss://wokwi.com/api/ws/beta: 401 Unauthorized",
            "Wokwi rejects the token in WOKWI_CLI_TOKEN",
        ),
    ];
    for (error, expected) in cases {
        let bench = Bench::new(&format!("echo \"{error}\" >&2; exit 1"), TWO);
        let (code, said) = bench.run(&[]);
        assert_eq!((code, bench.calls()), (3, 1), "{said}");
        assert!(said.contains(expected) && said.contains("no further simulation was started"), "{said}");
    }
}

#[test]
fn an_error_of_the_service_in_the_middle_of_a_run_is_no_failure_of_the_firmware() {
    let script = "start\nstep 1\necho 'API Error: Connection to transport closed unexpectedly: code 1011' >&2\nexit 1";
    let bench = Bench::new(script, ONE);
    let (code, said) = bench.run(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("closed unexpectedly: code 1011"), "{said}");
}

#[test]
fn the_run_stops_when_its_minutes_are_used_up() {
    let script = r#"
echo "$limit" >> "$here/limits"
start
step 1
echo 'Timeout: simulation did not finish' >&2
exit 42
"#;
    // The first would have more than a minute.
    let bench = Bench::new(script, &TWO.replace("version: 1", "version: 1\ntimeout: 90s"));
    let (code, said) = bench.run(&["--wokwi-minutes", "1"]);
    assert_eq!((code, bench.calls()), (3, 1), "{said}");
    assert!(said.contains("the run has used its 1 minutes of simulated time (--wokwi-minutes)"), "{said}");
    assert_eq!(std::fs::read_to_string(bench.path().join("limits")).unwrap(), "60000\n");
}
