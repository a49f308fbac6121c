//! Light that a logic analyzer sees, through the real sigrok-cli: its driver `demo`, and captures of our own light in place
//! of a device.

use hil_targets::TargetError as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use hil_bench::serial_target::analyzer::{DataLine, Part, Seen, Text};
use hil_bench::serial_target::{Analyzer, AnalyzerError, AnalyzerSpec};
use hil_targets::Wiring;
use hil_testing::process::Running;
use hil_testing::tool::SIGROK;
use simulator::board::ws2812::{ColorOrder, Config, Decoder, Event};

use crate::serial::fake::Board;
use crate::serial::program::{self, End};
use crate::serial::scenarios::run;
use crate::support::{Broker, hil};

/// Longest that an analyzer may take to end.
const SOON: Duration = Duration::from_secs(5);

fn spec(text: &str) -> AnalyzerSpec {
    text.parse().unwrap()
}

/// What our simulator sends to the light of a program that shows #ff0005, and resets every 2 ms.
fn capture(folder: &Path) -> PathBuf {
    std::fs::write(folder.join("light.elf"), program::elf(folder, End::Watchdog)).unwrap();
    let output = hil(folder, &["sim", "run", "light.elf", "--for", "3ms", "--vcd", "pins.vcd"]).output().unwrap();
    assert!(folder.join("pins.vcd").is_file(), "{}", String::from_utf8_lossy(&output.stderr));
    folder.join("pins.vcd")
}

/// The name of the light's data pin in the capture.
const CHANNEL: &str = "esp_rgb1_DIN";

/// The decoder's own view of the capture: the edges as the simulator has written them, in steps of 100 ps.
fn decoded_by_the_simulator(vcd: &Path) -> Vec<(u64, Event)> {
    let text = std::fs::read_to_string(vcd).unwrap();
    let mut decoder = Decoder::new(Config::new(1));
    let (mut id, mut now, mut events) = ("?", 0_u64, Vec::new());
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["$var", _, _, code, name, ..] if name == CHANNEL => id = code,
            [time] if time.starts_with('#') => now = time[1..].parse::<u64>().unwrap() / 10,
            [change] if &change[1..] == id => events.extend(decoder.edge(now, &change[..1] == "1").unwrap()),
            _ => {}
        }
    }
    events.extend(decoder.advance(now).unwrap());
    events.into_iter().map(|event| (event.known_ns(), event)).collect()
}

