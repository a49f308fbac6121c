//! Tier 3: the chip's binary, guided by what it executes. Faults are put into the light's own binary: an instruction that is
//! none at the beginning of a function.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hil_testing::process::Running;
use object::{Object as _, ObjectSegment as _};
use simulator::image::Symbols;

use crate::fuzz::support::{LIGHT, found, hil, text};

/// Reached by every command that is refused, and by nothing at the start.
const REJECTS: &str = "<firmware::command::rejection::Rejection as core::fmt::Display>::fmt";
/// Reached when the broker breaks the protocol: no message does that.
const DISCONNECTS: &str = "prepare_disconnect";
/// Reached before the device is connected.
const CONNECTS: &str = "Client<firmware::mqtt::transport::Buffered<light::network::Connection>";

fn light() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/prebuilt/light-openeth.elf")
}

/// The light with this instruction (of two bytes) at the beginning of the functions whose names contain `function`.
fn patched(folder: &Path, function: &str, instruction: [u8; 2]) -> PathBuf {
    let mut elf = std::fs::read(light()).unwrap();
    let symbols = Symbols::parse(&elf).unwrap();
    let at: Vec<u64> =
        symbols.iter().filter(|it| it.to_string().contains(function)).map(|it| it.address.into()).collect();
    assert!(!at.is_empty(), "there is no {function}");
    let file = object::File::parse(&*elf).unwrap();
    let segments: Vec<_> =
        file.segments().map(|it| (it.address()..it.address() + it.size(), it.file_range())).collect();
    for address in at {
        let (range, (offset, _)) = segments.iter().find(|(range, _)| range.contains(&address)).unwrap();
        let offset = usize::try_from(offset + address - range.start).unwrap();
        elf[offset..offset + 2].copy_from_slice(&instruction);
    }
    let path = folder.join("light-faulty.elf");
    std::fs::write(&path, elf).unwrap();
    path
}

const ILLEGAL: [u8; 2] = [0, 0];

/// `hil fuzz --tier 3` of this firmware, with findings in `found/`.
fn command(folder: &Path, firmware: &Path, arguments: &[&str]) -> Command {
    let fixed = ["fuzz", "--tier", "3", "--device", LIGHT, "--regressions", "found", "--firmware"];
    hil(folder, &[&fixed[..], &[firmware.to_str().unwrap()], arguments].concat())
}

fn tier3(folder: &Path, firmware: &Path, arguments: &[&str]) -> Output {
    command(folder, firmware, arguments).output().unwrap()
}

#[track_caller]
fn ends(output: &Output, exit: i32, expected: &[&str]) -> String {
    let printed = text(output);
    assert_eq!(output.status.code(), Some(exit), "{printed}");
    for expected in expected {
        assert!(printed.contains(expected), "{expected:?} is missing in\n{printed}");
    }
    printed
}

fn corpus_hash(printed: &str) -> &str {
    printed.split("corpus hash ").nth(1).unwrap().split(',').next().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_same_seed_and_executions_make_the_same_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let run = |corpus: &str| {
        let limits = ["--execs", "120", "--jobs", "1", "--seed", "1", "--corpus", corpus];
        let output = tier3(folder.path(), &light(), &limits);
        let printed = ends(&output, 0, &["120 executions, ", " edges (last new one ", "corpus ", "0 findings"]);
        corpus_hash(&printed).to_owned()
    };
    assert_eq!(run("one"), run("again"));
    assert_eq!(names(&folder.path().join("one")), names(&folder.path().join("again")));
    // From the same corpus too.
    assert_eq!(run("one"), run("again"));
}

