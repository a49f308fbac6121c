//! Devices that never give their thread back: the run comes to an end all the same, and says why.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use firmware::command::Rejection;
use firmware::rules::Rules;
use firmware::state::{Mode, Power};
use hil_model::event::ScenarioReport;
use hil_model::observation::Observation;
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
use hil_scenario::{Capability, Loader, Secret};
use hil_targets::clock::Pace;
use hil_targets::{Bench, BenchError, BrokerKind, Device, DeviceHeap, Target, Wiring};
use light_host::native::NativeTarget;

#[global_allocator]
static HEAP: DeviceHeap = DeviceHeap;

/// So long a hang lasts, so that the thread does not outlive the test by much.
const LONG: Duration = Duration::from_secs(30);

const SWITCHED_ON: &str = r#"
name: switched on
version: 1
setup: [{ wait-serial: "mqtt: connected" }]
steps: [{ publish: { topic: cmnd/led/power, payload: "on" } }, { delay: 1s }]
"#;
const LEFT_ALONE: &str = "name: left alone\nversion: 1\nsteps: [{ delay: 1s }]";

fn spin() {
    let end = Instant::now() + LONG;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}

fn options(runs_on: RunsOn) -> RunOptions {
    RunOptions {
        runs_on,
        broker: BrokerChoice::Embedded,
        jobs: 1,
        retries: 3,
        fail_fast: false,
        wall_limit: Duration::from_secs(300),
        seed: 0,
        deaths: hil_targets::console::Deaths::default(),
        topic_root: None,
        run_id: "0000".into(),
        disturbance: None,
    }
}

fn planned(text: &str) -> Planned {
    let file = Loader::new().load_text(Path::new("hang.yaml"), text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    Planned { scenario: Arc::new(file.scenarios[0].clone()), file: Arc::new(file) }
}

fn reports(runs_on: RunsOn, cancel: &Cancel) -> Vec<ScenarioReport> {
    run(&[SWITCHED_ON, LEFT_ALONE].map(planned), &options(runs_on), cancel, |_| {}).scenarios
}

fn native(rules: &'static (dyn Rules + Sync)) -> RunsOn {
    let mut target = NativeTarget::new(Wiring::default());
    target.rules = rules;
    RunsOn::target(target)
}

/// The first failed at its first step, with this title; the second was not begun.
fn failed_and_ended(reports: &[ScenarioReport], title: &str) {
    let [first, second] = reports else { panic!("{reports:?}") };
    assert_eq!((first.verdict, first.attempts.len()), (Verdict::Failed, 1));
    let attempt = &first.attempts[0];
    let failure = &attempt.failures[0];
    assert_eq!((failure.title.as_str(), failure.code.as_str()), (title, "hil::device_died"));
    assert_eq!(failure.step, "step 1");
    let is_serial = |what: &Observation| matches!(what, Observation::Serial { .. });
    assert!(attempt.journal.iter().any(|entry| is_serial(&entry.what)), "what it did before is told");
    assert_eq!(second.verdict, Verdict::Skipped);
    assert!(second.reason.as_deref().unwrap().contains("the device of another scenario hangs"), "{second:?}");
}

#[test]
fn a_device_that_does_not_come_back_fails_and_ends_the_run() {
    struct Hangs;
    impl Rules for Hangs {
        fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
            spin();
            firmware::command::power(payload)
        }
    }
    let reports = reports(native(&Hangs), &Cancel::default());
    failed_and_ended(&reports, "the device hangs: its code has run for 5s without a pause");
}

#[test]
fn what_a_hanging_device_knows_reaches_no_report() {
    struct Hangs;
    impl Rules for Hangs {
        fn parse_mode(&self, _: &[u8]) -> Result<Mode, Rejection> {
            spin();
            Err(Rejection::Empty)
        }
    }
    /// A target whose devices know a password.
    struct Knowing(NativeTarget);
    impl Target for Knowing {
        fn name(&self) -> &'static str {
            self.0.name()
        }
        fn capabilities(&self, broker: BrokerKind) -> Vec<Capability> {
            self.0.capabilities(broker)
        }
        fn pace(&self, broker: BrokerKind) -> Pace {
            self.0.pace(broker)
        }
        fn secrets(&self) -> Vec<Secret> {
            vec![Secret::new("correct horse")]
        }
        fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
            self.0.open(bench)
        }
    }
    let mut target = NativeTarget::new(Wiring::default());
    target.rules = &Hangs;
    let text = r#"
name: told
version: 1
setup: [{ wait-serial: "mqtt: connected" }]
steps: [{ publish: { topic: cmnd/led/mode, payload: "correct horse" } }, { delay: 1s }]
"#;
    let reports =
        run(&[planned(text)], &options(RunsOn::target(Knowing(target))), &Cancel::default(), |_| {}).scenarios;
    let everything = serde_json::to_string(&reports).unwrap();
    assert!(everything.contains("the device hangs") && everything.contains("(secret)"), "{everything}");
    assert!(!everything.contains("correct horse"), "{everything}");
}

#[test]
fn a_device_that_wants_all_memory_gets_none_and_ends_the_run() {
    struct Hungry;
    impl Rules for Hungry {
        fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
            drop(std::hint::black_box(vec![1u8; 100 << 20]));
            firmware::command::power(payload)
        }
    }
    let reports = reports(native(&Hungry), &Cancel::default());
    let title = "the device takes more than 64 MiB of memory between two waits: it asked for 104857600 bytes more";
    failed_and_ended(&reports, title);
}

#[test]
fn a_device_that_takes_memory_and_gives_it_back_is_well() {
    struct Thrifty;
    impl Rules for Thrifty {
        fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
            for _ in 0..10 {
                drop(std::hint::black_box(vec![1u8; 40 << 20]));
            }
            firmware::command::power(payload)
        }
    }
    let reports = reports(native(&Thrifty), &Cancel::default());
    assert!(reports.iter().all(|report| report.verdict == Verdict::Passed), "{reports:?}");
}

#[test]
fn an_interruption_ends_a_run_that_nothing_else_ends() {
    /// A device of somebody else's, which says nothing of its turns.
    struct Foreign;
    #[async_trait(?Send)]
    impl Device for Foreign {
        async fn start(&mut self) -> Result<(), BenchError> {
            spin();
            Ok(())
        }
        async fn stop(&mut self) {}
    }
    impl Target for Foreign {
        fn name(&self) -> &'static str {
            "foreign"
        }
        fn capabilities(&self, _: BrokerKind) -> Vec<Capability> {
            vec![Capability::Mqtt]
        }
        fn pace(&self, _: BrokerKind) -> Pace {
            Pace::Jump
        }
        fn open(&self, _: Bench) -> Result<Box<dyn Device>, BenchError> {
            Ok(Box::new(Self))
        }
    }
    let cancel = Cancel::default();
    let from_outside = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        from_outside.interrupt();
    });
    let reports = reports(RunsOn::target(Foreign), &cancel);
    // The first needs a console, which the device has not.
    assert_eq!(reports[1].verdict, Verdict::Interrupted, "{reports:?}");
    let failure = &reports[1].attempts[0].failures[0];
    assert_eq!(failure.title, "the scenario did not end within 10s of wall time and was abandoned");
}
