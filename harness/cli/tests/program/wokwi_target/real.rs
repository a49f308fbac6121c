//! The real `wokwi-cli`: against `hil wokwi serve`, and against servers that are out of order.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hil_testing::tool::WOKWI_CLI;

use crate::support::{Broker, workspace};
use crate::wokwi_serve::server::Server;
use crate::wokwi_target::cli::{hil, ran};

fn run(program: &Path, server: &str, folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = hil(folder);
    command.env("WOKWI_CLI", program).env("WOKWI_CLI_SERVER", server).env("WOKWI_CLI_TOKEN", "x");
    command
        .args(["run", "--target", "wokwi", "--firmware"])
        .arg(workspace().join("firmware/prebuilt/light-openeth.elf"));
    ran(command.args(arguments))
}

#[test]
fn scenarios_with_mqtt_light_and_wokwis_steps_pass_on_our_server() {
    let Some(program) = WOKWI_CLI.find() else { return };
    let broker = Broker::start();
    let port = broker.port();
    let server = Server::start(&["--allow", &format!("10.0.2.2:{port}")]);
    let folder = tempfile::tempdir().unwrap();
    let scenarios = workspace().join("scenarios");
    let paths =
        ["wokwi/boot.yaml", "blink/timing.yaml", "request/answer.yaml", "config/led-order.yaml", "config/prefix.yaml"];
    let paths: Vec<String> = paths.iter().map(|path| scenarios.join(path).display().to_string()).collect();
    let mut arguments = vec!["--broker", broker.url.as_str(), "--jobs", "2", "--retries", "1", "-k", "!30000"];
    arguments.extend(paths.iter().map(String::as_str));
    let (code, said) = run(&program, &server.url(), folder.path(), &arguments);
    assert_eq!(code, 0, "{said}");
    let report = std::fs::read_to_string(folder.path().join("target/hil/report.jsonl")).unwrap();
    for text in ["Wokwi, mode A", "Wokwi, mode B", "of simulated time, judged after the run", "hil-end-"] {
        assert!(report.contains(text), "{text}: {report}");
    }
}

#[test]
fn a_light_that_is_wrong_fails_at_its_step_on_our_server() {
    let Some(program) = WOKWI_CLI.find() else { return };
    let broker = Broker::start();
    let port = broker.port();
    let server = Server::start(&["--allow", &format!("10.0.2.2:{port}")]);
    let folder = tempfile::tempdir().unwrap();
    let scenario = "
name: Wrong colour
version: 1
steps:
  - expect-retained: { topic: stat/led/online, payload: online, within: 10s }
  - publish: { topic: cmnd/led/hsb, payload: \"120,255,255\" }
  - expect-led: { part-id: led1, color: \"#0000fe\", within: 300ms }
";
    std::fs::write(folder.path().join("scenario.yaml"), scenario).unwrap();
    let (code, said) = run(&program, &server.url(), folder.path(), &["--broker", &broker.url, "scenario.yaml"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("led1 did not become #0000fe within 300ms") && said.contains("scenario.yaml:7:"), "{said}");
}

/// A server that takes connections and does this with each; where it is, and how many there were.
fn serve(answer: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            counter.fetch_add(1, Ordering::SeqCst);
            if answer.is_empty() {
                open.push(stream);
                continue;
            }
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, count)
}

const BOOT: &str = "name: Boots\nversion: 1\nsteps: [{ wait-serial: boot }]\n";

#[test]
fn the_real_one_crashes_on_503_and_is_started_again() {
    let Some(program) = WOKWI_CLI.find() else { return };
    let (server, count) = serve("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), BOOT).unwrap();
    let (code, said) = run(&program, &server, folder.path(), &["scenario.yaml"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("(try 4)") && said.contains("503"), "{said}");
    assert!(count.load(Ordering::SeqCst) >= 4, "{said}");
}

#[test]
fn the_real_one_waits_for_ever_for_a_silent_server_and_is_ended() {
    let Some(program) = WOKWI_CLI.find() else { return };
    let (server, _) = serve("");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), BOOT).unwrap();
    let (code, said) = run(&program, &server, folder.path(), &["--wokwi-start-limit", "3", "scenario.yaml"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("did not start the simulation within 3s"), "{said}");
}

#[test]
fn a_token_that_the_server_rejects_is_told_as_that() {
    let Some(program) = WOKWI_CLI.find() else { return };
    let (server, _) = serve("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), BOOT).unwrap();
    let (code, said) = run(&program, &server, folder.path(), &["scenario.yaml"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("Wokwi rejects the token in WOKWI_CLI_TOKEN"), "{said}");
}