#[test]
fn a_finding_is_a_scenario_that_fails_and_is_known_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = patched(folder.path(), REJECTS, ILLEGAL);
    let output = tier3(folder.path(), &faulty, &["--execs", "60", "--jobs", "1", "--corpus", "corpus"]);
    let printed =
        ends(&output, 1, &["finding 1: Fuzzing the light, a message on ", "its scenario fails: the device panicked"]);
    let scenarios = found(folder.path());
    let [path] = scenarios.as_slice() else { panic!("{printed}") };
    let file = std::fs::read_to_string(path).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"0x[0-9a-f]+", "[ADDRESS]");
    settings.add_filter(r"--(device|firmware) \S+", "--$1 [FILE]");
    settings.add_filter(r"panicked at \S+", "panicked at [PLACE]");
    settings.add_filter(r"\d+ execution(s?)", "[N] executions");
    settings.add_filter(r"--execs \d+", "--execs [N]");
    settings.add_filter(r"# cause: [0-9a-f]{8}", "# cause: [CAUSE]");
    settings.add_filter(r#"(cmnd/led/)\w+(", payload: )"[^"]*""#, "$1[TOPIC]$2[PAYLOAD]");
    settings.add_filter(r"a message on cmnd/led/\w+", "a message on [TOPIC]");
    settings.bind(|| insta::assert_snapshot!("tier3", file));

    // The line in it finds it again: the shell makes a folder for it.
    let again = file.lines().find_map(|line| line.strip_prefix("# Found again by: hil ")).unwrap();
    let line = format!("\"$0\" {again} --regressions again");
    let output = Command::new("sh")
        .args(["-c", &line, env!("CARGO_BIN_EXE_hil")])
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        // As it was found.
        .env("HIL_ROM", "none")
        .output()
        .unwrap();
    ends(&output, 1, &["finding 1: "]);
    assert_eq!(std::fs::read_to_string(folder.path().join("again").join(path.file_name().unwrap())).unwrap(), file);

    // As if the firmware had been built anew: its addresses are others, and so is the cause as it was written.
    let moved: String = file
        .lines()
        .map(|line| if line.starts_with("# cause: ") { "# cause: 00000000\n".to_owned() } else { format!("{line}\n") })
        .collect();
    std::fs::write(path, &moved).unwrap();
    let output = tier3(folder.path(), &faulty, &["--execs", "60", "--jobs", "1", "--corpus", "other"]);
    ends(&output, 1, &["1 of 1 known findings still there", "its cause is known: found/coverage-panic-"]);
    assert_eq!(found(folder.path()).len(), 1);
    assert_eq!(std::fs::read_to_string(path).unwrap(), moved);

    // The device has been mended.
    let output = tier3(folder.path(), &light(), &["--execs", "5", "--jobs", "1", "--corpus", "corpus"]);
    ends(&output, 0, &["0 of 1 known findings still there", "0 findings"]);
}

#[test]
fn a_finding_in_bytes_is_kept_as_an_input_and_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = patched(folder.path(), DISCONNECTS, ILLEGAL);
    let limits = ["--max-findings", "1", "--time", "120s", "--jobs", "2", "--corpus", "corpus"];
    let output = tier3(folder.path(), &faulty, &limits);
    let printed = ends(
        &output,
        1,
        &["bytes of its connection: panic", "no scenario can say bytes", "--replay found/coverage-panic-"],
    );
    let inputs: Vec<_> =
        found(folder.path()).into_iter().filter(|it| it.extension().is_some_and(|it| it == "json")).collect();
    let [path, ..] = inputs.as_slice() else { panic!("{printed}") };
    assert!(path.to_string_lossy().ends_with(".input.json"));
    let before = std::fs::read_to_string(path).unwrap();

    // The line that was printed shows it.
    let show = printed.lines().find_map(|line| line.trim().strip_prefix("show it: hil ")).unwrap();
    let output = hil(folder.path(), &show.split(' ').collect::<Vec<_>>()).output().unwrap();
    ends(&output, 1, &["  bytes: ", "finding: panic (cause ", "console: "]);
    let replay = ["--replay", path.to_str().unwrap()];
    ends(&tier3(folder.path(), &light(), &replay), 0, &["no finding: it waits for input"]);

    // It is looked at first, told once, and not written again.
    let output = tier3(folder.path(), &faulty, &["--execs", "1", "--jobs", "1", "--corpus", "new"]);
    let printed = ends(&output, 1, &["known and still there: Fuzzing the light, bytes of its connection: panic"]);
    assert!(printed.contains(&format!("{0} of {0} known inputs still show a finding", inputs.len())), "{printed}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), before);
    let output = tier3(folder.path(), &light(), &["--execs", "1", "--corpus", "new"]);
    ends(&output, 0, &[&format!("0 of {} known inputs still show a finding", inputs.len())]);
    // Nobody takes it for a scenario.
    ends(&hil(folder.path(), &["check", "found"]).output().unwrap(), 4, &["no scenario found"]);
}

