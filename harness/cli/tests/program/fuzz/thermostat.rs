//! A device that speaks JSON through a broker of others: its faults are found from a description of less than 20 lines, and
//! nothing is found without them.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use hil_model::observation::{Message, Payload};
use hil_targets::broker::{BrokerUrl, Client, ClientOptions, open};
use hil_testing::process::Running;
use hil_testing::tool::PAHO;

use crate::brokers::Mosquitto;
use crate::fuzz::support::{commands, found, hil, text};

const DESCRIPTION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/fuzz/thermostat.device.yaml");

/// The thermostat on a broker of its own; `None`, with the reason printed, if one of them is not installed.
struct Thermostat {
    broker: Mosquitto,
    device: Running,
}

impl Thermostat {
    fn start(fault: &str) -> Option<Self> {
        let python = PAHO.find()?;
        let broker = Mosquitto::start("")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/fuzz/thermostat.py");
        let mut command = Command::new(python);
        command.args([script, &broker.port.to_string(), fault]).stdin(Stdio::null());
        let device = Running::start(command);
        device.wait_for("ready");
        Some(Self { broker, device })
    }

    /// `hil fuzz` with findings in `found/`.
    fn fuzz(&self, folder: &Path, arguments: &[&str]) -> Output {
        let url = self.broker.url();
        let fixed = ["fuzz", "--target", "mqtt", "--broker", &url, "--device", DESCRIPTION, "--regressions", "found"];
        hil(folder, &[&fixed, arguments].concat()).output().unwrap()
    }

    /// Exit code of `hil run` of what was found, and what it printed.
    fn run(&self, folder: &Path) -> (Option<i32>, String) {
        let output =
            hil(folder, &["run", "--target", "mqtt", "--broker", &self.broker.url(), "found"]).output().unwrap();
        (output.status.code(), text(&output))
    }
}

/// The fault is found within so many cases, with at most 3 commands; its scenario fails on a device with the fault and passes on
/// one without. What was printed; `None` if it was not tested.
fn finds(fault: &str, cases: u32, title: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let faulty = Thermostat::start(fault)?;
    let output = faulty.fuzz(folder.path(), &["--execs", &cases.to_string(), "--max-findings", "1"]);
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    assert!(printed.contains(title), "{title} is missing in\n{printed}");
    let [path] = found(folder.path()).try_into().unwrap_or_else(|all| panic!("{all:?}\n{printed}"));
    let scenario = std::fs::read_to_string(&path).unwrap();
    assert!(commands(&path) <= 3, "{} commands in\n{scenario}", commands(&path));
    let again = format!("--broker {} --device {DESCRIPTION}", faulty.broker.url());
    assert!(scenario.contains(&again), "{again} is missing in\n{scenario}");
    let run = format!("hil run --target mqtt --broker {}", faulty.broker.url());
    assert!(printed.contains(&run), "{run} is missing in\n{printed}");
    drop(faulty);
    let (exit, run) = Thermostat::start(fault)?.run(folder.path());
    assert_eq!(exit, Some(1), "it does not fail with the fault:\n{scenario}\n{run}");
    let (exit, run) = Thermostat::start("")?.run(folder.path());
    assert_eq!(exit, Some(0), "it does not pass without the fault:\n{scenario}\n{run}");
    Some(printed)
}

#[test]
fn a_range_that_ends_too_late_is_found() {
    finds("clamp", 1, "a number out of range: no matching message on home/thermo/1/state");
}

#[test]
fn a_number_that_is_none_is_found() {
    finds("nan", 5, "a number that is none: a message on home/thermo/1/state where none should be");
}

#[test]
fn a_status_that_is_not_retained_is_found() {
    finds("retained", 1, "nothing is retained on home/thermo/1/state");
}

#[test]
fn an_answer_that_is_doubled_by_a_new_connection_is_found() {
    finds("doubled", 2, "a connection that ended: a message on home/thermo/1/state where none should be");
}

#[test]
fn a_device_that_dies_of_a_length_and_does_not_come_back_is_found() {
    // It has lost its connection, or does not answer any more: which of them is seen first is the broker's business.
    let title = "a payload as long as a buffer on home/thermo/1/set: the device ";
    let Some(printed) = finds("length", 1, title) else { return };
    assert!(printed.contains("It did not come to its start again for"), "{printed}");
}

