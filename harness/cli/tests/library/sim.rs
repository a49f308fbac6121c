//! Scenarios on the simulated chip: our own firmware as it was built for it, and small programs that go wrong.

use hil_testing::asm;
use hil_testing::image;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use asm::{A0, Asm, RA, SP, T0, T1, ZERO};
use hil_model::event::ScenarioReport;
use hil_model::observation::Observation;
use hil_model::verdict::Verdict;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
use hil_scenario::{Loader, ScenarioFile};
use hil_targets::Wiring;
use hil_targets::console::Deaths;
use hil_tools::sim::SimTarget;
use simulator::image::{Firmware, Layout, PartitionTable};

const CODE: u32 = 0x4038_0000;
const STACK: u32 = 0x3FCC_0000;
const UART_TX_ONE_CHAR: u32 = 0x4000_0068;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap().to_owned()
}

/// Our firmware, as it lies in the repository.
fn light() -> Arc<Firmware> {
    let file = std::fs::read(root().join("firmware/prebuilt/light-openeth.elf")).unwrap();
    let table = PartitionTable::from_csv(firmware::PARTITIONS).unwrap();
    Arc::new(Firmware::parse_with(&file, &Layout::default().with_partitions(table)).unwrap())
}

/// A program that starts with a stack, in internal RAM.
fn program(build: impl FnOnce(&mut Asm)) -> Arc<Firmware> {
    let mut asm = Asm::new(CODE);
    asm.label("start").li(SP, STACK);
    build(&mut asm);
    let segment = image::ElfSegment { section: ".text", address: CODE, bytes: asm.bytes(), zeros: 0 };
    let symbols = vec![("_stack_end", STACK - 4096, 0, 0), ("_stack_start", STACK, 0, 0)];
    let elf = image::ElfFile { entry: CODE, segments: vec![segment], symbols };
    let table = PartitionTable::from_csv(firmware::PARTITIONS).unwrap();
    Arc::new(Firmware::parse_with(&elf.to_bytes(), &Layout::default().with_partitions(table)).unwrap())
}

fn print(asm: &mut Asm, text: &str) {
    for byte in text.bytes() {
        asm.li(A0, byte.into()).li(T0, UART_TX_ONE_CHAR).jalr(RA, T0, 0);
    }
}

fn options(firmware: Arc<Firmware>) -> RunOptions {
    RunOptions {
        runs_on: RunsOn::target(
            SimTarget::new(firmware, Wiring::default())
                .provisioned_by(Arc::new(light_host::provision::LightProvisioner)),
        ),
        broker: BrokerChoice::Embedded,
        jobs: 2,
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(120),
        seed: 7,
        deaths: Deaths::default(),
        topic_root: None,
        run_id: "0000".into(),
        disturbance: None,
    }
}

fn planned(file: impl Into<Arc<ScenarioFile>>) -> Vec<Planned> {
    let file = file.into();
    file.scenarios.iter().map(|s| Planned { file: Arc::clone(&file), scenario: Arc::new(s.clone()) }).collect()
}

fn run_text(firmware: Arc<Firmware>, steps: &str) -> ScenarioReport {
    let text = format!("name: test\nversion: 1\n{steps}");
    let loader = Loader::with_env(|_| None);
    let file = loader.load_text(Path::new("test.yaml"), text).unwrap_or_else(|e| panic!("{}", e.render(false)));
    run(&planned(file), &options(firmware), &Cancel::default(), |_| {}).scenarios.into_iter().next().unwrap()
}

fn failures(report: &ScenarioReport) -> Vec<String> {
    let attempt = report.attempts.last().unwrap();
    attempt.failures.iter().map(|f| format!("{}: {}", f.title, f.actual.as_deref().unwrap_or("-"))).collect()
}

fn journal(report: &ScenarioReport) -> Vec<String> {
    let entries = &report.attempts.last().unwrap().journal;
    entries.iter().map(|e| format!("{} {:?}", e.at, e.what)).collect()
}

