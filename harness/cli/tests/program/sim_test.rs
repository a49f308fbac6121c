//! `hil sim test`, on suites that are assembled here: what it prints, reports and exits with.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::suite_fixture::{A0, Asm, Case, RA, T0, Typed, ZERO, call, exit, fill_block, menu_app, panic, print, suite};
use tempfile::TempDir;

/// A folder with suites, and the program with an environment that nothing outside can change.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with one suite, `suite.elf`.
    fn with(cases: &[Case]) -> Self {
        let place = Self::new();
        std::fs::write(place.path("suite.elf"), suite("lamp::tests", cases)).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn hil(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hil"))
            .args(["sim", "test"])
            .args(args)
            .current_dir(self.0.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// What `hil sim test suite.elf` with these arguments prints and exits with, without its times.
    fn shown(&self, args: &[&str]) -> String {
        let output = self.hil(&[&["suite.elf"], args].concat());
        without_times(&shown(&output))
    }
}

fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}exit {}", text(&output.stdout), text(&output.stderr), output.status.code().unwrap())
}

fn without_times(text: &str) -> String {
    let redactions = [
        (r"finished in [0-9.]+s \([0-9.]+ s simulated\)", "finished in [wall] ([chip] simulated)"),
        (r"simulated [0-9.]+ ms, in [0-9.]+ s", "simulated [chip], in [wall]"),
        (r#""(exec|sim)_time":[0-9.e-]+"#, r#""${1}_time":0"#),
        (r#" (time|timestamp|uuid)="[^"]*""#, ""),
        (r#""simulated-seconds" value="[^"]*""#, r#""simulated-seconds" value="[chip]""#),
        (r" at [0-9.]+ ms", " at [time]"),
        (r"0x4038[0-9a-f]{4}", "[address]"),
        (r"stopped after [0-9.]+ s", "stopped after [chip]"),
        (r"<[0-9.]+ ms>", "<[chip]>"),
    ];
    redactions
        .iter()
        .fold(text.to_owned(), |text, (from, to)| regex::Regex::new(from).unwrap().replace_all(&text, *to).into_owned())
}

fn passes(asm: &mut Asm) {
    exit(asm, 0);
}

fn panics(asm: &mut Asm) {
    panic(asm, "panicked at src/lamp.rs:7:5:\nit is dark");
}

fn returns_an_error(asm: &mut Asm) {
    exit(asm, 134);
}

/// Busy for ever.
fn hangs(asm: &mut Asm) {
    asm.label("hang").addi(T0, T0, 1).j("hang");
}

/// With interrupts off.
fn halts(asm: &mut Asm) {
    asm.csrrci(ZERO, 0x300, 8).label("halt").j("halt");
}

fn resets(asm: &mut Asm) {
    // RTC_CNTL_OPTIONS0_REG, SW_SYS_RST.
    asm.li(T0, 0x6000_8000).li(A0, 0x8000_0000).sw(A0, 0, T0).label("reset").j("reset");
}

fn starts_again(asm: &mut Asm) {
    asm.j("start");
}

/// Passes if an operation that nobody offers is answered with -1.
fn asks_for_the_clock(asm: &mut Asm) {
    fill_block(asm, &[0]);
    call(asm, 0x10);
    asm.addi(A0, A0, 1).beq(A0, ZERO, "clockless");
    exit(asm, 1);
    asm.label("clockless");
    exit(asm, 0);
}

fn prints_and_panics(asm: &mut Asm) {
    print(asm, "lamp: on\nlamp: off\n");
    panic(asm, "panicked at src/lamp.rs:9:5:\n\x1b[31mno\n");
}

fn calls_an_unknown_rom_function(asm: &mut Asm) {
    asm.li(T0, 0x4005_FF00).jalr(RA, T0, 0);
}

fn a_few() -> [Case; 5] {
    [
        Case::new("shines", passes),
        Case::new("dims", passes),
        Case::new("breaks", panics),
        Case::new("breaks_as_it_should", panics).should_panic(),
        Case::new("burns", panics).ignored(),
    ]
}

#[test]
fn tests_that_pass_exit_0() {
    let place = Place::with(&[Case::new("shines", passes), Case::new("dims", passes).without_timeout()]);
    insta::assert_snapshot!(place.shown(&["--report-time"]));
}

#[test]
fn a_panic_is_told_with_its_text_the_calls_and_the_serial_output() {
    let place = Place::with(&[Case::new("shines", passes), Case::new("breaks", prints_and_panics)]);
    insta::assert_snapshot!(place.shown(&[]));
}

#[test]
fn each_way_to_fail_is_told_apart() {
    let place = Place::with(&[
        Case::new("returns_an_error", returns_an_error),
        Case::new("does_not_panic", passes).should_panic(),
        Case::new("hangs", hangs),
        Case::new("halts", halts),
        Case::new("resets", resets),
        Case::new("starts_again", starts_again),
    ]);
    insta::assert_snapshot!(place.shown(&[]));
}

#[test]
fn an_operation_that_is_not_offered_is_answered_with_minus_one_and_told() {
    let place = Place::with(&[Case::new("asks_for_the_clock", asks_for_the_clock)]);
    insta::assert_snapshot!(place.shown(&["--show-output"]));
}

#[test]
fn what_the_simulator_cannot_do_is_a_bench_error_unless_a_test_failed_too() {
    let unknown = || Case::new("calls", calls_an_unknown_rom_function);
    insta::assert_snapshot!(Place::with(&[unknown(), Case::new("shines", passes)]).shown(&[]));
    let both = Place::with(&[unknown(), Case::new("breaks", panics)]).hil(&["suite.elf"]);
    assert_eq!(both.status.code(), Some(1));
}

#[test]
fn the_hosts_time_is_limited_too() {
    let place = Place::with(&[Case::new("hangs", hangs)]);
    let output = place.hil(&["suite.elf", "--timeout", "1000000", "--wall-limit", "0.05"]);
    assert_eq!(output.status.code(), Some(3), "{}", shown(&output));
    assert!(shown(&output).contains("took longer than 0.05 s of the host's time"), "{}", shown(&output));
}

#[test]
fn tests_are_chosen_as_libtest_does() {
    let place = Place::with(&a_few());
    let names = |args: &[&str]| {
        let output = place.hil(&[&["suite.elf", "--list", "--format", "terse"], args].concat());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap().replace("lamp::tests::", "").replace(": test\n", " ")
    };
    assert_eq!(names(&[]), "breaks breaks_as_it_should burns dims shines ");
    assert_eq!(names(&["breaks", "dim"]), "breaks breaks_as_it_should dims ");
    assert_eq!(names(&["breaks", "--skip", "should"]), "breaks ");
    assert_eq!(names(&["lamp::tests::breaks", "--exact"]), "breaks ");
    assert_eq!(names(&["--exact", "breaks"]), "");
    assert_eq!(names(&["--ignored"]), "burns ");
    assert_eq!(names(&["--include-ignored"]), "breaks breaks_as_it_should burns dims shines ");
    insta::assert_snapshot!(place.shown(&["--list", "b"]));
    insta::assert_snapshot!(place.shown(&["--quiet", "--skip", "breaks"]));
}

#[test]
fn ignored_tests_run_when_asked_for() {
    let place = Place::with(&a_few());
    let code = |args: &[&str]| place.hil(&[&["suite.elf"], args].concat()).status.code();
    assert_eq!(code(&["dims", "burns"]), Some(0));
    assert_eq!(code(&["dims", "burns", "--include-ignored"]), Some(1));
    assert_eq!(code(&["--ignored"]), Some(1));
}

#[test]
fn nothing_to_run_exits_4_unless_that_is_fine() {
    let place = Place::with(&a_few());
    let code = |args: &[&str]| place.hil(&[&["suite.elf"], args].concat()).status.code();
    assert_eq!(code(&["no such test"]), Some(4));
    assert_eq!(code(&["burns"]), Some(4));
    assert_eq!(code(&["no such test", "--no-tests", "pass"]), Some(0));
}

#[test]
fn what_cargo_passes_on_is_understood() {
    let place = Place::with(&a_few());
    let options = ["dims", "--nocapture", "--test-threads", "1", "--color", "never", "-q", "-Z", "unstable-options"];
    let output = place.hil(&[&["suite.elf"], &options[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
}

#[test]
fn without_capture_output_comes_while_the_test_runs() {
    let place = Place::with(&[Case::new("breaks", prints_and_panics)]);
    let text = place.shown(&["--no-capture"]);
    let (before, after) = text.split_once("test lamp::tests::breaks").unwrap();
    assert!(before.contains("lamp: on\nlamp: off\n"), "{text}");
    assert!(after.contains("failures:"), "{text}");
}

#[test]
fn after_a_failure_fail_fast_begins_no_further_test() {
    let place = Place::with(&a_few());
    let text = place.shown(&["--fail-fast", "--jobs", "1"]);
    assert!(text.contains("0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; 4 not run"), "{text}");
}

#[test]
fn the_order_and_the_outcome_do_not_depend_on_the_jobs() {
    let place = Place::with(&a_few());
    assert_eq!(place.shown(&["--jobs", "1", "--include-ignored"]), place.shown(&["--jobs", "4", "--include-ignored"]));
}

#[test]
fn json_is_libtests_with_the_time_on_the_chip() {
    let place = Place::with(&a_few());
    insta::assert_snapshot!(place.shown(&["--format", "json", "--jobs", "1"]));
    insta::assert_snapshot!(place.shown(&["--format", "json", "--list", "burns"]));
}

#[test]
fn junit_has_a_case_a_test() {
    let place = Place::with(&a_few());
    place.hil(&["suite.elf", "--junit", "report.xml"]);
    insta::assert_snapshot!(without_times(&std::fs::read_to_string(place.path("report.xml")).unwrap()));
}

#[test]
fn names_of_one_path_are_told_apart() {
    let place = Place::with(&[Case::new("shines", passes), Case::new("dims", passes)]);
    // As two crates of one name have them; in place of `shines`.
    let mut elf = std::fs::read(place.path("suite.elf")).unwrap();
    let description = b"\"name\":\"shines\"";
    let at = elf.windows(description.len()).position(|it| it == description).unwrap();
    elf[at..at + description.len()].copy_from_slice(b"\"name\":\"dims\"  ");
    std::fs::write(place.path("suite.elf"), elf).unwrap();
    assert_eq!(place.shown(&["--list", "-q"]), "lamp::tests::dims: test\nlamp::tests::dims#2: test\nexit 0");
}

#[test]
fn two_gpios_can_be_joined_by_an_option_or_a_drawing() {
    // Drives GPIO2, and passes if GPIO3 follows.
    let place = Place::with(&[Case::new("follows", |asm| {
        // Output by GPIO_OUT (0x04), enabled by GPIO_ENABLE (0x20), with the simple output 128 chosen for the pin; the
        // input of GPIO3 enabled in IO_MUX.
        for (address, value) in [
            (0x6000_4000 + 0x554 + 4 * 2, 128),
            (0x6000_9000 + 4 + 4 * 2, 0x1800),
            (0x6000_9000 + 4 + 4 * 3, 0x1A00),
            (0x6000_4020, 4),
            (0x6000_4004, 4),
        ] {
            asm.li(T0, address).li(A0, value).sw(A0, 0, T0);
        }
        asm.li(T0, 0x6000_403C).lw(A0, 0, T0).andi(A0, A0, 8).beq(A0, ZERO, "low");
        exit(asm, 0);
        asm.label("low");
        exit(asm, 1);
    })]);
    let diagram = r#"{
        "version": 1,
        "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }],
        "connections": [["esp:2", "esp:3", "green", []]]
    }"#;
    std::fs::write(place.path("diagram.json"), diagram).unwrap();
    let code = |args: &[&str]| place.hil(&[&["suite.elf"], args].concat()).status.code();
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--wire", "2-3"]), Some(0));
    assert_eq!(code(&["--wire", "2-4"]), Some(1));
    assert_eq!(code(&["--board", "diagram.json"]), Some(0));
}

#[test]
fn wrong_usage_and_files_exit_2_and_say_what_to_do() {
    let place = Place::with(&a_few());
    let elf = std::fs::read(place.path("suite.elf")).unwrap();
    std::fs::write(place.path("text.elf"), "not an ELF file").unwrap();
    std::fs::write(place.path("short.elf"), &elf[..elf.len() / 2]).unwrap();
    let changed = |from: &[u8], to: &[u8]| {
        let mut elf = elf.clone();
        let at = elf.windows(from.len()).position(|it| it == from).unwrap();
        elf[at..at + to.len()].copy_from_slice(to);
        elf
    };
    // An ordinary firmware; a description that is no JSON.
    std::fs::write(place.path("firmware.elf"), changed(b".embedded_test", b".something")).unwrap();
    std::fs::write(place.path("damaged.elf"), changed(b"\"ignored\":", b"\"ignored\" ")).unwrap();
    let mut text = String::new();
    for args in [
        &["none.elf"][..],
        &["text.elf"],
        &["short.elf"],
        &["firmware.elf"],
        &["damaged.elf"],
        &["suite.elf", "--wire", "2"],
        &["suite.elf", "--wire", "3-3"],
        &["suite.elf", "--wire", "3-22"],
        &["suite.elf", "--i2c", "0x80@1,2"],
        &["suite.elf", "--timeout", "0"],
        &["suite.elf", "--jobs", "0"],
        &["suite.elf", "--board", "none.json"],
        &["suite.elf", "--partitions", "none.csv"],
        &["suite.elf", "--rom", "text.elf"],
        &["suite.elf", "--ignored", "--include-ignored"],
    ] {
        let output = place.hil(args);
        // A file of the machine that is not there is the bench's fault, in every command.
        let is_missing = args.iter().any(|it| ["none.elf", "none.csv"].contains(it));
        let wanted = if is_missing { 3 } else { 2 };
        assert_eq!(output.status.code(), Some(wanted), "{args:?}: {}", shown(&output));
        text.push_str(&format!("$ hil sim test {}\n{}\n\n", args.join(" "), shown(&output)));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_report_that_cannot_be_written_exits_3() {
    let place = Place::with(&a_few());
    let output = place.hil(&["suite.elf", "--junit", "no/such/folder/report.xml"]);
    assert_eq!(output.status.code(), Some(3), "{}", shown(&output));
}

const MENU: &str = "\r\n\r\nHere's the test menu, pick your combo:\r\n(1)\t\"adds\" [numbers]\r\n(2)\t\"subtracts\" [numbers][timeout=2]\r\n\
    (3)\t\"hangs\" [numbers][timeout=1]\r\n(4)\t\"crashes\" [store]\r\n(5)\t\"keeps\" [store][multi_stage]\r\n\t(1)\t\"writes\"\r\n\
    \t(2)\t\"reads\"\r\n(6)\t\"meets\" [net][multi_device]\r\n(7)\t\"skips\" [net]\r\n\r\nEnter test for running.\r\n";

/// A firmware with the tests of [`MENU`]. In its stages, `a` and `b` would be typed as 1 and 2, which are tests too: what these print
/// is the end of a stage.
fn unity_app() -> Vec<u8> {
    menu_app(&[
        (b'\n', Typed::Says(MENU)),
        (
            b'1',
            Typed::Says(
                "Running adds...\r\nmain/test.c:12:adds:PASS\r\n\r\n-------\r\n1 Tests 0 Failures 0 Ignored \r\nOK\r\n",
            ),
        ),
        (
            b'2',
            Typed::Says(
                "Running subtracts...\r\nmain/test.c:20:subtracts:FAIL: Expected 1 Was 2\r\n\r\n1 Tests 1 Failures 0 Ignored \r\nFAIL\r\n",
            ),
        ),
        (b'3', Typed::Says("Running hangs...\r\n")),
        (b'4', Typed::Resets("Running crashes...\r\nabort() was called\r\n")),
        (b'7', Typed::Says("main/test.c:30:skips:IGNORE: no\r\n1 Tests 0 Failures 1 Ignored \r\nOK\r\n")),
    ])
}

#[test]
fn a_test_app_of_unity_is_run_by_its_menu() {
    let place = Place::new();
    std::fs::write(place.path("suite.elf"), unity_app()).unwrap();
    insta::assert_snapshot!(place.shown(&["--list"]));
    insta::assert_snapshot!(place.shown(&["--skip", "keeps", "--jobs", "2"]));
    // A group.
    insta::assert_snapshot!(place.shown(&["numbers::adds", "net::", "--junit", "report.xml"]));
    let report = std::fs::read_to_string(place.path("report.xml")).unwrap();
    insta::assert_snapshot!(without_times(&report));
}

#[test]
fn a_firmware_without_tests_says_what_it_printed_last() {
    let place = Place::new();
    std::fs::write(place.path("suite.elf"), menu_app(&[])).unwrap();
    insta::assert_snapshot!(place.shown(&[]));
    std::fs::write(
        place.path("suite.elf"),
        menu_app(&[(b'\n', Typed::Says("pick your combo:\r\n\r\nEnter test for running.\r\n"))]),
    )
    .unwrap();
    insta::assert_snapshot!(place.shown(&[]));
}
