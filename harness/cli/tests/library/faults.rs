//! The shipped scenarios find each of the ten faults of the published demo, and nothing in a device without them; on the host,
//! and in the chip's binary on the simulator.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use firmware::faults::{FAULTS, Fault, fault};
use firmware::rules::{Contract, Rules};
use hil_model::event::{Failure, ScenarioReport};
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
use hil_scenario::load;
use hil_targets::Wiring;
use hil_tools::sim::SimTarget;
use light_host::native::NativeTarget;
use simulator::image::{Firmware, Layout, PartitionTable};

/// Scenarios that take most of the time and find no fault that others do not find.
const LONG: &str = "long";

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
const PLANTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-planted.elf");

/// All that is shipped, as `hil run` finds it in the repository, but for what needs a radio: neither the host nor the binary for
/// emulators has one.
fn shipped(keep: impl Fn(&[&str]) -> bool) -> Vec<Planned> {
    scenarios(&[PathBuf::from(SCENARIOS)], |tags| !tags.contains(&"radio") && keep(tags))
}

fn scenarios(paths: &[PathBuf], keep: impl Fn(&[&str]) -> bool) -> Vec<Planned> {
    let loaded = load(paths);
    assert!(loaded.errors.is_empty(), "{}", loaded.errors.render(false));
    let mut plan = Vec::new();
    for file in loaded.files.into_iter().map(Arc::new) {
        let tags: Vec<&str> = file.tags.iter().map(|t| t.value.as_str()).collect();
        if keep(&tags) {
            let scenarios = file.scenarios.clone();
            plan.extend(scenarios.into_iter().map(|s| Planned { file: Arc::clone(&file), scenario: Arc::new(s) }));
        }
    }
    plan
}

fn native(rules: &'static (dyn Rules + Sync)) -> RunsOn {
    RunsOn::target(NativeTarget { rules, ..NativeTarget::new(Wiring::default()) })
}

/// The chip's binary that comes with the sources and can have faults.
fn chip(fault: Option<u8>) -> RunsOn {
    let table = PartitionTable::from_csv(firmware::PARTITIONS).unwrap();
    let elf = std::fs::read(PLANTED).unwrap();
    let firmware = Firmware::parse_with(&elf, &Layout::default().with_partitions(table)).unwrap();
    let mut target = SimTarget::new(Arc::new(firmware), Wiring::default())
        .provisioned_by(Arc::new(light_host::provision::LightProvisioner));
    target.told.fault = fault.map(|number: u8| number.to_string());
    RunsOn::target(target)
}

fn run_on(runs_on: RunsOn, plan: &[Planned]) -> Vec<ScenarioReport> {
    let options = RunOptions {
        runs_on,
        broker: BrokerChoice::Embedded,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(300),
        seed: 0,
        deaths: hil_targets::console::Deaths::default(),
        topic_root: None,
        run_id: "test".to_owned(),
        disturbance: None,
    };
    run(plan, &options, &Cancel::default(), |_| {}).scenarios
}

/// What a user reads first of a failure.
fn lines(failure: &Failure) -> String {
    let mut text = format!("  {}: {}\n    {}\n", failure.step, failure.step_title, failure.title);
    for (name, value) in [("expected", &failure.expected), ("actual", &failure.actual)] {
        if let Some(value) = value {
            writeln!(text, "    {name}: {}", value.replace('\n', "\n      ")).unwrap();
        }
    }
    text
}

/// Scenarios that fail with this fault, and the first failure of the first one of each file.
fn findings(planted: &Fault, plan: &[Planned]) -> String {
    let reports = run_on(native(planted.rules.unwrap()), plan);
    let mut text = format!("{}: {}\n", planted.number, planted.title);
    let mut file = None;
    for report in reports.iter().filter(|r| r.verdict != Verdict::Passed) {
        assert_eq!(report.verdict, Verdict::Failed, "{}: {report:?}", report.id);
        writeln!(text, "\n{}", report.title).unwrap();
        if file != Some(&report.file) {
            file = Some(&report.file);
            text += &lines(&report.attempts[0].failures[0]);
        }
    }
    assert!(file.is_some(), "no scenario finds fault {}: {}", planted.number, planted.title);
    text
}