/// sigrok-cli reads the capture, `downsample` steps of 100 ps a sample.
fn replay(sigrok: &Path, vcd: &Path, downsample: u32) -> Vec<u8> {
    let input = format!("vcd:downsample={downsample}");
    let mut command = Command::new(sigrok);
    command.args(["-I", &input, "-i"]).arg(vcd).args(["-C", CHANNEL, "-O", "hex:width=1024"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Colours, and the time from the first edge to the latch: sigrok's VCD reader counts from the first change in the file.
fn frames(seen: &[(u64, Event)]) -> Vec<(u64, String)> {
    let frame = |(at, event): &(u64, Event)| match event {
        Event::Frame(frame) => Some((at - frame.start_ns, frame.leds.iter().map(ToString::to_string).collect())),
        _ => None,
    };
    seen.iter().filter_map(frame).collect()
}

#[test]
fn the_light_of_the_simulator_through_sigrok_is_decoded_to_the_same_colours_at_the_same_times() {
    let Some(sigrok) = SIGROK.find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vcd = capture(folder.path());
    let own = decoded_by_the_simulator(&vcd);
    assert!(frames(&own)[0].1 == "#ff0005", "{own:?}");
    // 80 MHz, 25 MHz and 20 MHz.
    for downsample in [125, 400, 500] {
        let printed = replay(&sigrok, &vcd, downsample);
        let (mut text, mut line, mut seen) = (Text::new(CHANNEL), None, Vec::new());
        for part in printed.chunks(1000).flat_map(|piece| text.push(piece)) {
            match (part, &mut line) {
                (Part::Rate(hz), line) => {
                    let line = line.insert(DataLine::new(hz, &[1], ColorOrder::Grb));
                    // The file begins with the frame: before it the line is low for half a millisecond.
                    line.samples(&vec![0; usize::try_from(hz / 16_000).unwrap()]);
                }
                (Part::Samples(samples), Some(line)) => seen.extend(line.samples(&samples)),
                (part, _) => panic!("{part:?}"),
            }
        }
        let seen: Vec<(u64, Event)> = seen
            .into_iter()
            .map(|(at, seen)| match seen {
                Seen::Light { chain: 0, event } => (at, event),
                other => panic!("{at} ns: {other:?}"),
            })
            .collect();
        let (own, ours) = (frames(&own), frames(&seen));
        assert_eq!(ours.len(), own.len(), "{ours:?}");
        assert_eq!(seen.len(), ours.len(), "nothing but frames: {seen:?}");
        for ((length, color), (own_length, own_color)) in ours.iter().zip(&own) {
            assert_eq!(color, own_color);
            assert!(length.abs_diff(*own_length) <= u64::from(downsample) / 5, "{length} ns, {own_length} ns");
        }
    }
}

/// Samples of a line, 100 ns each.
fn samples(levels: &[(u8, usize)]) -> Vec<u8> {
    let bits: Vec<u8> = levels.iter().flat_map(|(level, count)| vec![*level; *count]).collect();
    bits.chunks(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit) << (8 - byte.len())).collect()
}

fn light(ones: bool) -> Vec<(u8, usize)> {
    let bit: [(u8, usize); 2] = if ones { [(1, 8), (0, 5)] } else { [(1, 4), (0, 9)] };
    (0..24).flat_map(|_| bit).collect()
}

fn see(levels: &[Vec<(u8, usize)>]) -> Vec<String> {
    let mut line = DataLine::new(10_000_000, &[1], ColorOrder::Grb);
    let seen = line.samples(&samples(&levels.concat()));
    seen.into_iter()
        .map(|(_, seen)| match seen {
            Seen::Light { event: Event::Frame(frame), .. } => frame.leds[0].to_string(),
            Seen::Light { event, .. } => event.to_string(),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_capture_that_begins_within_a_frame_counts_from_the_next_reset_on() {
    let reset = vec![(0, 4000)];
    let half = light(true)[13..].to_vec();
    assert_eq!(see(&[half, reset.clone(), light(true), reset]), ["#ffffff"]);
}

#[test]
fn glitches_of_one_sample_are_left_out_and_told() {
    let reset = vec![(0, 4000)];
    let mut dirty = light(false);
    // In the high level of one bit, and in the low level of another.
    dirty.splice(10..11, [(1, 2), (0, 1), (1, 1)]);
    dirty.splice(23..24, [(0, 4), (1, 1), (0, 4)]);
    let seen = see(&[reset.clone(), dirty, reset]);
    assert_eq!(seen, ["Glitch", "Glitch", "#000000"]);
}

#[test]
fn a_line_that_a_pull_up_holds_high_is_no_data() {
    let reset = vec![(0, 4000)];
    let seen = see(&[reset.clone(), vec![(1, 90_000)], reset.clone(), light(true), reset]);
    assert_eq!(seen, ["LongHigh", "#ffffff"]);
}

#[test]
fn a_time_is_wrong_only_if_it_is_so_by_more_than_a_sample() {
    let reset = vec![(0, 4000)];
    let with = |high| {
        let mut levels = light(false);
        levels[6] = (1, high);
        levels[7] = (0, if high > 5 { 5 } else { 9 });
        see(&[reset.clone(), levels, reset.clone()])
    };
    // Allowed are 250 to 550 ns; a sample is 100 ns.
    assert_eq!(with(2), ["#000000"]);
    let wrong = with(10);
    assert!(wrong.len() == 1, "1.0 us could be 950 ns: {wrong:?}");
    let wrong = with(11);
    assert!(wrong[0].contains("bit 3: T1H is 1100 ns, allowed are 650 to 950 ns"), "{wrong:?}");
}

#[test]
fn the_demo_device_samples_until_it_is_dropped() {
    let Some(_) = SIGROK.find() else { return };
    let began = Instant::now();
    let analyzer = Analyzer::start(&spec("driver=demo,channel=D0,samplerate=20MHz"), &Wiring::default()).unwrap();
    println!("first samples after {:?}", began.elapsed());
    std::thread::sleep(Duration::from_millis(300));
    assert!(!analyzer.is_ended());
    let began = Instant::now();
    drop(analyzer);
    println!("ended after {:?}", began.elapsed());
    assert!(began.elapsed() < SOON);
}

#[test]
fn what_sigrok_says_is_the_error() {
    let Some(_) = SIGROK.find() else { return };
    for (text, said) in [
        ("driver=nosuch,channel=D0,samplerate=24MHz", "Driver nosuch not found"),
        ("driver=fx2lafw:conn=99.99,channel=D0,samplerate=24MHz", "No devices found"),
        ("driver=demo,channel=Q9,samplerate=24MHz", "unknown channel 'Q9'"),
    ] {
        let began = Instant::now();
        let error = Analyzer::start(&spec(text), &Wiring::default()).expect_err(text);
        assert!(matches!(error, AnalyzerError::Ended { .. }), "{error:?}");
        assert!(error.to_string().to_lowercase().contains(&said.to_lowercase()), "{error}");
        assert!(began.elapsed() < SOON);
    }
}

/// A program in place of sigrok-cli.
fn script(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("sigrok");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn programs_that_are_missing_or_print_something_else_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = spec("driver=x,channel=D0,samplerate=24MHz");
    spec.program = folder.path().join("none");
    let error = Analyzer::start(&spec, &Wiring::default()).unwrap_err();
    assert!(matches!(error, AnalyzerError::Program { .. }) && error.help().contains("SIGROK_CLI"), "{error}");
    let start = |text: &str| {
        let mut spec = spec.clone();
        spec.program = script(folder.path(), text);
        Analyzer::start(&spec, &Wiring::default()).expect_err(text).to_string()
    };
    let said = start("echo hello; sleep 1");
    assert!(said.contains("not samples in sigrok's format `hex`: \"hello\""), "{said}");
    // The rate that the device has counts, not the one that it was asked for.
    let said = start("echo 'Acquisition with 1/8 channels at 12 MHz'; sleep 1");
    assert!(said.starts_with("logic analyzer driver=x,channel=D0,samplerate=24MHz"), "{said}");
    let said = start("echo 'cli: the cable is loose' >&2; exit 3");
    assert!(said.contains("exit status: 3") && said.contains("the cable is loose"), "{said}");
}

#[test]
fn lights_on_several_pins_need_the_pin_of_the_channel() {
    let mut wiring = Wiring::default();
    let mut second = wiring.chains[0].clone();
    second.0 = 5;
    wiring.chains.push(second);
    let error = Analyzer::start(&spec("driver=x,channel=D0,samplerate=24MHz"), &wiring).unwrap_err();
    assert!(error.to_string().contains("lights are wired to GPIO5, GPIO8"), "{error}");
    let error = Analyzer::start(&spec("driver=x,channel=D0,samplerate=24MHz,gpio=7"), &wiring).unwrap_err();
    assert!(error.to_string().contains("no light is wired to GPIO7"), "{error}");
}

/// Waits for the reset of the board, then sees the capture, then nothing.
const REPLAY: &str = "\
quiet() { printf 'D0:'; for i in 1 2 3 4 5 6 7 8; do printf '00 00 00 00 00 00 00 00 '; done; echo; }
for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do quiet; done
sleep 2
sigrok-cli -I vcd:downsample=400 -i pins.vcd -C esp_rgb1_DIN -O hex:width=1024 | sed s/^esp_rgb1_DIN:/D0:/
while quiet; do sleep 0.1; done";

const RED: &str = "
name: Red
version: 1
steps:
  - write-serial: \"go\\n\"
  - expect-led: { part-id: led1, color: \"#ff0005\", evidence: observed, within: 10s }
";

const ANALYZER: [&str; 4] = ["--light", "analyzer", "--analyzer", "driver=any,channel=D0,samplerate=25MHz"];

/// Starts a run of the scenario on the board, with this program as sigrok-cli.
fn start(folder: &Path, broker: &Broker, arguments: &[&str], program: &Path) -> Running {
    std::fs::write(folder.join("scenario.yaml"), RED).unwrap();
    let mut command = run(folder, broker, arguments);
    command.env("SIGROK_CLI", program);
    Running::start(command)
}

#[test]
fn what_the_analyzer_sees_is_observed() {
    let Some(_) = SIGROK.find() else { return };
    let folder = tempfile::tempdir().unwrap();
    capture(folder.path());
    let program = script(folder.path(), REPLAY);
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let child = start(folder.path(), &broker, &ANALYZER, &program);
    board.expect("go\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(0), "{said}");
    let journal = std::fs::read_to_string(folder.path().join("target/hil/report.jsonl")).unwrap();
    assert!(journal.contains("\"evidence\":\"observed\""), "{journal}");
}

#[test]
fn an_analyzer_that_ends_within_a_scenario_is_a_bench_error() {
    let folder = tempfile::tempdir().unwrap();
    let program = script(folder.path(), "echo 'D0:00'; sleep 2; echo 'cli: device has gone' >&2; exit 1");
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let child = start(folder.path(), &broker, &ANALYZER, &program);
    board.expect("go\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("device has gone") && said.contains("sigrok-cli --scan"), "{said}");
}

#[test]
fn options_of_the_analyzer_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, _board) = (Broker::start(), Board::new(folder.path()));
    let cases: [(&[&str], &str); 3] = [
        (&["--light", "analyzer"], "--light analyzer needs the logic analyzer"),
        (&ANALYZER[2..], "--analyzer has a meaning only with --light analyzer"),
        (
            &["--light", "analyzer", "--analyzer", "driver=fx2lafw,channel=D0,samplerate=8MHz"],
            "which the WS2812B's data sheet allows",
        ),
    ];
    for (arguments, text) in cases {
        let (code, said) = start(folder.path(), &broker, arguments, Path::new("sigrok-cli")).end();
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(text), "{said}");
    }
}
