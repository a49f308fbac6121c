//! No verdict comes from the sentences that people read: everything that can happen to a device is said in other words, and
//! nothing else changes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hil_model::device::DeviceEvent;
use hil_model::event::Attempt;
use hil_model::observation::{Observation, SerialStream};
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
use hil_scenario::{Capability, Loader};
use hil_targets::clock::Pace;
use hil_targets::console::Deaths;
use hil_targets::journal::Journal;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target};

/// A device to which one thing happens.
struct Happens(DeviceEvent);

impl Target for Happens {
    fn name(&self) -> &'static str {
        "happens"
    }
    fn capabilities(&self, _: BrokerKind) -> Vec<Capability> {
        Vec::new()
    }
    fn pace(&self, _: BrokerKind) -> Pace {
        Pace::Jump
    }
    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(HappensDevice { journal: bench.journal, event: self.0.clone() }))
    }
}

struct HappensDevice {
    journal: Journal,
    event: DeviceEvent,
}

#[async_trait(?Send)]
impl Device for HappensDevice {
    async fn start(&mut self) -> Result<(), BenchError> {
        for _ in 0..2_000 {
            self.journal.record(Observation::Serial { stream: SerialStream::Output, data: "again".into() });
        }
        self.journal.record(Observation::Device(self.event.clone()));
        Ok(())
    }
    async fn stop(&mut self) {}
}

/// One of each. A new variant does not compile until it has its place here.
fn all() -> Vec<DeviceEvent> {
    use DeviceEvent as E;
    let words = || "in words".to_owned();
    let mut all = vec![E::PoweredOn];
    while let Some(last) = all.last() {
        all.push(match last {
            E::PoweredOn => E::PoweredOff,
            E::PoweredOff => E::PowerFailed { during: None },
            E::PowerFailed { .. } => E::Reset,
            E::Reset => E::Woke,
            E::Woke => E::Restarted { cause: words() },
            E::Restarted { .. } => E::BrownOut,
            E::BrownOut => E::WatchdogReset { watchdog: words() },
            E::WatchdogReset { .. } => E::Panicked { message: words() },
            E::Panicked { .. } => E::Halted { why: words() },
            E::Halted { .. } => E::Returned,
            E::Returned => E::Spins { how: words() },
            E::Spins { .. } => E::StackOverflowed { bytes: 16, end: 0x3fc8_0000, pc: 0x4200_0000 },
            E::StackOverflowed { .. } => break,
        });
    }
    all
}

fn attempt(event: DeviceEvent) -> Attempt {
    let text = "name: test\nversion: 1\nsteps: [{ delay: 1s }]";
    let file = Arc::new(Loader::new().load_text("test.yaml".as_ref(), text).expect("a scenario"));
    let planned = Planned { scenario: Arc::new(file.scenarios[0].clone()), file };
    let options = RunOptions {
        runs_on: RunsOn::target(Happens(event)),
        broker: BrokerChoice::Embedded,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(60),
        seed: 7,
        deaths: Deaths::default(),
        topic_root: None,
        run_id: "0000".into(),
        disturbance: None,
    };
    let mut report = run(&[planned], &options, &Cancel::default(), |_| {}).scenarios.remove(0);
    report.attempts.remove(0)
}

/// All that a program could act on: the verdict, codes and helps, what is kept of the journal, and the events as they are written.
fn behaviour(event: DeviceEvent) -> (Verdict, Vec<(String, Option<String>)>, usize, String) {
    let written = serde_json::to_string(&event).expect("JSON");
    let attempt = attempt(event);
    let failures = attempt.failures.iter().map(|failure| (failure.code.clone(), failure.help.clone())).collect();
    (attempt.verdict, failures, attempt.journal.len(), written)
}

#[test]
fn other_words_change_no_behaviour() {
    let said: Vec<String> = all().iter().map(ToString::to_string).collect();
    let before: Vec<_> = all().into_iter().map(behaviour).collect();
    let failing = before.iter().filter(|(verdict, ..)| *verdict == Verdict::Failed).count();
    assert_eq!((before.len(), failing), (13, 8), "{before:#?}");
    DeviceEvent::reword(|_| "das Licht geht nicht".to_owned());
    assert!(all().iter().zip(&said).all(|(event, said)| event.to_string() != *said));
    let after: Vec<_> = all().into_iter().map(behaviour).collect();
    assert_eq!(after, before);
    // What people read has changed with it.
    let title = attempt(DeviceEvent::Returned).failures.remove(0).title;
    assert_eq!(title, "das Licht geht nicht");
}
