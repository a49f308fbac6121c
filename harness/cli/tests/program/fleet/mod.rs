//! Runs on a bench of several boards: those of `hil sim serve`, with our own firmware.
#![cfg(unix)]

use crate::sim_serve::board;

use std::process::Stdio;

use board::{Place, Served};
use hil_testing::process::Running;
use serde_json::Value;

use crate::support::Broker;

/// Each case takes about a second.
const SCENARIO: &str = r#"
name: Power
version: 1
cases:
  - { power: "on", n: 1 }
  - { power: "off", n: 2 }
  - { power: "on", n: 3 }
  - { power: "off", n: 4 }
  - { power: "on", n: 5 }
  - { power: "off", n: 6 }
  - { power: "on", n: 7 }
  - { power: "off", n: 8 }
  - { power: "on", n: 9 }
  - { power: "off", n: 10 }
  - { power: "on", n: 11 }
  - { power: "off", n: 12 }
setup: [{ wait-serial: "mqtt: connected" }]
steps:
  - publish: { topic: cmnd/led/power, payload: "${power}", qos: 1 }
  - expect-retained: { topic: stat/led/power, payload: "${power}", within: 10s }
"#;
/// The firmware does not do this.
const IMPOSSIBLE: &str = "
name: Impossible
version: 1
setup: [{ wait-serial: \"mqtt: connected\" }]
steps: [{ expect-message: { topic: stat/led/none, within: 300ms } }]
";

/// A bench in a folder: a broker, and boards with our firmware in their flash from the first run on.
struct Bench {
    place: Place,
    broker: Broker,
    boards: Vec<Served>,
}

impl Bench {
    fn new(ids: &[&str]) -> Self {
        let place = Place::new();
        let broker = Broker::start();
        let port = broker.port();
        let elf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-openeth.elf");
        let boards: Vec<_> =
            ids.iter().map(|_| place.serve(&["--rfc2217", "0", "--allow", &format!("10.0.2.2:{port}")])).collect();
        let mut text = format!(
            "version: 1\nlimits: {{ lock: 60s, boot: 60s }}\ndefaults:\n  chip: esp32c3\n  firmware: {elf}\n  \
             device: {{ broker: \"mqtt://10.0.2.2:{port}\" }}\nboards:\n"
        );
        for (id, board) in ids.iter().zip(&boards) {
            text.push_str(&format!("  - {{ id: {id}, port: \"rfc2217://{}\", tags: [virtual] }}\n", board.address()));
        }
        std::fs::write(place.path("bench.yaml"), text).unwrap();
        std::fs::write(place.path("power.yaml"), SCENARIO).unwrap();
        std::fs::write(place.path("impossible.yaml"), IMPOSSIBLE).unwrap();
        Self { place, broker, boards }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.place.hil(arguments);
        command.env("CI", "1").env("HIL_LOCK_DIR", self.place.path("locks")).env_remove("GITHUB_ACTIONS");
        command.stdout(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Running {
        let fixed =
            ["run", "--target", "serial", "--bench", "bench.yaml", "--broker", &self.broker.url, "--json", "run.jsonl"];
        Running::start(self.command(&[&fixed, arguments].concat()))
    }

    /// What a board is told at its server's standard input.
    fn tell(&mut self, board: usize, line: &str) {
        self.boards[board].write(line);
    }

    /// The boards of the last run: id, state, phases of faults.
    fn boards(&self) -> Vec<(String, String, Vec<String>)> {
        let text = std::fs::read_to_string(self.place.path("run.jsonl")).unwrap();
        let end: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let faults =
            |board: &Value| board["faults"].as_array().map(|all| all.iter().map(|f| text(&f["phase"])).collect());
        let boards = end["boards"].as_array().unwrap();
        boards.iter().map(|b| (text(&b["id"]), text(&b["state"]), faults(b).unwrap_or_default())).collect()
    }

    fn nothing_is_locked(&self) -> bool {
        self.command(&["boards", "--check"]).status().unwrap().success()
    }
}

#[test]
fn a_run_goes_on_without_boards_that_fail() {
    let mut bench = Bench::new(&["light-1", "light-2", "dead", "loose"]);
    bench.tell(2, "power off");
    let run = bench.run(&["--all", "--min-boards", "2", "power.yaml"]);
    run.wait_for("on loose");
    bench.tell(3, "unplug");
    let (code, said) = run.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("12 scenarios: 12 passed"), "{said}");
    let states: Vec<_> = bench.boards().into_iter().map(|(id, state, _)| format!("{id} {state}")).collect();
    assert_eq!(states[..3], ["light-1 fit", "light-2 fit", "dead quarantined"], "{said}");
    // Whether it is tried again depends on whether there is still something to do.
    assert!(["loose failed", "loose quarantined"].contains(&states[3].as_str()), "{said}");
    let phases: Vec<_> = bench.boards().into_iter().map(|(_, _, phases)| phases.join(" ")).collect();
    assert_eq!(phases[2], "flash flash", "{said}");
    assert!(phases[3].starts_with("run"), "{said}");
    assert!(bench.nothing_is_locked());
}

#[test]
fn what_a_board_was_told_reaches_no_report() {
    let bench = Bench::new(&["light-1"]);
    let file = bench.place.path("bench.yaml");
    let told = "device: { mqtt-user: lab, mqtt-password-env: LAB_PASSWORD, broker:";
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("device: { broker:", told)).unwrap();
    // The firmware prints the payload of a mode that there is not.
    let scenario = "name: Told\nversion: 1\nsetup: [{ wait-serial: \"mqtt: connected\" }]\n\
        steps: [{ publish: { topic: cmnd/led/mode, payload: \"it is correct horse\", qos: 1 } }, { wait-serial: \"it is\" },\n\
        { expect-message: { topic: stat/led/none, within: 300ms } }]\n";
    std::fs::write(bench.place.path("told.yaml"), scenario).unwrap();
    let mut command =
        bench.command(&["run", "--target", "serial", "--bench", "bench.yaml", "--broker", &bench.broker.url]);
    command.args(["--json", "run.jsonl", "--all", "told.yaml"]).env("LAB_PASSWORD", "correct horse");
    let (code, said) = Running::start(command).end();
    assert_eq!(code, Some(1), "{said}");
    let journal = std::fs::read_to_string(bench.place.path("run.jsonl")).unwrap();
    assert!(journal.contains("it is (secret)") && !journal.contains("correct horse"), "{journal}");
    assert!(said.contains("it is (secret)") && !said.contains("correct horse"), "{said}");
}

#[test]
fn the_benchs_faults_and_the_firmwares_are_told_apart() {
    let mut bench = Bench::new(&["light-1", "dead"]);
    bench.tell(1, "power off");
    let (code, said) = bench.run(&["--all", "impossible.yaml", "power.yaml", "-k", "impossible", "-k", "n=1,"]).end();
    assert_eq!(code, Some(1), "the firmware's matters more: {said}");
    let (code, said) = bench.run(&["--all", "--min-boards", "2", "power.yaml"]).end();
    assert_eq!(code, Some(3), "all passed, on too few boards: {said}");
    assert!(said.contains("12 passed") && said.contains("1 board fewer than --min-boards"), "{said}");
    let (code, said) = bench.run(&["--board", "dead", "power.yaml"]).end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("12 scenarios: 12 bench errors"), "{said}");
    assert!(said.contains("no board that can run it is left: dead (phase flash:"), "{said}");
    let (code, said) = bench.run(&["--all", "--min-boards", "3", "power.yaml"]).end();
    assert_eq!(code, Some(2), "{said}");
    assert!(bench.nothing_is_locked());
}

#[test]
fn two_runs_never_share_a_board() {
    let bench = Bench::new(&["light-1"]);
    let runs = [bench.run(&["power.yaml"]), bench.run(&["power.yaml"])];
    for run in runs {
        let (code, said) = run.end();
        // The board's server takes one client at a time: a second one would have found the port busy.
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("12 passed") && !said.contains("BOARD"), "{said}");
    }
    assert!(bench.nothing_is_locked());
}

#[test]
fn a_run_that_is_killed_leaves_no_board_locked() {
    let bench = Bench::new(&["light-1"]);
    let mut run = bench.run(&["power.yaml"]);
    run.wait_for("PASS");
    assert!(!bench.nothing_is_locked());
    run.kill();
    assert!(bench.nothing_is_locked());
    // Interrupted, it gives the board back itself, and writes its reports.
    let run = bench.run(&["power.yaml"]);
    run.wait_for("PASS");
    run.signal("-TERM");
    let (code, said) = run.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(bench.nothing_is_locked());
    assert_eq!(bench.boards().len(), 1, "{said}");
}