#[test]
fn the_light_boots_connects_obeys_and_remembers() {
    let report = run_text(
        light(),
        "\
setup:
  - wait-serial: 'mqtt: connected'
steps:
  - publish: { topic: cmnd/led/hsb, payload: '120,255,255' }
  - publish: { topic: cmnd/led/mode, payload: 'blink,1000,0' }
  - expect-message: { topic: stat/led/mode, payload: 'blink,1000,0', within: 1s }
  - expect-led: { part-id: led1, color: '#00ff00', within: 1s }
  - delay: 5s
  - power: cycle
  - expect-message: { topic: stat/led/mode, payload: 'blink,1000,0', within: 5s }
  - expect-led: { part-id: led1, color: '#00ff00', within: 1s }
",
    );
    assert_eq!((report.verdict, failures(&report)), (Verdict::Passed, vec![]));
}

#[test]
fn the_same_seed_gives_the_same_journal() {
    let steps = "\
steps:
  - wait-serial: 'mqtt: connected'
  - publish: { topic: cmnd/led/power, payload: 'on' }
  - delay: 300ms
  - network: down
  - delay: 3s
  - network: up
  - wait-serial: 'mqtt: connected'
";
    let (one, other) = (run_text(light(), steps), run_text(light(), steps));
    assert_eq!(one.verdict, Verdict::Passed, "{:?}", failures(&one));
    assert_eq!(journal(&one), journal(&other));
}

