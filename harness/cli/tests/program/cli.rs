//! The program `hil`, as users and CI systems meet it: exit codes, reports, shards.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use hil_testing::process::{Running, free_port};
use tempfile::TempDir;

use crate::support::Broker;

/// A folder to run in, and the program with an environment that nothing outside can change.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        crate::light::project(place.0.path());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn hil(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.hil(args).output().unwrap()
    }
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/cli/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("ended by a signal: {output:?}"))
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn passing_scenarios_exit_0_and_leave_three_reports() {
    let place = Place::new();
    let output = place.run(&["run", &fixture("suite")]);
    assert_eq!(code(&output), 0, "{}", text(&output));
    let first = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
    assert_eq!(
        first,
        format!(
            "hil {version} : target native (hil.toml:1), firmware compiled into hil (light {version}), broker embedded, seed 0, 3 scenarios",
            version = env!("CARGO_PKG_VERSION")
        )
        .replace(" :", ":")
    );
    let junit = std::fs::read_to_string(place.path("target/hil/report.xml")).unwrap();
    assert!(junit.contains("tests=\"3\" ") && junit.contains("failures=\"0\""), "{junit}");
    let html = std::fs::read_to_string(place.path("target/hil/report.html")).unwrap();
    assert!(html.contains("The light turns green"));
    let lines = std::fs::read_to_string(place.path("target/hil/report.jsonl")).unwrap();
    assert!(lines.lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()));
    assert!(lines.lines().last().unwrap().contains("run-finished"));
}

