//! What the simulator does not model is a finding, beyond what the device uses at its start.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hil_fuzz::campaign::{self, Limit, Settings, Told};
use hil_fuzz::case::{Cases, Tier};
use hil_fuzz::device::DeviceDescription;
use hil_fuzz::finding::Finding;
use hil_model::observation::Observation;
use hil_model::time::SimTime;
use hil_runner::{BrokerChoice, Cancel, RunOptions, RunsOn};
use hil_scenario::Capability;
use hil_targets::clock::Pace;
use hil_targets::journal::Journal;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target, Wiring};
use light_host::native::NativeTarget;

use crate::fuzz::support::LIGHT;

const AT_START: &str = "register A (0x60000000), written";
const LATER: &str = "register B (0x60000004), read";

/// The light, as if it ran on a simulator that lacks two registers: one that it uses at its start, and one for the hue.
struct Lacking(NativeTarget);

impl Target for Lacking {
    fn name(&self) -> &'static str {
        "lacking"
    }

    fn capabilities(&self, _: BrokerKind) -> Vec<Capability> {
        vec![Capability::Mqtt, Capability::Provision, Capability::SimulatedTime]
    }

    fn pace(&self, broker: BrokerKind) -> Pace {
        self.0.pace(broker)
    }

    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        let journal = bench.journal.clone();
        Ok(Box::new(Light { light: self.0.open(bench)?, journal }))
    }
}

struct Light {
    light: Box<dyn Device>,
    journal: Journal,
}

fn asked(journal: &Journal, what: &str) {
    journal.record(Observation::Unmodelled { what: what.to_owned(), text: format!("{what}, by somebody") });
}

#[async_trait(?Send)]
impl Device for Light {
    async fn start(&mut self) -> Result<(), BenchError> {
        asked(&self.journal, AT_START);
        let journal = self.journal.clone();
        tokio::task::spawn_local(async move {
            let is_hue = |what: &Observation| matches!(what, Observation::Published(m) if m.topic == "cmnd/led/hue");
            let end = SimTime::ZERO + Duration::from_secs(3600);
            if journal.wait(0, end, |all| all.iter().any(|e| is_hue(&e.what)).then_some(())).await.is_some() {
                asked(&journal, LATER);
            }
        });
        self.light.start().await
    }

    async fn stop(&mut self) {
        self.light.stop().await;
    }
}

fn findings(runs_on: RunsOn) -> (Vec<Finding>, Vec<String>) {
    let device = DeviceDescription::load(Path::new(LIGHT), &[std::sync::Arc::new(light_host::LightModel)])
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let options = RunOptions {
        runs_on,
        broker: BrokerChoice::Embedded,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(60),
        seed: 0,
        deaths: hil_targets::console::Deaths::default(),
        topic_root: None,
        run_id: "0000".into(),
        disturbance: None,
    };
    let cases = Cases::new(Arc::new(device), options, &[Tier::Properties], 0);
    let cancel = Cancel::default();
    campaign::check(&cases, &cancel).unwrap_or_else(|error| panic!("{error:?}"));
    let settings = Settings { limit: Limit::Executions(12), jobs: 1, rate: None, max_findings: None };
    let mut findings = Vec::new();
    let ended = campaign::run(&cases, settings, &cancel, |told| {
        if let Told::Finding(finding) = told {
            findings.push(*finding);
        }
    });
    assert_eq!((ended.statistics.cases(), ended.error), (12, None));
    (findings, cases.unmodelled_at_start().map(str::to_owned).collect())
}

#[test]
fn a_register_that_is_not_used_at_the_start_is_one_finding() {
    let (findings, at_start) = findings(RunsOn::target(Lacking(NativeTarget::new(Wiring::default()))));
    assert_eq!(at_start, [AT_START]);
    let [finding] = findings.try_into().unwrap_or_else(|all| panic!("{all:#?}"));
    insta::assert_snapshot!(finding.title, @"Fuzzing the light, on the simulator: not modelled: register B (0x60000004), read");
    assert_eq!(finding.failure.code, "hil::unmodelled");
    assert_eq!(finding.commands, 1, "{}", finding.text);
    let last = finding.report.attempts.last().unwrap();
    assert_eq!(last.unmodelled(), [AT_START, LATER]);
    assert!(finding.file(0, "hil fuzz", "sim").contains(LATER), "the file names it");
}

#[test]
fn with_all_that_it_needs_there_is_none() {
    let (findings, at_start) = findings(RunsOn::target(NativeTarget::new(Wiring::default())));
    assert!(findings.is_empty() && at_start.is_empty(), "{findings:#?} {at_start:?}");
}
