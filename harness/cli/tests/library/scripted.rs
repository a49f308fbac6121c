//! Devices that do exactly what a test tells them to, and scenarios on them.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hil_model::event::ScenarioReport;
use hil_model::observation::{Evidence, Message, Observation, Rgb};
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, run};
use hil_scenario::{Capability, Loader};
use hil_targets::clock::Pace;
use hil_targets::console::Deaths;
use hil_targets::journal::Journal;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target};

type Script = Arc<dyn Fn(Journal, u32) -> Pin<Box<dyn Future<Output = ()>>> + Send + Sync>;

/// A device that appends to the journal what its script says. The script is given the number of the attempt.
struct Scripted {
    script: Script,
    attempts: AtomicU32,
}

impl Target for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }
    fn capabilities(&self, _: BrokerKind) -> Vec<Capability> {
        Capability::ALL.iter().map(|(c, _)| *c).collect()
    }
    fn pace(&self, _: BrokerKind) -> Pace {
        Pace::Jump
    }
    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        let attempt = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Box::new(ScriptedDevice { script: Arc::clone(&self.script), journal: bench.journal, attempt }))
    }
}

struct ScriptedDevice {
    script: Script,
    journal: Journal,
    attempt: u32,
}

#[async_trait(?Send)]
impl Device for ScriptedDevice {
    async fn start(&mut self) -> Result<(), BenchError> {
        tokio::task::spawn_local((self.script)(self.journal.clone(), self.attempt));
        Ok(())
    }
    async fn stop(&mut self) {}
}

pub(crate) fn scripted<F: Future<Output = ()> + 'static>(
    script: impl Fn(Journal, u32) -> F + Send + Sync + 'static,
) -> Arc<dyn Target> {
    Arc::new(Scripted { script: Arc::new(move |j, n| Box::pin(script(j, n))), attempts: AtomicU32::new(0) })
}

pub(crate) fn options(target: Arc<dyn Target>) -> RunOptions {
    RunOptions {
        runs_on: target.into(),
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
    }
}

pub(crate) fn plan(steps: &str) -> Vec<Planned> {
    let text = format!("name: test\nversion: 1\n{steps}");
    let loader = Loader::with_env(|name| (name == "TOKEN").then(|| "hunter2-token".to_owned()));
    let file = loader.load_text(Path::new("test.yaml"), text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    let file = Arc::new(file);
    file.scenarios.iter().map(|s| Planned { file: Arc::clone(&file), scenario: Arc::new(s.clone()) }).collect()
}

pub(crate) fn run_one(target: Arc<dyn Target>, steps: &str) -> ScenarioReport {
    let reports = run(&plan(steps), &options(target), &Cancel::default(), |_| {}).scenarios;
    reports.into_iter().next().unwrap()
}

/// Verdict, and the first failure's title, expected, actual.
pub(crate) fn told(report: &ScenarioReport) -> (Verdict, String) {
    let failure = report.attempts.last().and_then(|a| a.failures.first());
    let text = failure.map_or_else(String::new, |f| {
        format!(
            "{}\n  expected: {}\n  actual: {}",
            f.title,
            f.expected.as_deref().unwrap_or("-"),
            f.actual.as_deref().unwrap_or("-")
        )
    });
    (report.verdict, text)
}

pub(crate) fn message(topic: &str, payload: &str) -> Observation {
    Observation::Received(Message { topic: topic.into(), payload: payload.into(), qos: 1, ..Message::default() })
}

pub(crate) fn led(color: &str) -> Observation {
    Observation::Led {
        part: "led1".into(),
        index: 0,
        color: color.parse::<Rgb>().unwrap(),
        evidence: Evidence::Observed,
    }
}

pub(crate) async fn ms(n: u64) {
    tokio::time::sleep(Duration::from_millis(n)).await;
}

/// Shows the colours, each for its milliseconds.
pub(crate) async fn show(journal: &Journal, colors: &[(&str, u64)]) {
    for (color, duration) in colors {
        journal.record(led(color));
        ms(*duration).await;
    }
}
