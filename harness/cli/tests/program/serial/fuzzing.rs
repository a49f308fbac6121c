//! `hil fuzz --target serial`, on boards of `hil sim serve` that run the chip's binary.

use std::process::Stdio;

use crate::serial::board::{Place, Served};
use crate::support::Broker;

const LIGHT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/device.yaml");
const PLANTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-planted.elf");
const PARTITIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/partitions.csv");

/// A light on a desk, with its broker.
struct Bench {
    place: Place,
    broker: Broker,
    board: Served,
}

impl Bench {
    /// A light with this fault; 0 for none.
    fn with_fault(fault: &str) -> Self {
        let (place, broker) = (Place::new(), Broker::start());
        let port = broker.port();
        // What this machine is called on a virtual board's network.
        let address = format!("10.0.2.2:{port}");
        let uri = format!("mqtt://{address}");
        let mut arguments = vec!["provision", "--out", "nvs.bin", "--broker", &uri, "--led-log", "reported"];
        if fault != "0" {
            arguments.extend(["--plant-fault", fault]);
        }
        assert!(place.hil(&arguments).status().unwrap().success());
        let serve = [PLANTED, "--partitions", PARTITIONS, "--nvs", "nvs.bin", "--rfc2217", "0", "--allow", &address];
        let board = place.serve(&serve);
        Self { place, broker, board }
    }

    /// `hil` with the board; its exit code and what it says.
    fn hil(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let port = format!("rfc2217://{}", self.board.address());
        let mut command = self.place.hil(arguments);
        command.args(["--target", "serial", "--port", &port, "--broker", &self.broker.url, "--light", "reported"]);
        let output = command.stdout(Stdio::piped()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    fn fuzz(&self, arguments: &[&str]) -> (Option<i32>, String) {
        self.hil(&[&["fuzz", "--device", LIGHT, "--regressions", "found", "--tier", "1"], arguments].concat())
    }
}

#[test]
fn a_fault_of_a_board_is_found_and_its_scenario_fails_there() {
    let bench = Bench::with_fault("3");
    let (code, said) = bench.fuzz(&["--seed", "3", "--execs", "12", "--max-findings", "1"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("shrunk to 1 command"), "{said}");
    let (code, said) = bench.hil(&["run", "found"]);
    assert_eq!(code, Some(1), "{said}");
    crate::light::project(&bench.place.path(""));
    let right = bench.place.hil(&["run", "found", "--target", "native"]).status().unwrap();
    assert!(right.success(), "it does not pass without the fault");
}

#[test]
fn nothing_is_found_on_a_board_without_a_fault() {
    let bench = Bench::with_fault("0");
    let (code, said) = bench.fuzz(&["--execs", "4"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(" 4 cases ") && !said.contains("bench error"), "{said}");
}

#[test]
fn firmware_with_planted_faults_is_not_flashed() {
    let bench = Bench::with_fault("0");
    let port = format!("rfc2217://{}", bench.board.address());
    let output = bench.place.hil(&["flash", PLANTED, "--port", &port]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("not a product: this firmware has planted faults"), "{said}");
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/reject/hue.yaml");
    let (code, said) = bench.hil(&["run", scenario, "--firmware", PLANTED]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("not a product"), "{said}");
}
