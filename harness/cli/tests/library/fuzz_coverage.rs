//! The coverage-guided fuzzer on the light's own binary: executions leave nothing behind, campaigns repeat, and faults that are
//! planted in the binary are found and told apart.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use hil_fuzz::coverage::{
    Campaign, Dictionary, Ending, Finding, FuzzedDevice, Image, Input, Kind, Progress, Publish, input_of,
};
use hil_fuzz::device::DeviceDescription;
use hil_scenario::Loader;
use hil_targets::console::Deaths;
use proptest::prelude::*;
use simulator::image::{Firmware, Layout, PartitionTable, Symbols};

fn image_of(elf: &[u8]) -> Image {
    let table = PartitionTable::from_csv(firmware::PARTITIONS).unwrap();
    let firmware = Firmware::parse_with(elf, &Layout::default().with_partitions(table)).unwrap();
    Image::new(Arc::new(firmware), elf).provisioned_by(Arc::new(light_host::provision::LightProvisioner))
}

fn light() -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    std::fs::read(root.join("firmware/prebuilt/light-openeth.elf")).unwrap()
}

/// A device that meets an illegal instruction in the function whose name ends so.
fn faulty_device(function: &str) -> FuzzedDevice {
    let elf = light();
    let symbols = Symbols::parse(&elf).unwrap();
    let at = symbols.iter().find(|symbol| symbol.to_string().ends_with(function)).unwrap().address;
    let mut device = FuzzedDevice::boot(&image_of(&elf), 0).unwrap();
    let memory = device.machine().memory_mut();
    let entry = memory.mmu_entry((at >> 16 & 0x7F) as usize);
    let offset = u32::from(entry & 0xFF) << 16 | at & 0xFFFF;
    memory.write_flash(offset as usize, &[0, 0]).unwrap();
    device.keep();
    device
}

fn dictionary() -> Dictionary {
    Dictionary::of(&description())
}

fn description() -> DeviceDescription {
    DeviceDescription::load(Path::new("../../scenarios/device.yaml"), &[Arc::new(light_host::LightModel)])
        .unwrap_or_else(|e| panic!("{}", e.render(false)))
}

fn message(name: &str, payload: &[u8]) -> Input {
    let topic = format!("cmnd/led/{name}");
    Input::Messages(vec![Publish { topic, qos: 1, retain: false, waits: true, asks: false, payload: payload.to_vec() }])
}

fn edges(device: &mut FuzzedDevice) -> Vec<(u32, u8)> {
    let mut edges = Vec::new();
    device.take_edges(|number, count| edges.push((number, count)));
    edges
}

fn inputs() -> impl Strategy<Value = Input> {
    let payload = prop_oneof![
        "[0-9]{1,3},[0-9]{1,3},[0-9]{1,3}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..40)
    ];
    let message =
        (0usize..4, 0u8..3, any::<[bool; 3]>(), payload).prop_map(|(topic, qos, [retain, waits, asks], payload)| {
            let topic = format!("cmnd/led/{}", ["power", "hue", "hsb", "mode"][topic]);
            Publish { topic, qos, retain, waits, asks, payload }
        });
    let piece = proptest::collection::vec(any::<u8>(), 1..40);
    prop_oneof![
        proptest::collection::vec(message, 1..4).prop_map(Input::Messages),
        proptest::collection::vec(piece, 1..3).prop_map(Input::Bytes),
    ]
}

#[test]
fn executions_leave_nothing_behind() {
    let mut device = FuzzedDevice::boot(&image_of(&light()), 3).unwrap();
    device.restore();
    let start = device.hashes();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let device = std::cell::RefCell::new(device);
    proptest!(config, |(one in inputs(), other in inputs())| {
        let mut device = device.borrow_mut();
        device.execute(&one);
        let (after_one, edges_of_one) = (device.hashes(), edges(&mut device));
        device.execute(&other);
        edges(&mut device);
        device.restore();
        prop_assert_eq!(device.hashes(), start);
        device.execute(&one);
        prop_assert_eq!(device.hashes(), after_one, "the same input, after another one");
        prop_assert_eq!(edges(&mut device), edges_of_one);
    });
}

#[test]
fn machine_code_does_what_the_interpreter_does() {
    let mut device = FuzzedDevice::boot(&image_of(&light()), 0).unwrap();
    let inputs = Campaign::new(image_of(&light())).with_dictionary(dictionary()).first_inputs(100).unwrap();
    let run = |device: &mut FuzzedDevice| -> Vec<_> {
        let outcome = |input| {
            let execution = device.execute(input);
            (execution.instructions, execution.simulated, execution.statuses, device.hashes(), edges(device))
        };
        inputs.iter().map(outcome).collect()
    };
    let interpreted = run(&mut device);
    assert_eq!(device.machine().cpu_mut().compile(), Ok(true), "there is a compiler for this computer");
    let compiled = run(&mut device);
    let different = interpreted.iter().zip(&compiled).position(|(one, other)| one != other);
    assert_eq!(different, None);
}

