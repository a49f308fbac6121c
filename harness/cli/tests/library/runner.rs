//! The runner through its public face, with devices that do exactly what a test tells them to.

use std::sync::Arc;
use std::time::Duration;

use hil_model::device::DeviceEvent;
use hil_model::observation::{Message, Observation, SerialStream};
use hil_model::verdict::Verdict;
use hil_runner::{Cancel, RunOptions, run};
use hil_targets::Wiring;
use light_host::native::NativeTarget;

use crate::scripted::{message, ms, options, plan, run_one, scripted, show, told};

#[test]
fn a_scenario_that_passes_on_a_retry_is_flaky() {
    let target = scripted(|journal, attempt| async move {
        if attempt == 3 {
            journal.record(message("a", "x"));
        }
    });
    let steps = "steps: [{ expect-message: { topic: a } }]";
    let options = RunOptions { retries: 2, ..options(target) };
    let report = run(&plan(steps), &options, &Cancel::default(), |_| {}).scenarios.remove(0);
    assert_eq!(report.verdict, Verdict::Flaky);
    let verdicts: Vec<_> = report.attempts.iter().map(|a| a.verdict).collect();
    assert_eq!(verdicts, [Verdict::Failed, Verdict::Failed, Verdict::Passed]);
}

#[test]
fn an_expectation_uses_up_its_message() {
    let target = || {
        scripted(|journal, _| async move {
            journal.record(message("a", "x"));
        })
    };
    assert_eq!(run_one(target(), "steps: [{ expect-message: { topic: a } }]").verdict, Verdict::Passed);
    let twice = "steps: [{ expect-message: { topic: a } }, { expect-message: { topic: a } }]";
    insta::assert_snapshot!("message_used_up", told(&run_one(target(), twice)).1);
}

#[test]
fn messages_from_before_the_stimulus_do_not_count() {
    let target = scripted(|journal, _| async move {
        journal.record(message("stat/x", "on"));
    });
    let report = run_one(
        target,
        r#"
steps:
  - delay: 10ms
  - publish: { topic: cmnd/x, payload: "on" }
  - expect-message: { topic: stat/x, payload: "on" }
"#,
    );
    assert_eq!(report.verdict, Verdict::Failed);
    let failure = &report.attempts[0].failures[0];
    assert!(failure.help.as_deref().unwrap().contains("came before the step"), "{failure:?}");
}

#[test]
fn order_matters_on_one_topic_but_not_in_all_of() {
    let target = || {
        scripted(|journal, _| async move {
            for (topic, payload) in [("a", "1"), ("b", "1"), ("a", "2")] {
                journal.record(message(topic, payload));
            }
        })
    };
    let list = |group: &str, items: &[&str]| {
        let items: Vec<_> = items
            .iter()
            .map(|i| {
                let (topic, payload) = i.split_once('=').unwrap();
                format!("{{ expect-message: {{ topic: {topic}, payload: \"{payload}\", within: 100ms }} }}")
            })
            .collect();
        let items = items.join(", ");
        if group.is_empty() { format!("steps: [{items}]") } else { format!("steps: [{{ {group}: [{items}] }}]") }
    };
    let verdict = |steps: String| run_one(target(), &steps).verdict;
    assert_eq!(verdict(list("", &["a=1", "a=2"])), Verdict::Passed);
    assert_eq!(verdict(list("", &["a=2", "a=1"])), Verdict::Failed);
    assert_eq!(verdict(list("", &["b=1", "a=1"])), Verdict::Passed, "topics do not disturb each other");
    assert_eq!(verdict(list("all-of", &["a=2", "b=1", "a=1"])), Verdict::Passed);
    assert_eq!(verdict(list("all-of", &["a=2", "a=2"])), Verdict::Failed, "one message cannot meet two expectations");
    assert_eq!(verdict(list("in-order", &["a=1", "b=1", "a=2"])), Verdict::Passed);
    assert_eq!(verdict(list("in-order", &["b=1", "a=1"])), Verdict::Failed);
    assert_eq!(verdict(list("any-of", &["a=9", "b=1"])), Verdict::Passed);
    assert_eq!(verdict(list("any-of", &["a=9", "b=9"])), Verdict::Failed);
}