#[test]
fn the_shipped_scenarios_about_power_cuts_and_sessions_pass() {
    let loader = Loader::with_env(|_| None);
    let loaded = loader.load(&["store", "session"].map(|folder| root().join("scenarios").join(folder)));
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    let plan: Vec<_> = loaded.files.into_iter().flat_map(planned).collect();
    let reports = run(&plan, &options(light()), &Cancel::default(), |_| {}).scenarios;
    assert!(reports.len() > 50, "{}", reports.len());
    let bad: Vec<_> = reports.iter().filter(|r| r.verdict != Verdict::Passed).map(|r| (&r.id, failures(r))).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn a_program_that_stands_still_fails_the_scenario() {
    // Interrupts are on when a program starts.
    let firmware = program(|asm| {
        asm.csrrwi(ZERO, 0x300, 0).label("here").j("here");
    });
    let report = run_text(firmware, "steps: [{ delay: 1s }]");
    assert_eq!(report.verdict, Verdict::Failed);
    insta::assert_snapshot!(failures(&report).join("\n"), @"the device halted: it jumps to itself with interrupts off, at 0x40380008: -");
}

#[test]
fn a_watchdog_that_bites_fails_the_scenario() {
    let firmware = program(|asm| {
        // TIMG0: write protection off, stage 0 resets the system after 1000 ticks of 12.5 ns times 80, on.
        asm.li(T0, 0x6001_F000).li(T1, 0x50D8_3AA1).sw(T1, 0x64, T0);
        asm.li(T1, 80 << 16).sw(T1, 0x4C, T0).li(T1, 100_000).sw(T1, 0x50, T0);
        asm.li(T1, 1 << 31 | 3 << 29 | 1 << 22).sw(T1, 0x48, T0);
        asm.label("here").j("here");
    });
    let report = run_text(firmware, "steps: [{ delay: 1s }]");
    assert_eq!(report.verdict, Verdict::Failed);
    insta::assert_snapshot!(failures(&report)[0], @"the device panicked: reset by the watchdog of timer group 0: -");
}

#[test]
fn a_panic_on_the_console_before_a_reset_is_the_failures_text() {
    let firmware = program(|asm| {
        print(asm, "E (1) panic: panicked at src/a.rs:3:5: index out of bounds\n");
        asm.li(T0, 0x4000_0080).jalr(RA, T0, 0).li(T0, 0x4000_0090).jalr(RA, T0, 0);
    });
    let report = run_text(firmware, "steps: [{ delay: 10ms }]");
    assert_eq!(report.verdict, Verdict::Failed);
    insta::assert_snapshot!(failures(&report)[0], @"the device panicked: E (1) panic: panicked at src/a.rs:3:5: index out of bounds: -");
}

/// Resets the chip by RTC_CNTL's software reset of the system, once the steps run.
fn resets_itself() -> Arc<Firmware> {
    program(|asm| {
        print(asm, "up\n");
        // RTC_CNTL_OPTIONS0, SW_SYS_RST.
        asm.li(T0, 0x6000_8000).li(T1, 1 << 31).sw(T1, 0, T0).label("here").j("here");
    })
}

#[test]
fn a_reset_that_no_step_asks_for_fails_the_scenario_unless_it_may() {
    let report = run_text(resets_itself(), "steps: [{ delay: 1ms }]");
    assert_eq!(report.verdict, Verdict::Failed);
    insta::assert_snapshot!(failures(&report)[0], @"the device reset itself: software reset: -");
    assert_eq!(report.attempts[0].failures[0].code, "hil::device_reset");
    let report = run_text(resets_itself(), "may-reset: true\nsteps: [{ delay: 1ms }]");
    assert_eq!((report.verdict, failures(&report)), (Verdict::Passed, vec![]));
    // One that a step asks for is none.
    let waits = program(|asm| {
        print(asm, "up\n");
        asm.label("here").word(asm::WFI).j("here");
    });
    let report =
        run_text(waits, "steps: [{ delay: 1ms }, reset, { wait-serial: up }, { power: cycle }, { wait-serial: up }]");
    assert_eq!((report.verdict, failures(&report)), (Verdict::Passed, vec![]));
}

#[test]
fn a_stack_without_room_fails_the_scenario() {
    let uses = |bytes: u32| {
        program(|asm| {
            asm.li(T0, bytes).sub(SP, SP, T0);
            print(asm, "done\n");
            asm.label("here").j("here");
        })
    };
    let report = run_text(uses(4096), "steps: [{ delay: 10ms }]");
    assert_eq!((report.verdict, failures(&report)), (Verdict::Passed, vec![]));
    let report = run_text(uses(4112), "steps: [{ delay: 10ms }]");
    assert_eq!(report.verdict, Verdict::Failed);
    insta::assert_snapshot!(failures(&report).join("\n"), @"the stack overflowed: its pointer is 16 bytes below its end, 0x3fcbf000, in the code at 0x40380060: -");
    assert_eq!(report.attempts[0].failures[0].code, "hil::stack_overflow");
}

#[test]
fn a_register_without_a_model_is_named_in_the_journal() {
    let firmware = program(|asm| {
        // HMAC has none.
        asm.li(T0, 0x6003_E000).lw(T1, 0x40, T0);
        print(asm, "done\n");
        asm.label("here").word(asm::WFI).j("here");
    });
    let report = run_text(firmware, "steps: [{ wait-serial: done }]");
    assert_eq!(report.verdict, Verdict::Passed, "{:?}", failures(&report));
    let notes = report.attempts[0].journal.iter().filter_map(|entry| match &entry.what {
        Observation::Unmodelled { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(report.attempts[0].unmodelled(), ["register HMAC.SET_START (0x6003e040), read"]);
    insta::assert_snapshot!(notes.collect::<Vec<_>>().join("\n"), @"simulator: register HMAC.SET_START (0x6003e040) is not modelled and was read at 0.000 ms by the code at 0x40380008; it gives what was last written to it, or 0");
}

#[test]
fn serial_input_reaches_the_device() {
    let firmware = program(|asm| {
        // Echoes what it receives: UART0's FIFO, while STATUS counts bytes in it.
        asm.li(T0, 0x6000_0000);
        asm.label("wait").lw(T1, 0x1C, T0).andi(T1, T1, 0x7F).beq(T1, ZERO, "wait");
        asm.lw(T1, 0, T0).sw(T1, 0, T0).j("wait");
    });
    let report = run_text(firmware, "steps: [{ delay: 10ms }, { write-serial: \"ping\\n\" }, { wait-serial: ping }]");
    assert_eq!(report.verdict, Verdict::Passed, "{:?}", failures(&report));
}