#[test]
fn wrong_usage_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let fails = |arguments: &[&str], expected: &[&str]| {
        ends(&hil(folder.path(), arguments).output().unwrap(), 2, expected);
    };
    let device = ["--device", LIGHT];
    let with = |arguments: &[&str], expected: &[&str]| {
        fails(&[&["fuzz"], &device[..], arguments].concat(), expected);
    };
    with(
        &["--tier", "3", "--target", "native"],
        &["tier 3 runs on the simulator only", "leave --target away", "--tier 1,2"],
    );
    with(
        &["--tier", "all", "--target", "mqtt", "--broker", "mqtt://127.0.0.1:1"],
        &["tier 3 runs on the simulator only"],
    );
    with(&["--tier", "3"], &["there is no firmware to run", "--firmware FILE"]);
    with(&["--tier", "4"], &["the tiers are 1, 2 and 3", "all"]);
    with(
        &["--tier", "1", "--target", "native", "--replay", "a.json"],
        &["--replay is for inputs of tier 3", "hil run"],
    );
    with(&["--tier", "3", "--replay", "a.json", "--execs", "4"], &["cannot be used with"]);
    let light = light();
    let firmware = ["--tier", "3", "--firmware", light.to_str().unwrap()];
    with(&[&firmware[..], &["--replay", "a.json"]].concat(), &["a.json: No such file", "hil fuzz --tier 3"]);
    std::fs::write(folder.path().join("a.json"), "[]").unwrap();
    with(&[&firmware[..], &["--replay", "a.json"]].concat(), &["a.json: it is not an input"]);
}

#[test]
fn firmware_that_never_waits_for_input_is_told_with_its_last_words() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a firmware").unwrap();
    ends(&tier3(folder.path(), &text, &[]), 2, &["notes.txt: "]);
    ends(&tier3(folder.path(), &std::env::current_exe().unwrap(), &[]), 2, &["error: "]);
    let faulty = patched(folder.path(), CONNECTS, ILLEGAL);
    let output = tier3(folder.path(), &faulty, &["--execs", "5"]);
    ends(
        &output,
        3,
        &["the device does not connect", "its last words: ", "panic", "help: the device has to come online by itself"],
    );
    assert_eq!(found(folder.path()), Vec::<PathBuf>::new());
}

#[test]
fn files_that_are_no_inputs_are_told_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    std::fs::create_dir(&corpus).unwrap();
    std::fs::write(corpus.join("broken.json"), "{").unwrap();
    std::fs::write(corpus.join("large.json"), vec![b' '; 100_000]).unwrap();
    std::fs::create_dir(folder.path().join("found")).unwrap();
    std::fs::write(folder.path().join("found/x.input.json"), "{}").unwrap();
    let output = tier3(folder.path(), &light(), &["--execs", "3", "--corpus", "corpus"]);
    let broken = "warning: corpus/broken.json: it is not an input";
    ends(&output, 0, &[broken, "large.json: 100000 bytes", "x.input.json: it is not an input", "left as it is"]);
    assert!(corpus.join("broken.json").exists() && corpus.join("large.json").exists());
    assert!(folder.path().join("found/x.input.json").exists());
    // A file is in the folder's place.
    std::fs::write(folder.path().join("file"), "").unwrap();
    let output = tier3(folder.path(), &light(), &["--execs", "3", "--corpus", "file"]);
    ends(&output, 3, &["inputs cannot be written to file", "--corpus DIR", "nothing was run"]);
}