#[test]
fn a_device_that_keeps_the_contract_passes_all_scenarios() {
    let plan = shipped(|_| true);
    assert!(plan.len() >= 300, "{} scenarios", plan.len());
    let bad: Vec<_> = run_on(native(&Contract), &plan)
        .into_iter()
        .filter(|r| r.verdict != Verdict::Passed)
        .map(|r| format!("{} {:?}: {:?}", r.id, r.verdict, r.attempts.last().map(|a| &a.failures)))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn scenarios_over_mqtt_alone_need_nothing_else() {
    let plan = shipped(|tags| tags.contains(&"mqtt"));
    assert!(plan.len() >= 50, "{} scenarios", plan.len());
    for planned in plan {
        for need in &planned.scenario.needs {
            assert_eq!(need.capability.name(), "mqtt", "{} needs it by {}", planned.scenario.id, need.by);
        }
    }
}

/// Of the scenarios that find each fault, those that a run on the simulator takes.
const ON_THE_CHIP: [&[&str]; 10] = [
    &["reject/power", "store/rejected"],
    &["reject/mode"],
    &["reject/hsb", "session/largest-payload"],
    &["reject/hue"],
    &["light/hue-360"],
    &["command/two-in-quick-succession"],
    &["session/wifi-lost"],
    &["session/away", "store/power-cut"],
    &["session/large-payload"],
    &["store/unchanged"],
];

/// Identifiers of the scenarios that fail.
fn failing(reports: &[ScenarioReport]) -> Vec<&str> {
    assert!(reports.iter().all(|r| matches!(r.verdict, Verdict::Passed | Verdict::Failed)), "{reports:?}");
    reports.iter().filter(|r| r.verdict == Verdict::Failed).map(|r| r.id.as_str()).collect()
}

#[test]
fn the_chips_binary_fails_where_the_host_does() {
    for (planted, files) in FAULTS.iter().zip(ON_THE_CHIP) {
        let paths: Vec<_> = files.iter().map(|file| Path::new(SCENARIOS).join(file).with_extension("yaml")).collect();
        let plan = scenarios(&paths, |_| true);
        let on_the_host = run_on(native(planted.rules.unwrap()), &plan);
        let on_the_chip = run_on(chip(Some(planted.number)), &plan);
        assert!(!failing(&on_the_host).is_empty(), "no scenario of {files:?} finds fault {}", planted.number);
        assert_eq!(failing(&on_the_chip), failing(&on_the_host), "fault {}", planted.number);
        assert_eq!(failing(&run_on(chip(None), &plan)), [""; 0], "without fault {}", planted.number);
    }
}

fn finds(number: u8) {
    let plan = shipped(|tags| !tags.contains(&LONG));
    let Some(planted) = fault(number) else { panic!("no fault {number}") };
    insta::assert_snapshot!(format!("fault_{number}"), findings(planted, &plan));
}

macro_rules! faults {
    ($($name:ident = $number:literal,)*) => {
        $(#[test] fn $name() { finds($number); })*

        #[test]
        fn every_fault_has_a_test() {
            let tested = [$($number),*];
            assert_eq!(tested.to_vec(), FAULTS.iter().map(|f| f.number).collect::<Vec<_>>());
        }
    };
}

faults! {
    an_empty_power_payload_that_counts_as_on_is_found = 1,
    an_empty_mode_payload_that_counts_as_rainbow_is_found = 2,
    numbers_that_wrap_are_found = 3,
    text_around_numbers_is_found = 4,
    hue_360_that_shows_magenta_is_found = 5,
    a_lost_command_within_a_tick_is_found = 6,
    a_device_that_gives_up_the_wifi_is_found = 7,
    commands_lost_while_away_are_found = 8,
    a_payload_in_pieces_is_found = 9,
    needless_writes_are_found = 10,
}