#[test]
fn silence_is_broken_by_a_message_between_stimulus_and_step() {
    let target = scripted(|journal, _| async move {
        ms(50).await;
        journal.record(message("stat/x", "late"));
    });
    let steps = r#"
steps:
  - publish: { topic: cmnd/x, payload: "on" }
  - delay: 200ms
  - expect-nothing: { topic: "stat/#", for: 10ms }
"#;
    assert_eq!(run_one(target, steps).verdict, Verdict::Failed);
}

#[test]
fn a_light_that_blinks_on_time_passes_and_one_that_does_not_is_explained() {
    let steps = r##"
steps:
  - expect-led:
      part-id: led1
      pattern: [{ color: "#ff0000", for: 200ms }, { color: "#000000", for: 300ms }]
      cycles: 2
"##;
    let told = |colors: &[(&'static str, u64)]| {
        let colors = colors.to_vec();
        let target = scripted(move |journal, _| {
            let colors = colors.clone();
            async move { show(&journal, &colors).await }
        });
        told(&run_one(target, steps))
    };
    let (red, blue, dark) = ("#ff0000", "#0000ff", "#000000");
    let good = [("#00ff00", 70), (red, 200), (dark, 300), (red, 205), (dark, 295), (red, 1)];
    assert_eq!(told(&good).0, Verdict::Passed);
    insta::assert_snapshot!("pattern_late", told(&[(red, 200), (dark, 300), (red, 212), (dark, 300), (red, 1)]).1);
    insta::assert_snapshot!("pattern_early", told(&[(red, 200), (dark, 285), (red, 200), (dark, 300), (red, 1)]).1);
    insta::assert_snapshot!("pattern_wrong_colour", told(&[(red, 200), (blue, 300), (red, 200), (dark, 300)]).1);
    insta::assert_snapshot!("pattern_does_not_end", told(&[(red, 200), (dark, 300), (red, 200), (dark, 10_000)]).1);
    insta::assert_snapshot!("pattern_nothing_seen", told(&[]).1);
}

#[test]
fn a_pattern_that_does_not_restart_at_the_command_is_seen_although_the_light_shows_its_first_colour() {
    let steps = r##"
steps:
  - delay: 150ms
  - publish: { topic: cmnd/mode, payload: "again" }
  - expect-led:
      part-id: led1
      pattern: [{ color: "#ff0000", for: 200ms }, { color: "#000000", for: 300ms }]
"##;
    let goes_on = scripted(|journal, _| async move {
        show(&journal, &[("#ff0000", 200), ("#000000", 300), ("#ff0000", 200), ("#000000", 300), ("#ff0000", 1)]).await;
    });
    insta::assert_snapshot!("pattern_not_restarted", told(&run_one(goes_on, steps)).1);
    // The restarted one: the light stays as it is, 150 ms longer.
    let restarts = scripted(|journal, _| async move {
        show(&journal, &[("#ff0000", 350), ("#000000", 300), ("#ff0000", 1)]).await;
    });
    assert_eq!(run_one(restarts, steps).verdict, Verdict::Passed);
}

#[test]
fn a_colour_must_be_held_for_as_long_as_the_step_says() {
    let steps = |hold: &str| format!("steps: [{{ expect-led: {{ part-id: led1, color: \"#ff0000\", for: {hold} }} }}]");
    let target = || scripted(|journal, _| async move { show(&journal, &[("#ff0000", 100), ("#000000", 100)]).await });
    assert_eq!(run_one(target(), &steps("100ms")).verdict, Verdict::Passed);
    insta::assert_snapshot!("colour_not_held", told(&run_one(target(), &steps("101ms"))).1);
}

#[test]
fn serial_output_is_one_stream_however_it_is_cut() {
    let target = || {
        scripted(|journal, _| async move {
            for chunk in ["I (1) mq", "tt: conn", "ected\r\nlevel=4", "2\r\n"] {
                journal.record(Observation::Serial { stream: SerialStream::Output, data: chunk.into() });
                ms(1).await;
            }
        })
    };
    assert_eq!(run_one(target(), "steps: [{ wait-serial: \"mqtt: connected\\r\\nlevel\" }]").verdict, Verdict::Passed);
    let captured = run_one(
        target(),
        r#"
steps:
  - expect-serial: { matches: "level=(?<level>\\d+)" }
  - log: "it is ${level}"
"#,
    );
    assert_eq!(captured.verdict, Verdict::Passed);
    let notes = captured.attempts[0]
        .journal
        .iter()
        .filter(|e| matches!(&e.what, Observation::Note { text } if text == "it is 42"));
    assert_eq!(notes.count(), 1);
}

#[test]
fn a_number_in_a_line_that_pauses_is_taken_whole() {
    let target = scripted(|journal, _| async move {
        for (pause, piece) in [(10, "heap=12"), (600, "345\n"), (10, "login: ")] {
            ms(pause).await;
            let data = piece.as_bytes().to_vec().into();
            journal.record(Observation::Serial { stream: SerialStream::Output, data });
        }
    });
    let report = run_one(
        target,
        "steps:\n  - expect-serial: { matches: 'heap=(?<heap>\\d+)' }\n  - expect-value: { value: '${heap}', is: 12345 }\n  - \
         expect-serial: { matches: '^(?<who>login): $' }\n  - expect-value: { value: '${who}', is: login }\n",
    );
    assert_eq!(told(&report), (Verdict::Passed, String::new()));
    // A prompt is not waited for until the limit.
    assert!(
        report.attempts[0].device_time.elapsed() < Duration::from_millis(1500),
        "{:?}",
        report.attempts[0].device_time
    );
}

#[test]
fn values_of_environment_variables_reach_no_report() {
    let target = scripted(|journal, _| async move {
        journal.record(message("stat/x", "hunter2-token"));
        let echo =
            Message { topic: "stat/z".into(), payload: b"\xFF\0hunter2-token".to_vec().into(), ..Message::default() };
        journal.record(Observation::Received(echo));
        for piece in ["token hun", "ter2-to", "ken, 68756e746572322d746f6b656e, ", "aHVudGVyMi10b2tlbg==\n"] {
            journal.record(Observation::Serial { stream: SerialStream::Output, data: piece.into() });
        }
        journal.record(Observation::Device(DeviceEvent::Panicked { message: "bad hunter2-token".into() }));
    });
    let report = run_one(
        target,
        r#"
steps:
  - publish: { topic: cmnd/x, payload: "${env.TOKEN}" }
  - expect-message: { topic: stat/y, payload: "${env.TOKEN}", within: 10ms }
"#,
    );
    assert_eq!(report.verdict, Verdict::Failed);
    let everything = serde_json::to_string(&report).unwrap();
    for written in ["hunter2", "hun\"", "ter2-to", "68756e", "aHVudGVy", "/wBodW50ZXIyLXRva2Vu"] {
        assert!(!everything.contains(written), "{written}: {everything}");
    }
    assert!(everything.contains("token ${env.TOKEN}") && everything.contains("bad ${env.TOKEN}"), "{everything}");
}

#[test]
fn a_device_that_never_waits_is_a_bench_error() {
    let target = scripted(|_, _| async {
        let end = std::time::Instant::now() + Duration::from_secs(4);
        while std::time::Instant::now() < end {
            std::hint::spin_loop();
        }
    });
    let options = RunOptions { wall_limit: Duration::from_millis(500), ..options(target) };
    let report = run(&plan("steps: [{ delay: 1s }]"), &options, &Cancel::default(), |_| {}).scenarios.remove(0);
    assert_eq!(told(&report).0, Verdict::BenchError);
    assert!(told(&report).1.contains("did not end within 500ms of wall time"), "{report:?}");
}

#[test]
fn a_device_that_was_stopped_because_it_loops_fails_and_its_journal_is_short() {
    let target = scripted(|journal, _| async move {
        for _ in 0..10_000 {
            journal.record(Observation::Serial { stream: SerialStream::Output, data: "mqtt: next try in 0 ms".into() });
        }
        journal.record(Observation::Device(DeviceEvent::Spins { how: "again and again".to_owned() }));
    });
    let report = run_one(target, "steps: [{ delay: 1s }]");
    assert_eq!(told(&report).0, Verdict::Failed);
    let attempt = &report.attempts[0];
    assert_eq!(attempt.failures[0].code, "hil::device_died");
    assert!(attempt.failures[0].help.as_deref().unwrap().contains("let it wait between two tries"));
    assert!(attempt.journal.len() < 1100, "{}", attempt.journal.len());
    let notes: Vec<_> = attempt.journal.iter().filter(|e| matches!(e.what, Observation::Note { .. })).collect();
    assert_eq!(notes.len(), 1, "{notes:?}");
    // The related entries are still there.
    let related = &attempt.failures[0].related;
    assert!(related.iter().all(|seq| attempt.journal.iter().any(|e| e.seq == *seq)));
}

#[test]
fn a_device_that_panics_fails_whatever_the_scenario_expects() {
    struct Panics;
    impl firmware::rules::Rules for Panics {
        fn parse_power(&self, _: &[u8]) -> Result<firmware::state::Power, firmware::command::Rejection> {
            panic!("array index out of bounds")
        }
    }
    let mut target = NativeTarget::new(Wiring::default());
    target.rules = &Panics;
    let report = run_one(
        Arc::new(target),
        "setup: [{ wait-serial: 'mqtt: connected' }]\nsteps: [{ publish: { topic: cmnd/led/power, payload: 'on' } }, { delay: 1s }]",
    );
    assert_eq!(told(&report).0, Verdict::Failed);
    assert!(told(&report).1.starts_with("the device panicked: array index out of bounds"), "{report:?}");
}

#[test]
fn a_power_failure_that_does_not_happen_fails_the_scenario() {
    let report = run_one(
        Arc::new(NativeTarget::new(Wiring::default())),
        r#"
setup: [{ wait-serial: "mqtt: connected" }]
steps:
  - power: { off-at: flash-write 5 }
  - delay: 1s
  - power: on
"#,
    );
    insta::assert_snapshot!("power_failure_pending", told(&report).1);
    let never_looked = run_one(
        Arc::new(NativeTarget::new(Wiring::default())),
        "setup: [{ wait-serial: 'mqtt: connected' }]\nsteps: [{ power: { off-at: flash-write 5 } }, { delay: 1s }]",
    );
    assert_eq!(never_looked.verdict, Verdict::Failed);
}

#[test]
fn the_same_seed_gives_the_same_journal() {
    let steps = r#"
timeout: 10min
setup: [{ wait-serial: "mqtt: connected" }]
steps:
  - publish: { topic: cmnd/led/hsb, payload: "10,20,30" }
  - network: down
  - delay: 3min
  - network: up
  - wait-serial: "mqtt: connected"
  - broker: restart
  - wait-serial: "mqtt: connected"
  - power: cycle
  - wait-serial: "mqtt: connected"
"#;
    let journal = || {
        let report = run_one(Arc::new(NativeTarget::new(Wiring::default())), steps);
        assert_eq!(report.verdict, Verdict::Passed, "{}", told(&report).1);
        let entries = report.attempts.into_iter().next().unwrap().journal;
        entries.into_iter().map(|e| (e.at, e.what)).collect::<Vec<_>>()
    };
    let first = journal();
    for _ in 0..5 {
        assert_eq!(journal(), first);
    }
}

#[test]
fn the_teardown_runs_after_a_failure_and_both_failures_are_told() {
    let target = scripted(|_, _| async {});
    let report = run_one(
        target,
        r#"
steps:
  - expect-message: { topic: a, within: 1ms }
  - log: "never"
teardown:
  - log: "torn down"
  - expect-message: { topic: b, within: 1ms }
"#,
    );
    let attempt = &report.attempts[0];
    let steps: Vec<_> = attempt.failures.iter().map(|f| f.step.as_str()).collect();
    assert_eq!(steps, ["step 1", "teardown 2"]);
    assert!(attempt.journal.iter().any(|e| matches!(&e.what, Observation::Note { text } if text == "torn down")));
}

#[test]
fn the_scenarios_timeout_bounds_every_step() {
    let target = scripted(|_, _| async {});
    let report = run_one(target, "timeout: 5s\nsteps: [{ delay: 1h }, { log: x }]");
    assert_eq!(report.verdict, Verdict::Failed);
    assert_eq!(report.attempts[0].device_time.elapsed(), Duration::from_secs(5));
    insta::assert_snapshot!("timeout", told(&report).1);
}