#[test]
fn a_full_disk_loses_nothing_that_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let limits = ["--execs", "20", "--jobs", "1", "--corpus", "corpus"];
    ends(&tier3(folder.path(), &light(), &limits), 0, &[]);
    let corpus = folder.path().join("corpus");
    // What other inputs cover goes when they are loaded; the rest is needed.
    ends(&tier3(folder.path(), &light(), &["--execs", "1", "--jobs", "1", "--corpus", "corpus"]), 0, &[]);
    let before = names(&corpus);
    let faulty = patched(folder.path(), REJECTS, ILLEGAL);
    // No file may grow: as on a full disk, an empty one can be made and nothing be put into it.
    let limited = |firmware: &Path, arguments: &[&str]| {
        let hil = command(folder.path(), firmware, arguments);
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
            .arg(hil.get_program())
            .args(hil.get_args());
        command.current_dir(folder.path()).env("NO_COLOR", "1").output().unwrap()
    };
    let output = limited(&light(), &["--execs", "200", "--jobs", "1", "--seed", "9", "--corpus", "corpus"]);
    ends(
        &output,
        3,
        &["it is tried again at the end", "inputs of the corpus are not saved", "is still there", "corpus hash"],
    );
    let after = names(&corpus);
    assert!(before.iter().all(|name| after.contains(name)), "{before:?}\n{after:?}");
    let output = limited(&faulty, &["--execs", "60", "--jobs", "1", "--corpus", "corpus"]);
    ends(&output, 3, &["it could not be written", "# cause: ", "\nsteps:\n", "save it by hand"]);
    assert_eq!(found(folder.path()), Vec::<PathBuf>::new(), "half a file is left");
    assert!(before.iter().all(|name| names(&corpus).contains(name)), "inputs that show a finding are kept");
}

#[test]
fn ctrl_c_ends_it_with_all_that_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let faulty = patched(folder.path(), REJECTS, ILLEGAL);
    let command = command(folder.path(), &faulty, &["--time", "10min", "--corpus", "corpus"]);
    let run = Running::start(command);
    run.wait_for("written to found/");
    run.signal("-INT");
    let (code, said) = run.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.split_once("written to found/").unwrap().1.contains("corpus hash "), "{said}");
    let saved = names(&folder.path().join("corpus"));
    assert!(!saved.is_empty() && saved.iter().all(|name| name.ends_with(".json")), "{saved:?}");
    let output = tier3(folder.path(), &faulty, &["--execs", "1", "--jobs", "1", "--corpus", "corpus"]);
    ends(&output, 1, &[&format!("corpus: {} inputs in corpus, ", saved.len())]);
}

#[test]
fn all_tiers_run_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let fixed = ["fuzz", "--tier", "all", "--device", LIGHT, "--execs", "4", "--jobs", "2", "--firmware"];
    let output = hil(folder.path(), &[&fixed[..], &[light().to_str().unwrap()]].concat()).output().unwrap();
    let printed = ends(&output, 0, &["4 cases and 4 executions", " 4 cases (tier 1: 2, tier 2: 2)", " 4 executions, "]);
    assert!(printed.contains("kept in target/hil/corpus/the-light"), "{printed}");
    assert!(folder.path().join("target/hil/corpus/the-light").is_dir());
}

/// A write past a buffer, and a stack that overflows: behind one colour each (docs/faults.md).
#[test]
fn faults_of_memory_behind_three_fields_are_found_from_the_description_alone() {
    let named = std::env::var_os("HIL_PLANTED_FIRMWARE").map(PathBuf::from);
    let firmware = named.unwrap_or_else(|| light().with_file_name("light-planted.elf"));
    for (fault, payload) in [("11", "217,83,149"), ("12", "41,202,97")] {
        let folder = tempfile::tempdir().unwrap();
        let limits = ["--plant-fault", fault, "--time", "10min", "--max-findings", "1", "--jobs", "2"];
        let printed = ends(&tier3(folder.path(), &firmware, &limits), 1, &["its scenario fails"]);
        let files: String = found(folder.path()).iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        assert!(files.contains(&format!("\"{payload}\"")), "{printed}\n{files}");
    }
}
