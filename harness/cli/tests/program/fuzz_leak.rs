//! Leaks on the chip's own binary: none as it is, and one if it frees nothing.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use hil_fuzz::coverage::{Ending, FuzzedDevice, Image};
use hil_fuzz::device::DeviceDescription;
use hil_fuzz::leak::{LOOKS, Leak, Round, look, rounds};
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
use hil_scenario::Loader;
use hil_targets::Wiring;
use hil_tools::sim::SimTarget;
use simulator::image::{Firmware, Layout, PartitionTable, Symbols};

fn light() -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    std::fs::read(root.join("firmware/prebuilt/light-openeth.elf")).unwrap()
}

fn description() -> DeviceDescription {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/device.yaml");
    DeviceDescription::load(Path::new(path), &[std::sync::Arc::new(light_host::LightModel)])
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

fn firmware_of(elf: &[u8]) -> Arc<Firmware> {
    let table = PartitionTable::from_csv(firmware::PARTITIONS).unwrap();
    Arc::new(Firmware::parse_with(elf, &Layout::default().with_partitions(table)).unwrap())
}

fn boot(elf: &[u8]) -> FuzzedDevice {
    FuzzedDevice::boot(
        &Image::new(firmware_of(elf), elf).provisioned_by(Arc::new(light_host::provision::LightProvisioner)),
        0,
    )
    .unwrap()
}

/// The ELF with another first instruction of a function: `ret`.
fn without(mut elf: Vec<u8>, function: &str) -> Vec<u8> {
    use object::{Object as _, ObjectSegment as _};
    let at = Symbols::parse(&elf).unwrap().named(function).next().unwrap().address;
    let file = object::File::parse(elf.as_slice()).unwrap();
    let segment = file.segments().find(|it| (it.address()..it.address() + it.size()).contains(&at.into())).unwrap();
    let offset = usize::try_from(segment.file_range().0 + u64::from(at) - segment.address()).unwrap();
    elf[offset..offset + 2].copy_from_slice(&0x8082_u16.to_le_bytes());
    elf
}

fn found(elf: &[u8], looks: usize) -> Vec<Leak> {
    let mut device = boot(elf);
    rounds(&description()).iter().filter_map(|round| look(&mut device, round, looks, &|| true)).collect()
}

/// What the runner says of a finding's scenario.
fn run_scenario(elf: &[u8], text: &str) -> (Verdict, Vec<String>) {
    let file = Loader::with_env(|_| None).load_text(Path::new("leak.yaml"), text).unwrap_or_else(|e| panic!("{e}"));
    let file = Arc::new(file);
    let planned = [Planned { scenario: Arc::new(file.scenarios[0].clone()), file }];
    let options = RunOptions {
        runs_on: RunsOn::target(
            SimTarget::new(firmware_of(elf), Wiring::default())
                .provisioned_by(Arc::new(light_host::provision::LightProvisioner)),
        ),
        broker: BrokerChoice::Embedded,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(300),
        seed: 0,
        deaths: hil_targets::console::Deaths::default(),
        topic_root: None,
        run_id: "0000".into(),
        disturbance: None,
    };
    let report = run(&planned, &options, &Cancel::default(), |_| {}).scenarios.remove(0);
    let failures = report.attempts[0].failures.iter().map(|failure| failure.title.clone()).collect();
    (report.verdict, failures)
}

#[test]
fn what_is_repeated_comes_from_the_description() {
    let told = |round: &Round| {
        let payloads: Vec<_> =
            round.messages.iter().map(|it| String::from_utf8_lossy(&it.payload).into_owned()).collect();
        format!("{}: {}", round.name, payloads.join(" | "))
    };
    insta::assert_snapshot!(rounds(&description()).iter().map(told).collect::<Vec<_>>().join("\n"), @r"
    right payloads on cmnd/led/power: off | on
    a wrong payload on cmnd/led/power: ?
    right payloads on cmnd/led/hue: 00360 | 27
    a wrong payload on cmnd/led/hue: ?
    right payloads on cmnd/led/hsb: 256,106,00127 | 71,100,25
    a wrong payload on cmnd/led/hsb: ?
    right payloads on cmnd/led/mode: blink,1,25570 | blink,40686,50807
    a wrong payload on cmnd/led/mode: ?
    ");
}

#[test]
fn the_light_bears_repetition() {
    assert_eq!(found(&light(), LOOKS), []);
}

/// The light's firmware with an allocator that takes nothing back: as if each block were forgotten.
fn leaky() -> Vec<u8> {
    without(light(), "<linked_list_allocator::Heap>::deallocate")
}

#[test]
fn firmware_that_frees_nothing_is_found_and_its_scenario_fails() {
    let leaks = found(&leaky(), LOOKS);
    assert_eq!(leaks.len(), rounds(&description()).len(), "{leaks:#?}");
    for leak in &leaks {
        assert!(leak.ended.is_some() && leak.bytes > 50_000, "it did not last: {leak}");
    }
    let shortest = leaks.iter().min_by_key(|leak| leak.repetitions).unwrap();
    let scenario = shortest.scenario(&description());
    let (verdict, failures) = run_scenario(&leaky(), &scenario);
    assert_eq!(verdict, Verdict::Failed, "{failures:?}");
    assert_eq!(run_scenario(&light(), &scenario), (Verdict::Passed, vec![]));
}

#[test]
fn growth_is_a_leak_before_the_device_breaks_down() {
    let leaks = found(&leaky(), 2);
    assert_eq!(leaks.len(), rounds(&description()).len(), "{leaks:#?}");
    for leak in &leaks {
        assert!(leak.ended.is_none() && leak.bytes >= 4 * leak.repetitions, "{leak}");
    }
    let fingerprints: std::collections::BTreeSet<_> = leaks.iter().map(Leak::fingerprint).collect();
    assert_eq!(fingerprints.len(), leaks.len(), "each is told apart");
}

#[test]
fn a_leak_is_a_scenario() {
    let round = rounds(&description()).remove(6);
    let ended = Some(Ending::Halted { pc: 0x4200_0000 });
    let leak = Leak { round, repetitions: 155, bytes: 123_584, ended };
    insta::assert_snapshot!(leak, @"right payloads on cmnd/led/mode, 155 times: it halted: it jumps to itself with interrupts off, at 0x42000000; 123584 bytes of RAM were used up by then");
    insta::assert_snapshot!(leak.file_name(), @"leak-right-mode-d6b0d312.yaml");
    insta::assert_snapshot!(leak.scenario(&description()), @r#"
    name: "Fuzzing the light: right payloads on cmnd/led/mode, 374 times"
    version: 1
    tags: [fuzz]
    timeout: 105s
    setup:
      - expect-retained: { topic: "stat/led/online", payload: "online", within: 10s }
    steps:
      - repeat:
          times: 374
          steps:
            - publish: { topic: "cmnd/led/mode", payload: "blink,1,25570", qos: 1, properties: { response-topic: hil/r } }
            - delay: 20ms
            - publish: { topic: "cmnd/led/mode", payload: "blink,40686,50807", qos: 1, properties: { response-topic: hil/r } }
            - delay: 20ms
      - name: It is still there
        expect-retained: { topic: "stat/led/online", payload: "online" }
    "#);
    let slow = Leak { repetitions: 2560, bytes: 20_480, ended: None, ..leak };
    assert!(slow.scenario(&description()).contains("times: 50000\n"), "8 bytes each time of 400 KB");
}

#[test]
fn hil_fuzz_looks_for_leaks_on_the_simulator() {
    let folder = tempfile::tempdir().unwrap();
    crate::light::project(folder.path());
    std::fs::write(folder.path().join("leaky.elf"), leaky()).unwrap();
    let device = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/device.yaml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command.args(["fuzz", "--target", "sim", "--firmware", "leaky.elf", "--device", device, "--regressions", "found"]);
    command.args(["--tier", "1", "--execs", "1"]).current_dir(folder.path()).env("NO_COLOR", "1");
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains("Fuzzing the light: memory is used up: right payloads on cmnd/led/power"), "{printed}");
    let found = std::fs::read_to_string(folder.path().join("found/leak-right-mode-d6b0d312.yaml")).unwrap();
    assert!(
        found.contains("# Found again by: hil fuzz --target sim --tier 1 --seed 0 --execs 1 --firmware leaky.elf"),
        "{found}"
    );
    let junit = std::fs::read_to_string(folder.path().join("target/hil/fuzz/report.xml")).unwrap();
    assert!(junit.contains("<testcase name=\"found/leak-right-mode-d6b0d312\""), "{junit}");
}