#[test]
fn a_faulty_device_exits_1_and_the_failure_says_what_was_expected_and_what_came() {
    let place = Place::new();
    let output = place.run(&["run", &fixture("suite"), "--plant-fault", "3"]);
    assert_eq!(code(&output), 1, "{}", text(&output));
    let text = text(&output);
    for part in
        ["number.yaml:7", "error: saturation 256 is out of range 0..255", "hil/r/1 \"ok\"", "1 failed", "hil run"]
    {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

#[test]
fn an_invalid_file_and_wrong_usage_exit_2() {
    let place = Place::new();
    let output = place.run(&["run", &fixture("invalid.yaml")]);
    assert_eq!(code(&output), 2);
    assert!(text(&output).contains("unknown key `topik`"), "{}", text(&output));
    for wrong in [
        &["run", "--jobs", "0"][..],
        &["run", "--no-such-flag"],
        &["run", "no/such/path"],
        &["run", "--partition", "slice:4/3"],
        &["run", "--partition", "auto"],
        &["run", "--target", "mqtt"],
        &["run", "--broker", "http://x"],
        &["run", "--filter", ""],
        &["report", "merge", "none.jsonl"],
        &["check", "no/such/path"],
    ] {
        let output = place.run(wrong);
        assert_eq!(code(&output), 2, "{wrong:?}: {}", text(&output));
        assert!(!text(&output).trim().is_empty(), "{wrong:?} says nothing");
    }
}

#[test]
fn a_binary_is_named_only_for_a_target_that_runs_one_and_wrong_ones_come_with_a_remedy() {
    let place = Place::new();
    std::fs::write(place.path("empty.elf"), "").unwrap();
    let told = |args: &[&str]| {
        let output = place.run(&[args, &[fixture("suite").as_str()]].concat());
        assert_eq!(code(&output), 2, "{args:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let native = told(&["run", "--target", "native", "--firmware", "empty.elf"]);
    assert!(native.contains("--firmware needs --target sim"), "{native}");
    let as_it_is = told(&["run", "--plant-fault", "6", "--firmware", "empty.elf"]);
    assert!(as_it_is.contains("empty.elf has no fault to plant") && as_it_is.contains("--planted"), "{as_it_is}");
    let memory = told(&["run", "--plant-fault", "11"]);
    assert!(memory.contains("fault 11 is one of the chip's memory") && memory.contains("--target sim"), "{memory}");
    let not_ours = told(&["run", "--plant-fault", "6", "--target", "mqtt", "--broker", "mqtt://127.0.0.1:9"]);
    assert!(not_ours.contains("--plant-fault needs --target native or sim"), "{not_ours}");
    let empty = told(&["run", "--firmware", "empty.elf"]);
    assert!(
        empty.contains("the firmware file is empty") && empty.contains("help: build the firmware again"),
        "{empty}"
    );
}

#[test]
fn an_unreachable_broker_exits_3_at_once_and_names_it() {
    let place = Place::new();
    let port = free_port();
    let url = format!("mqtt://dev@127.0.0.1:{port}");
    let output =
        place.hil(&["run", &fixture("suite"), "--broker", &url]).env("HIL_BROKER_PASSWORD", "s3cret").output().unwrap();
    assert_eq!(code(&output), 3, "{}", text(&output));
    assert!(text(&output).contains(&format!("cannot connect to 127.0.0.1:{port}")), "{}", text(&output));
    assert!(!text(&output).contains("s3cret"));
}

#[test]
fn nothing_to_run_exits_4() {
    let place = Place::new();
    std::fs::create_dir(place.path("empty")).unwrap();
    let suite = fixture("suite");
    for nothing in [&["run", "empty"][..], &["run", &suite, "-k", "no such scenario"], &["check", "empty"]] {
        let output = place.run(nothing);
        assert_eq!(code(&output), 4, "{nothing:?}: {}", text(&output));
    }
}

#[test]
fn scenarios_that_the_target_cannot_run_are_skipped_with_the_reason_and_alone_exit_4() {
    let place = Place::new();
    let broker = Broker::start();
    let output = place.run(&["run", &fixture("suite/pass.yaml"), "--target", "mqtt", "--broker", &broker.url]);
    assert_eq!(code(&output), 4, "{}", text(&output));
    assert!(text(&output).contains("target mqtt has no `serial`"), "{}", text(&output));
}

#[test]
fn a_broker_that_dies_in_the_middle_exits_3() {
    let place = Place::new();
    let broker = Broker::start();
    let run = started(place.hil(&["run", &fixture("long.yaml"), "--speed", "realtime", "--broker", &broker.url]));
    std::thread::sleep(Duration::from_secs(2));
    drop(broker);
    let (code, text) = run.end();
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("the broker ended the harness's own connection"), "{text}");
}

#[test]
fn a_broker_that_wants_a_password_gets_it_from_device_and_observer_and_nobody_sees_it() {
    let place = Place::new();
    let password = ("HIL_BROKER_PASSWORD", "s3cret-word");
    let broker = Broker::with(|command| _ = command.args(["--user", "dev"]).env(password.0, password.1));
    let url = broker.url.replace("mqtt://", "mqtt://dev@");
    let run = |word: &str| {
        let mut run = place.hil(&["run", &fixture("suite"), "--broker", &url]);
        run.env(password.0, word).output().unwrap()
    };
    let right = run(password.1);
    assert_eq!(code(&right), 0, "{}", text(&right));
    for report in ["xml", "jsonl", "html"] {
        let report = std::fs::read_to_string(place.path(&format!("target/hil/report.{report}"))).unwrap();
        assert!(!report.contains(password.1));
    }
    assert_eq!(code(&run("wrong")), 3);
}

#[test]
fn a_run_removes_what_is_retained_under_its_own_topics_and_nothing_else() {
    let place = Place::new();
    let broker = Broker::start();
    let suite = fixture("suite/pass.yaml");
    assert_eq!(code(&place.run(&["run", &suite, "--broker", &broker.url])), 0);
    assert_eq!(retained(&broker.url), Vec::<String>::new());
    // Under a root that the user names, the topics may be those of a device that goes on living.
    let named = place.run(&["run", &suite, "--broker", &broker.url, "--topic-root", "lab/3", "--jobs", "1"]);
    assert_eq!(code(&named), 0, "{}", text(&named));
    let left = retained(&broker.url);
    assert!(left.contains(&"lab/3/stat/led/hsb".to_owned()), "{left:?}");
}

/// Topics with a retained message on a broker.
fn retained(url: &str) -> Vec<String> {
    use hil_targets::broker::{Client, ClientOptions, RetainHandling, Subscription, open};
    let topics = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let sink = std::rc::Rc::clone(&topics);
    let runtime = hil_targets::clock::runtime(hil_targets::clock::Pace::WallClock).unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let stream = open(&url.parse().unwrap()).await.unwrap();
        let options = ClientOptions::default();
        let client = Client::connect(stream, &options, move |m| sink.borrow_mut().push(m.topic)).await.unwrap();
        let all = Subscription {
            filter: "#".into(),
            qos: 1,
            retain_handling: RetainHandling::Send,
            retain_as_published: false,
            no_local: false,
        };
        client.subscribe(all).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        client.disconnect().await;
    });
    topics.take()
}

#[test]
fn ctrl_c_exits_130_and_still_writes_reports() {
    let place = Place::new();
    let run = started(place.hil(&["run", &fixture("long.yaml"), "--speed", "realtime"]));
    std::thread::sleep(Duration::from_secs(1));
    let began = Instant::now();
    run.signal("-INT");
    let (code, text) = run.end();
    assert_eq!(code, Some(130), "{text}");
    assert!(began.elapsed() < Duration::from_secs(20), "the scenario was to be stopped, not waited for");
    let lines = std::fs::read_to_string(place.path("target/hil/report.jsonl")).unwrap();
    assert!(lines.contains("\"interrupted\":true"), "{lines}");
    assert!(std::fs::read_to_string(place.path("target/hil/report.xml")).unwrap().contains("</testsuites>"));
}

#[test]
fn shards_joined_give_the_totals_of_one_run() {
    let place = Place::new();
    let suite = fixture("suite");
    let whole = place.run(&["run", &suite, "--json", "whole.jsonl"]);
    assert_eq!(code(&whole), 0);
    for kind in ["slice", "hash"] {
        let names: Vec<String> = (1..=3).map(|i| format!("{kind}-{i}.jsonl")).collect();
        for (i, name) in names.iter().enumerate() {
            let output = place.run(&["run", &suite, "--partition", &format!("{kind}:{}/3", i + 1), "--json", name]);
            // A share may be empty.
            assert!([0, 4].contains(&code(&output)), "{}", text(&output));
        }
        let present: Vec<&str> = names.iter().map(String::as_str).filter(|n| place.path(n).exists()).collect();
        let mut args = vec!["report", "merge"];
        args.extend(present.iter().rev());
        let merged = place.run(&args);
        if present.len() == 3 {
            assert_eq!(code(&merged), 0, "{}", text(&merged));
            assert!(text(&merged).contains("3 scenarios: 3 passed"), "{}", text(&merged));
            let missing = place.run(&["report", "merge", present[0], present[1]]);
            assert_eq!(code(&missing), 2, "a shard is missing: {}", text(&missing));
            let twice = place.run(&["report", "merge", present[0], present[0], present[1], present[2]]);
            assert_eq!(code(&twice), 2, "a shard is there twice: {}", text(&twice));
        }
    }
}

#[test]
fn an_empty_share_still_leaves_a_report_that_can_be_merged() {
    let place = Place::new();
    let suite = fixture("suite");
    let names: Vec<String> = (1..=5).map(|i| format!("{i}.jsonl")).collect();
    for (i, name) in names.iter().enumerate() {
        place.run(&["run", &suite, "--partition", &format!("slice:{}/5", i + 1), "--json", name]);
    }
    let mut args = vec!["report", "merge"];
    args.extend(names.iter().map(String::as_str));
    let merged = place.run(&args);
    assert_eq!(code(&merged), 0, "{}", text(&merged));
}

#[test]
fn auto_finds_its_share_in_the_ci_systems_variables() {
    let place = Place::new();
    let output = place
        .hil(&["run", &fixture("suite"), "--partition", "auto"])
        .envs([("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")])
        .output()
        .unwrap();
    assert_eq!(code(&output), 0, "{}", text(&output));
    assert!(text(&output).contains("slice:2/3 from GitLab"), "{}", text(&output));
    let alone = place
        .hil(&["run", &fixture("suite"), "--partition", "auto"])
        .envs([("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "1")])
        .output()
        .unwrap();
    assert_eq!(code(&alone), 2, "a total of one is the classic mistake: {}", text(&alone));
}

#[test]
fn fail_fast_ends_after_the_first_failure() {
    let place = Place::new();
    let output = place.run(&["run", &fixture("suite"), "--plant-fault", "3", "--fail-fast", "--jobs", "1"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output).contains("another scenario failed (--fail-fast)"), "{}", text(&output));
}

#[test]
fn list_and_dry_run_touch_nothing() {
    let place = Place::new();
    let list = place.run(&["run", &fixture("suite"), "--list", "-t", "quick"]);
    assert_eq!(code(&list), 0);
    let ids: Vec<String> =
        text(&list).lines().map(|l| l.split_whitespace().next().unwrap_or_default().to_owned()).collect();
    assert!(ids.iter().any(|i| i.ends_with("suite/pass[green]")) && ids.len() == 2, "{ids:?}");
    let dry = place.run(&["run", &fixture("suite"), "--dry-run"]);
    assert_eq!(code(&dry), 0);
    assert!(text(&dry).contains("step 1: publish cmnd/led/hue \"120\""), "{}", text(&dry));
    assert!(!place.path("target").exists());
}

#[test]
fn annotations_are_printed_in_github_actions() {
    let place = Place::new();
    let summary = place.path("summary.md");
    let output = place
        .hil(&["run", &fixture("suite"), "--plant-fault", "3"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .unwrap();
    assert_eq!(code(&output), 1);
    assert!(text(&output).contains("::error file="), "{}", text(&output));
    assert!(std::fs::read_to_string(summary).unwrap().contains("failed"));
}

#[test]
fn help_has_examples_and_completions_are_scripts() {
    let place = Place::new();
    for command in ["run", "check", "up", "init", "doctor", "schema"] {
        let output = place.run(&[command, "--help"]);
        assert_eq!(code(&output), 0, "{command}");
        assert!(text(&output).contains("Example"), "{command} has no examples");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(text(&place.run(&["completions", shell])).contains("hil"), "{shell}");
    }
    assert!(text(&place.run(&["completions", "--man"])).starts_with(".ie"), "a manual page is troff");
}

#[test]
fn the_schema_that_is_checked_in_is_the_one_that_is_printed() {
    let place = Place::new();
    let printed = place.run(&["schema"]);
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scenario.schema.json");
    let checked_in = std::fs::read_to_string(checked_in).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&printed.stdout),
        checked_in,
        "renew it: cargo hil schema > docs/scenario.schema.json"
    );
}

/// A run that has printed its first line: it hears Ctrl-C, and its scenarios begin.
fn started(command: Command) -> Running {
    let run = Running::start(command);
    run.wait_for("hil ");
    run
}
