//! `hil sim run`, as users meet it, with a program of a few instructions; and with our firmware where it can be built.

mod consoles;
mod firmware;
mod gdb;

use hil_testing::tool::{LCOV, SIGROK};
use hil_testing::{process, program};

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use program::End;
use tempfile::TempDir;

/// A folder with the program in it.
pub struct Place(TempDir);

impl Place {
    fn new(end: End) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::write(place.path("light.elf"), program::elf(&place.path(""), end)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        // As the program sees its current folder.
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A program in this folder, with an environment that nothing outside can change.
    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.args(arguments).current_dir(self.path("")).env_clear().env("PATH", path).env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn hil(&self, arguments: &[&str]) -> Command {
        self.command(Path::new(env!("CARGO_BIN_EXE_hil")), arguments)
    }

    /// `hil sim run` to its end.
    fn run(&self, arguments: &[&str]) -> Output {
        self.hil(&[&["sim", "run", "light.elf"], arguments].concat()).output().unwrap()
    }

    /// What it shows, with what differs from run to run left out.
    fn shown(&self, output: &Output) -> String {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let text = format!("{out}---\n{err}exit {}", output.status.code().unwrap());
        let times = regex::Regex::new(r"time in [0-9.]+ s: ([0-9,]+) instructions, [0-9.]+ MIPS").unwrap();
        let text = times.replace(&text, "time in [..] s: $1 instructions, [..] MIPS").into_owned();
        text.replace(&*self.path("").to_string_lossy(), "[folder]/")
    }
}

/// The output of a program that has to succeed.
fn output_of(command: Command) -> String {
    let output = process::output(command);
    assert!(output.status.success(), "{}", process::text(&output));
    process::text(&output)
}

#[test]
fn serial_output_lights_reports_and_the_halt_with_its_backtrace_are_shown() {
    let place = Place::new(End::Halt);
    insta::assert_snapshot!(place.shown(&place.run(&[])));
}

/// How much simulated time passes at a time differs while input from outside may come.
#[test]
fn when_input_ends_does_not_decide_how_long_halted_firmware_is_waited_for() {
    let place = Place::new(End::Halt);
    for after in [0, 20, 100] {
        let mut child = place.hil(&["sim", "run", "light.elf"]).stdin(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(after));
        drop(child.stdin.take());
        let shown = process::text(&process::finish(child));
        assert!(shown.contains("sim: ran 10.000 s of simulated time"), "input ended after {after} ms: {shown}");
    }
}

#[test]
fn a_watchdog_reset_says_where_the_firmware_was() {
    let place = Place::new(End::Watchdog);
    insta::assert_snapshot!(place.shown(&place.run(&["--for", "1500us"])));
}

#[test]
fn quiet_leaves_warnings_and_serial_output() {
    let place = Place::new(End::Count);
    let shown = place.shown(&place.run(&["--for", "2ms", "--quiet"]));
    assert!(shown.starts_with("ready\n---\nwarning: register WCL"), "{shown}");
    assert!(!shown.contains("led:") && !shown.contains("sim:"), "{shown}");
}

#[test]
fn the_text_of_until_ends_the_run_and_its_absence_is_a_failure() {
    let place = Place::new(End::Count);
    let seen = place.run(&["--until", "ready", "--for", "1s"]);
    assert_eq!(seen.status.code(), Some(0), "{}", place.shown(&seen));
    let missing = place.run(&["--until", "never", "--for", "20ms"]);
    assert_eq!(missing.status.code(), Some(1), "{}", place.shown(&missing));
    assert!(place.shown(&missing).contains("the text of --until has not come"), "{}", place.shown(&missing));
}

#[test]
fn wrong_usage_and_wrong_files_exit_2_and_say_what_to_do() {
    let place = Place::new(End::Halt);
    std::fs::write(place.path("text.txt"), "no firmware").unwrap();
    std::fs::write(place.path("small.bin"), "small").unwrap();
    std::fs::write(place.path("big.bin"), vec![0; 0x10000]).unwrap();
    std::fs::write(place.path("large.bin"), vec![0xFF; 0x10000]).unwrap();
    std::fs::write(place.path("empty.bin"), "").unwrap();
    let mut shown = String::new();
    for arguments in [
        &["missing.elf"][..],
        &["text.txt"],
        &["light.elf", "--elf", "text.txt"],
        &["light.elf", "--partitions", "text.txt"],
        &["light.elf", "--board", "text.txt"],
        &["light.elf", "--nvs", "big.bin"],
        &["light.elf", "--nvs", "large.bin"],
        &["light.elf", "--nvs", "text.txt"],
        &["light.elf", "--nvs", "empty.bin"],
        &["light.elf", "--flash", "small.bin"],
        &["light.elf", "--rom", "small.bin"],
        &["light.elf", "--rom", "light.elf"],
        &["light.elf", "--flash-size", "3MB"],
        &["light.elf", "--mac", "01:00:00:00:00:00"],
        &["light.elf", "--for", "10"],
        &["light.elf", "--allow", "broker"],
        &["light.elf", "--gdb", "there"],
        &["light.elf", "--trace-from", "1s"],
    ] {
        let output = place.hil(&[&["sim", "run"], arguments].concat()).output().unwrap();
        let text = place.shown(&output);
        let text = text.split_once("\n\nUsage").map_or(&*text, |(text, _)| text);
        let text = text.split_once("\n\nFor more").map_or(text, |(text, _)| text);
        shown += &format!("$ {}\n{}\n", arguments.join(" "), text.trim_start_matches("---\n"));
        // A firmware that is not there is the bench's fault, in every command.
        let wanted = if arguments == ["missing.elf"] { 3 } else { 2 };
        assert_eq!(output.status.code(), Some(wanted), "{arguments:?}: {text}");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_is_no_image_of_a_partition_is_written_nowhere() {
    let place = Place::new(End::Halt);
    std::fs::write(place.path("some.yaml"), "name: x\nversion: 1\nsteps: [{ delay: 1ms }]\n").unwrap();
    std::fs::write(place.path("blanks.bin"), [b' '; 8192]).unwrap();
    for (file, problem) in
        [("some.yaml", "are no whole number of pages of 4096"), ("blanks.bin", "has the header of one")]
    {
        for command in [
            &["run", "--target", "sim", "--firmware", "light.elf", "--nvs", file, "some.yaml"][..],
            &["sim", "run", "light.elf", "--nvs", file],
            &["sim", "serve", "light.elf", "--nvs", file, "--rfc2217", "0"],
            &["wokwi", "serve", "--nvs", file],
        ] {
            let output = place.hil(command).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
            assert!(said.contains(&format!("{file}: ")) && said.contains(problem), "{command:?}: {said}");
            assert!(said.contains("name an image that"), "{command:?}: {said}");
        }
    }
}

#[test]
fn waveforms_have_the_pulses_to_the_nanosecond() {
    let place = Place::new(End::Halt);
    place.run(&["--for", "2ms", "--vcd", "pins.vcd"]);
    let file = place.read("pins.vcd");
    let mut parser = vcd::Parser::new(file.as_bytes());
    let header = parser.parse_header().unwrap();
    assert_eq!(header.timescale, Some((100, vcd::TimescaleUnit::PS)));
    let line = header.find_var(&["board", "esp_rgb1_DIN"]).unwrap().code;
    let (mut now, mut edges) = (0, Vec::new());
    for command in parser {
        match command.unwrap() {
            vcd::Command::Timestamp(at) => now = at,
            vcd::Command::ChangeScalar(id, value) if id == line => edges.push((now, value)),
            _ => {}
        }
    }
    // The level at first, and 24 pulses. A 1 of green, red, blue: bits 8 to 15, 21 and 23.
    assert_eq!(edges.len(), 1 + 2 * 24, "{file}");
    let high: Vec<u64> = edges[1..].chunks(2).map(|pulse| (pulse[1].0 - pulse[0].0) / 10).collect();
    let expected: Vec<u64> = (0..24).map(|bit| if matches!(bit, 8..=15 | 21 | 23) { 800 } else { 400 }).collect();
    assert_eq!(high, expected);
}

#[test]
fn sigrok_decodes_the_waveform_to_the_same_colour() {
    let Some(sigrok) = SIGROK.find() else { return };
    let place = Place::new(End::Halt);
    let output = place.run(&["--for", "2ms", "--vcd", "pins.vcd"]);
    assert!(place.shown(&output).contains("#ff0005"), "{}", place.shown(&output));
    let decoder = "rgb_led_ws281x:din=esp_rgb1_DIN";
    let decoded =
        output_of(place.command(
            &sigrok,
            &["-I", "vcd:downsample=125", "-i", "pins.vcd", "-P", decoder, "-A", "rgb_led_ws281x=rgb"],
        ));
    let colors: Vec<&str> = decoded.lines().filter(|line| line.contains('#')).collect();
    assert_eq!(colors, ["rgb_led_ws281x-1: #ff0005"], "{decoded}");
}

#[test]
fn coverage_tells_executed_lines_from_others() {
    let place = Place::new(End::Halt);
    place.run(&["--for", "2ms", "--coverage", "light.lcov"]);
    let text = place.read("light.lcov").replace(&*place.path("").to_string_lossy(), "[folder]/");
    insta::assert_snapshot!(text);
    if let Some(lcov) = LCOV.find() {
        let summary = output_of(place.command(&lcov, &["--summary", "light.lcov"]));
        assert!(summary.contains("18 of 20 lines"), "{summary}");
        output_of(place.command(&lcov.with_file_name("genhtml"), &["--quiet", "-o", "html", "light.lcov"]));
        assert!(place.path("html/index.html").is_file());
    }
}

#[test]
fn coverage_changes_nothing_about_the_run() {
    let place = Place::new(End::Watchdog);
    let plain = place.shown(&place.run(&["--for", "1500us"]));
    let covered = place.shown(&place.run(&["--for", "1500us", "--coverage", "light.lcov"]));
    let covered: Vec<&str> = covered.lines().filter(|line| !line.contains("coverage:")).collect();
    assert_eq!(covered.join("\n"), plain);
}

/// Options that write while it runs, each with the place of its file.
const WHILE_IT_RUNS: [[&str; 2]; 3] = [["--vcd", "a.vcd"], ["--trace=b.txt", "b.txt"], ["--pcap", "c.pcap"]];

fn arguments([option, file]: [&'static str; 2]) -> Vec<&'static str> {
    if option.ends_with(file) { vec![option] } else { vec![option, file] }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_the_files_of_the_one_before() {
    for [option, file] in WHILE_IT_RUNS {
        let place = Place::new(End::Halt);
        std::fs::write(place.path(file), "the older one").unwrap();
        let options = [&["sim", "run", "light.elf", "--pace", "wall"], &arguments([option, file])[..]].concat();
        let running = process::Running::start(place.hil(&options));
        running.wait_for("esp.rgb1");
        running.signal("-KILL");
        drop(running);
        assert_eq!(place.read(file), "the older one", "{option}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_the_file_and_leaves_the_older_one() {
    for [option, file] in WHILE_IT_RUNS {
        let place = Place::new(End::Halt);
        std::os::unix::fs::symlink("/dev/full", place.path(file)).unwrap();
        let output = place.run(&[&["--for", "2ms"], &arguments([option, file])[..]].concat());
        let text = process::text(&output);
        assert_eq!(output.status.code(), Some(3), "{option}: {text}");
        assert!(text.contains(file) && text.contains("No space left"), "{option}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn a_trace_on_standard_output_has_that_for_itself() {
    let place = Place::new(End::Halt);
    place.run(&["--for", "2ms", "--trace=file.txt"]);
    let output = place.run(&["--for", "2ms", "--trace=-", "--quiet"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), place.read("file.txt"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ready"), "{said}");
    assert!(!place.path("-").exists());
}

#[test]
fn a_trace_has_each_instruction_with_what_it_changed() {
    let place = Place::new(End::Halt);
    let traced = place.run(&["--for", "2ms", "--trace", "--trace-for", "1us"]);
    let plain = place.run(&["--for", "2ms"]);
    assert_eq!(place.shown(&traced), place.shown(&plain), "a trace changes nothing about the run");
    insta::assert_snapshot!(place.read("trace.txt"));
}

#[test]
fn the_flash_is_kept_between_runs_but_for_the_firmware() {
    let place = Place::new(End::Count);
    let run = || {
        let output = place.run(&["--for", "1ms", "--flash", "flash.bin"]);
        assert_eq!(output.status.code(), Some(0), "{}", place.shown(&output));
        std::fs::read(place.path("flash.bin")).unwrap()
    };
    let mut flash = run();
    assert_eq!(flash.len(), 4 << 20);
    // A byte of NVS, and one of the app.
    let app = flash[0x10000];
    (flash[0x9000], flash[0x10000]) = (0x5A, 0);
    std::fs::write(place.path("flash.bin"), &flash).unwrap();
    let flash = run();
    assert_eq!((flash[0x9000], flash[0x10000]), (0x5A, app));
}

#[test]
fn an_image_takes_its_names_from_the_elf_file() {
    let place = Place::new(End::Halt);
    let output = place.run(&["--for", "1ms", "--flash", "flash.bin"]);
    assert!(place.shown(&output).contains("inner at light.rs:23"));
    let image = ["sim", "run", "flash.bin", "--for", "1ms"];
    let without = place.shown(&place.hil(&image).output().unwrap());
    assert!(without.contains("0: 0x4200") && !without.contains("inner"), "{without}");
    let with = place.shown(&place.hil(&[&image[..], &["--elf", "light.elf"]].concat()).output().unwrap());
    assert!(with.contains("inner at light.rs:23"), "{with}");
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_a_run_with_its_files_and_a_summary() {
    let place = Place::new(End::Count);
    let run = process::Running::start(place.hil(&["sim", "run", "light.elf", "--coverage", "light.lcov"]));
    run.wait_for("ready");
    run.signal("-INT");
    let (code, text) = run.end();
    assert_eq!(code, Some(130), "{text}");
    assert!(text.contains("sim: interrupted\n") && text.contains(" of simulated time in "), "{text}");
    assert!(place.read("light.lcov").contains("DA:23,1"));
}

#[test]
fn standard_input_goes_to_the_serial_port() {
    // Nothing reads it here; what counts is that it ends, and disturbs nothing.
    let place = Place::new(End::Count);
    let mut child = place.hil(&["sim", "run", "light.elf", "--for", "50ms"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let output = process::finish(child);
    assert_eq!(output.status.code(), Some(0), "{}", process::text(&output));
}