#[test]
fn a_command_is_answered_by_its_statuses() {
    let mut device = FuzzedDevice::boot(&image_of(&light()), 0).unwrap();
    let execution = device.execute(&message("hsb", b"12,34,56"));
    assert_eq!(execution.ending, Ending::Idle);
    assert!(execution.is_connected);
    assert_eq!(execution.statuses[0], ("stat/led/hsb".to_owned(), b"12,34,56".to_vec()));
    assert!(execution.observed.console.contains("command: cmnd/led/hsb 12,34,56"));
    let rejected = device.execute(&message("hsb", b"12,34,256"));
    assert_eq!((rejected.ending, rejected.statuses), (Ending::Idle, Vec::new()));
}

#[test]
fn one_job_repeats_itself_from_its_seed() {
    let run = |seed| {
        let campaign = Campaign::new(image_of(&light())).with_dictionary(dictionary()).with_seed(seed);
        // What comparisons suggest comes first, whatever the seed.
        campaign.with_executions(800).run(&|| false, &mut |_| {}).unwrap()
    };
    let (one, again, other) = (run(1), run(1), run(2));
    assert_eq!((one.corpus_hash, one.statistics.edges), (again.corpus_hash, again.statistics.edges));
    assert_eq!(one.statistics.executions, 800);
    assert_ne!(one.corpus_hash, other.corpus_hash);
    assert!(one.findings.is_empty(), "{:?}", one.findings);
}

#[test]
fn a_planted_panic_is_seen_and_one_cause_is_one_finding() {
    let find = |device: &mut FuzzedDevice, input: Input| {
        let execution = device.execute(&input);
        Finding::of(&execution, &input, device.deaths())
    };
    let mut device = faulty_device("parse::number");
    let one = find(&mut device, message("hsb", b"17,2,3")).unwrap();
    let other = find(&mut device, message("mode", b"blink,1,300")).unwrap();
    assert_eq!(one.kind, Kind::Panic);
    assert!(one.what.contains("Exception 'Illegal instruction"), "{}", one.what);
    assert_eq!(one.fingerprint, other.fingerprint);
    assert!(find(&mut device, message("power", b"on")).is_none());
    let mut device = faulty_device("<firmware::command::rejection::Rejection as core::fmt::Display>::fmt");
    let elsewhere = find(&mut device, message("power", b"of")).unwrap();
    assert_ne!(one.fingerprint, elsewhere.fingerprint);
}

#[test]
fn last_words_of_the_users_own_are_findings() {
    let elf = light();
    let found = |deaths: Deaths| {
        let image = Image { deaths, ..image_of(&elf) };
        let mut device = FuzzedDevice::boot(&image, 0).unwrap();
        let input = message("power", b"of");
        let execution = device.execute(&input);
        Finding::of(&execution, &input, device.deaths()).map(|finding| (finding.kind, finding.what))
    };
    assert_eq!(found(Deaths::default()), None);
    let (kind, what) = found(Deaths::with([r"^W \(\d+\) [a-z]+: .*rejected"]).unwrap()).unwrap();
    assert!(kind == Kind::Panic && what.starts_with("W ("), "{what}");
}

#[test]
fn a_finding_is_a_scenario() {
    let mut device = faulty_device("parse::number");
    let input = message("hsb", b"1,\"\\,${2}");
    let finding = Finding::of(&device.execute(&input), &input, device.deaths()).unwrap();
    let text = finding.scenario(&description()).unwrap();
    let loaded = Loader::with_env(|_| None).load_text(Path::new("finding.yaml"), text.as_str());
    assert!(loaded.is_ok(), "{text}");
    let file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    std::fs::write(file.path(), &text).unwrap();
    // The right command at the end, by which the device shows that it still answers, is one more message.
    let Some(Input::Messages(read)) = input_of(file.path()) else { panic!("{text}") };
    let Input::Messages(written) = &input else { panic!() };
    assert_eq!(read[..1], written[..]);
    let bytes = Finding { input: Input::Bytes(vec![vec![1]]), ..finding };
    assert_eq!(bytes.scenario(&description()), None);
}

#[test]
fn the_corpus_survives_and_is_minimised() {
    let folder = tempfile::tempdir().unwrap();
    let run = |executions| {
        let mut loaded = None;
        let campaign = Campaign::new(image_of(&light())).with_dictionary(dictionary()).with_corpus(folder.path());
        let outcome = campaign.with_executions(executions).run(&|| false, &mut |progress| {
            if let Progress::Loaded { found, kept } = progress {
                loaded = Some((found, kept));
            }
        });
        (outcome.unwrap().statistics, loaded.unwrap())
    };
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    let (first, loaded) = run(120);
    assert_eq!(loaded, (0, 0));
    let saved = files();
    assert!(saved > 0);
    std::fs::write(folder.path().join("broken.json"), "{").unwrap();
    let (second, (found, kept)) = run(0);
    assert_eq!(found, saved);
    assert_eq!(files(), kept + 1, "what is not needed is gone, what cannot be read stays");
    assert_eq!(second.edges, first.edges, "the corpus covers what it has covered");
}

#[test]
fn a_folder_that_cannot_be_one_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let campaign = Campaign::new(image_of(&light())).with_corpus(file.path().join("corpus"));
    let error = campaign.run(&|| false, &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("/corpus: "), "{error}");
}
