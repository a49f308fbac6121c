//! Plugs that are pulled while a scenario runs: a board of `hil sim serve`, and the real program.

use std::time::{Duration, Instant};

use hil_testing::process::{Running, free_port};

use crate::serial::board::Place;
use crate::support::Broker;

/// The board says "ready" once after each reset.
const TWICE: &str = "
name: Twice
version: 1
steps:
  - expect-serial: { text: ready, within: 30s }
  - expect-serial: { text: ready, within: 30s }
";

fn run(place: &Place, broker: &Broker, port: &str, arguments: &[&str]) -> Running {
    std::fs::write(place.path("twice.yaml"), TWICE).unwrap();
    let fixed = ["run", "--target", "serial", "--broker", &broker.url, "--port", port, "twice.yaml"];
    let mut command = place.hil(&[&fixed, arguments].concat());
    command.env("CI", "1");
    Running::start(command)
}

/// What became of the port.
fn went_and_came_back(place: &Place) -> bool {
    let journal = std::fs::read_to_string(place.path("target/hil/report.jsonl")).unwrap();
    journal.contains("the serial port has gone") && journal.contains("the serial port is back")
}

#[test]
fn a_pseudo_terminal_that_comes_back_under_another_name_goes_on() {
    let (place, broker) = (Place::new(), Broker::start());
    let mut served = place.serve(&["light.elf", "--pty", "c3", "--no-rom-messages"]);
    let before = std::fs::read_link(place.path("c3")).unwrap();
    let child = run(&place, &broker, "c3", &[]);
    served.wait_for("is opened by");
    // The scenario begins a moment later.
    std::thread::sleep(Duration::from_secs(2));
    served.tell("reset");
    std::thread::sleep(Duration::from_millis(500));
    // Held, so that the number of the device is not given out again.
    let held = std::fs::File::open(&before).unwrap();
    served.tell("unplug");
    std::thread::sleep(Duration::from_millis(700));
    served.tell("plug");
    served.wait_for("is opened by");
    assert_ne!(std::fs::read_link(place.path("c3")).unwrap(), before);
    served.tell("reset");
    let (code, said) = child.end();
    drop(held);
    assert_eq!(code, Some(0), "{said}");
    assert!(went_and_came_back(&place), "{said}");
}

#[test]
fn a_server_that_is_killed_and_started_again_goes_on() {
    let (place, broker) = (Place::new(), Broker::start());
    let free = free_port().to_string();
    let arguments = ["light.elf", "--rfc2217", &free, "--no-rom-messages"];
    let mut served = place.serve(&arguments);
    let child = run(&place, &broker, &format!("rfc2217://127.0.0.1:{free}"), &[]);
    // The scenario begins with a reset.
    served.wait_for("reset: power-on");
    std::thread::sleep(Duration::from_secs(2));
    drop(served);
    let mut again = place.serve(&arguments);
    again.wait_for("is opened by");
    // The lines are set first.
    std::thread::sleep(Duration::from_millis(300));
    again.tell("reset");
    let (code, said) = child.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(went_and_came_back(&place), "{said}");
}

#[test]
fn what_stays_away_is_a_bench_error_within_its_limit() {
    let (place, broker) = (Place::new(), Broker::start());
    let mut served = place.serve(&["light.elf", "--pty", "c3", "--rfc2217", "0"]);
    for port in ["c3".to_owned(), format!("rfc2217://{}", served.address())] {
        let child = run(&place, &broker, &port, &["--recovery", "2"]);
        served.wait_for("is opened by");
        std::thread::sleep(Duration::from_secs(2));
        served.tell("unplug");
        let began = Instant::now();
        let (code, said) = child.end();
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("did not come back within 2s") && said.contains("check cable, hub and supply"), "{said}");
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
        served.tell("plug");
    }
}