#[test]
fn nothing_is_found_on_a_sound_one() {
    let folder = tempfile::tempdir().unwrap();
    let Some(sound) = Thermostat::start("") else { return };
    let output = sound.fuzz(folder.path(), &["--execs", "16", "--seed", "5", "--rate", "1000"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains(" 16 cases (tier 1: 8, tier 2: 8)"), "{}", text(&output));
    assert!(sound.device.lines().len() > 1, "its connection was never taken over");
}

#[test]
fn a_description_is_learnt_from_what_is_seen_and_nothing_is_found_by_it_on_a_sound_one() {
    let folder = tempfile::tempdir().unwrap();
    let Some(sound) = Thermostat::start("") else { return };
    let url = sound.broker.url();
    let arguments = ["fuzz", "--learn", "--broker", &url, "--topics", "home/thermo/1/#", "-o", "my.device.yaml"];
    let learning = Running::start(hil(folder.path(), &[&arguments[..], &["--time", "7s"]].concat()));
    learning.wait_for("listening to home/thermo/1/#");
    // Somebody uses it; one command is refused.
    let asked = [
        "{\"setpoint\":18}",
        "{\"setpoint\":21.5,\"mode\":\"heat\"}",
        "{\"setpoint\":\"x\"}",
        "{\"setpoint\":20,\"mode\":\"off\"}",
    ];
    told(&url, &asked);
    let (code, said) = learning.end();
    assert_eq!(code, Some(0), "{said}");
    let text = std::fs::read_to_string(folder.path().join("my.device.yaml")).unwrap();
    for expected in [
        r#""home/thermo/1/state", where: { "/mode": "{mode}", "/setpoint": "{setpoint}", "/uptime": { type: number } }"#,
        r#""home/thermo/1/telemetry", where: { "/at": { date-time: true }, "/t": { type: number } }, every: 2"#,
        r#""setpoint": { number: { min: 18, max: 21.5, step: 0.5 }, as: setpoint }"#,
        r#""mode": { enum: ["heat", "off"], as: mode, optional: true }"#,
        r#"online: { topic: "home/thermo/1/online", payload: "1""#,
        "guessed: true",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    let again = hil(folder.path(), &arguments).output().unwrap();
    assert_eq!(again.status.code(), Some(2), "{}", self::text(&again));
    let check = hil(folder.path(), &["check", "my.device.yaml"]).output().unwrap();
    assert_eq!(check.status.code(), Some(0), "{}", self::text(&check));
    let fuzz =
        ["fuzz", "--target", "mqtt", "--broker", &url, "--device", "my.device.yaml", "--execs", "8", "--rate", "1000"];
    let fuzzed = hil(folder.path(), &fuzz).output().unwrap();
    assert_eq!(fuzzed.status.code(), Some(0), "{}\n{text}", self::text(&fuzzed));
}

#[test]
fn nothing_is_learnt_where_nobody_says_anything() {
    let folder = tempfile::tempdir().unwrap();
    let Some(broker) = Mosquitto::start("") else { return };
    let arguments = ["fuzz", "--learn", "--broker", &broker.url(), "-o", "my.device.yaml", "--time", "200ms"];
    let output = hil(folder.path(), &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("nothing came; nothing was written"), "{}", text(&output));
    assert!(!folder.path().join("my.device.yaml").exists());
    let embedded = hil(folder.path(), &["fuzz", "--learn"]).output().unwrap();
    assert_eq!(embedded.status.code(), Some(2), "{}", text(&embedded));
    assert!(text(&embedded).contains("--learn listens to a device on a broker"), "{}", text(&embedded));
}

#[test]
fn a_connection_that_is_taken_over_has_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some(sound) = Thermostat::start("") else { return };
    let run = |step: &str| {
        let scenario = format!(
            "name: It comes back\nversion: 1\nsteps:\n  - {step}\n  - expect-message: {{ topic: home/thermo/1/online, payload: \"1\", \
             within: 5s }}\n"
        );
        std::fs::create_dir_all(folder.path().join("found")).unwrap();
        std::fs::write(folder.path().join("found/a.yaml"), scenario).unwrap();
        sound.run(folder.path())
    };
    let (exit, printed) = run("take-over: { client-id: thermo-1 }");
    assert_eq!(exit, Some(0), "{printed}");
    let (exit, printed) = run("take-over: { client-id: thermo-2, within: 300ms }");
    assert_eq!(exit, Some(1), "{printed}");
    assert!(printed.contains("nobody has taken back the connection of thermo-2 within 300ms"), "{printed}");
    assert!(printed.contains("is this the client identifier of the device?"), "{printed}");
}

#[test]
fn a_wrong_client_identifier_is_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    let Some(sound) = Thermostat::start("") else { return };
    let text = std::fs::read_to_string(DESCRIPTION).unwrap().replace("thermo-1", "thermo-2").replace("5s", "2s");
    std::fs::write(folder.path().join("wrong.device.yaml"), text).unwrap();
    let url = sound.broker.url();
    let arguments = ["fuzz", "--target", "mqtt", "--broker", &url, "--device", "wrong.device.yaml", "--tier", "2"];
    let output =
        hil(folder.path(), &[&arguments[..], &["--execs", "4", "--regressions", "found"]].concat()).output().unwrap();
    let printed = self::text(&output);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(printed.contains("and nobody ever has: is `client-id` that of the device?"), "{printed}");
    assert!(found(folder.path()).is_empty(), "{printed}");
}

/// Commands by another client, a second after each other.
fn told(url: &str, payloads: &[&str]) {
    let url: BrokerUrl = url.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let stream = open(&url).await.unwrap();
        let client = Client::connect(stream, &ClientOptions::default(), drop).await.unwrap();
        for payload in payloads {
            let topic = "home/thermo/1/set".to_owned();
            let message = Message { topic, payload: Payload::from(*payload), qos: 1, ..Message::default() };
            client.publish(&message).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
        }
        client.disconnect().await;
    });
}
