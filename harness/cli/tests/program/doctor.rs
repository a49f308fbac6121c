//! `hil doctor`, from outside, on machines that are made up: a PATH with programs of the test's own.
#![cfg(unix)]

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use hil_targets::broker::{BrokerServer, ServerOptions};

fn doctor(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command.arg("doctor").args(args).current_dir(folder).env_clear();
    command.env("PATH", folder.join("bin")).envs(env.iter().copied()).output().unwrap()
}

fn text(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{out}{err}exit {}", output.status.code().unwrap())
}

/// A program that prints a line.
fn program(folder: &Path, name: &str, script: &str) {
    let path = folder.join("bin").join(name);
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Some port that nobody listens on.
fn free_port() -> String {
    hil_testing::process::free_port().to_string()
}

fn pinned(shown: &str, check: impl FnOnce(&str)) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d{2,}", "127.0.0.1:PORT");
    settings.add_filter(r"\(os error \d+\)", "(os error)");
    // Which ports there are is the machine's own; see the tests of doctor/boards.rs.
    settings.add_filter(r"(ok     |missing|problem)  boards      .*", "STATE    boards      PORTS");
    settings.add_filter(r"(`hil run --target serial`\n) +help: .*\n", "$1");
    settings.bind(|| check(shown));
}

#[test]
fn on_a_bare_machine_everything_missing_has_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let output = doctor(folder.path(), &["--port", &free_port()], &[]);
    pinned(&text(&output), |shown| {
        insta::assert_snapshot!(shown, @"
        hil 0.1.0

          missing  project     there is no hil.toml here or above
                               what `hil run` runs, without being told
                               help: hil init   # writes one from what lies here
          missing  firmware    none is named
                               what the simulator runs; a device on a broker or a board has its own
                               help: hil run --firmware FILE, or name it in the project file: hil init
        ! missing  scenarios   there is no folder scenarios/ here
                               `hil run` without a path runs them
                               help: hil init   # writes a first one; or go to the folder of your project
          ok       drawing     no diagram.json here: one light `led1` on GPIO8 is assumed
                               which lights hang on which GPIO of the native target
          ok       reports     target/hil/ can be written
                               the reports of `hil run`: JUnit, JSON lines, HTML
          ok       port        127.0.0.1:PORT is free
                               `hil up` and `hil broker run` listen there (`hil run` needs no port)
          STATE    boards      PORTS
                               `hil flash`, `hil provision`, `hil monitor`, `hil run --target serial`
          missing  rom         no mask ROM of the ESP32-C3
                               `--target sim` with firmware of ESP-IDF, Arduino or MicroPython, and with Wi-Fi; esp-hal's works without
                               help: hil rom   # says how to get it
          missing  rust        neither rustc nor cargo is on the PATH
                               building hil itself, or a target of your own; not for `hil run`
                               help: https://rustup.rs, then: rustup default stable
          missing  mosquitto   not on the PATH: mosquitto_pub, mosquitto_sub
                               handy beside `hil up` and `hil broker run`: mosquitto_pub and mosquitto_sub
                               help: apt install mosquitto-clients   # or any other MQTT client
          missing  wokwi       there is no wokwi-cli on the PATH
                               `hil run --target wokwi`: simulations on Wokwi, or on `hil wokwi serve`
                               help: curl -L https://wokwi.com/ci/install.sh | sh, or name it in WOKWI_CLI
          missing  esp32-c3    no Rust compiler here can build for the ESP32-C3 (riscv32imc-unknown-none-elf)
                               `hil firmware build`: the firmware for the ESP32-C3; `hil run` does not need it
                               help: https://rustup.rs, then: rustup target add riscv32imc-unknown-none-elf   # or, on Debian: apt update && apt install rustc-web cargo-web rust-web-src lld
          ok       colours     no colour: standard output is no terminal
                               the terminal report and `hil up`
          ok       ci          no CI system; --partition auto would find no share here, slice:M/N says it
                               `hil run --partition auto`: one share of the scenarios a machine

        `hil run` needs what is marked with ! above
        exit 3
        ")
    });
}

#[test]
fn on_a_full_machine_all_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let sysroot = folder.path().join("sysroot");
    std::fs::create_dir_all(sysroot.join("lib/rustlib/riscv32imc-unknown-none-elf/lib")).unwrap();
    let rustc = format!("[ \"$1\" = --print ] && echo {} || echo rustc 1.95.0", sysroot.display());
    program(folder.path(), "rustc", &rustc);
    program(folder.path(), "cargo", "echo cargo 1.95.0");
    program(folder.path(), "mosquitto_pub", "");
    program(folder.path(), "mosquitto_sub", "");
    let init = Command::new(env!("CARGO_BIN_EXE_hil")).arg("init").current_dir(folder.path()).output().unwrap();
    assert!(init.status.success());
    let env = [("CI", "true"), ("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3"), ("NO_COLOR", "1")];
    let output = doctor(folder.path(), &["--port", &free_port()], &env);
    pinned(&text(&output), |shown| {
        insta::assert_snapshot!(shown, @"
        hil 0.1.0

          ok       project     hil.toml
                               what `hil run` runs, without being told
          missing  firmware    none is named
                               what the simulator runs; a device on a broker or a board has its own
                               help: hil run --firmware FILE, or name it in the project file: hil init
          ok       scenarios   scenarios/: 1 scenario in 1 file
                               `hil run` without a path runs them
          ok       drawing     no diagram.json here: one light `led1` on GPIO8 is assumed
                               which lights hang on which GPIO of the native target
          ok       reports     target/hil/ can be written
                               the reports of `hil run`: JUnit, JSON lines, HTML
          ok       port        127.0.0.1:PORT is free
                               `hil up` and `hil broker run` listen there (`hil run` needs no port)
          STATE    boards      PORTS
                               `hil flash`, `hil provision`, `hil monitor`, `hil run --target serial`
          missing  rom         no mask ROM of the ESP32-C3
                               `--target sim` with firmware of ESP-IDF, Arduino or MicroPython, and with Wi-Fi; esp-hal's works without
                               help: hil rom   # says how to get it
          ok       rust        rustc 1.95.0; cargo 1.95.0
                               building hil itself, or a target of your own; not for `hil run`
          ok       mosquitto   mosquitto_pub and mosquitto_sub are installed
                               handy beside `hil up` and `hil broker run`: mosquitto_pub and mosquitto_sub
          missing  wokwi       there is no wokwi-cli on the PATH
                               `hil run --target wokwi`: simulations on Wokwi, or on `hil wokwi serve`
                               help: curl -L https://wokwi.com/ci/install.sh | sh, or name it in WOKWI_CLI
          ok       esp32-c3    rustc 1.95.0 with the target riscv32imc-unknown-none-elf
                               `hil firmware build`: the firmware for the ESP32-C3; `hil run` does not need it
          ok       colours     no colour: standard output is no terminal, NO_COLOR=1
                               the terminal report and `hil up`
          ok       ci          CI (CI=true); --partition auto takes slice:2/3 from GitLab or Knapsack (CI_NODE_INDEX=2, CI_NODE_TOTAL=3)
                               `hil run --partition auto`: one share of the scenarios a machine

        all that `hil run` needs is there
        exit 0
        ")
    });
}

#[test]
fn debians_packages_are_as_good() {
    let folder = tempfile::tempdir().unwrap();
    let sysroot = folder.path().join("usr");
    std::fs::create_dir_all(sysroot.join("lib/rustlib/src/rust/library")).unwrap();
    let rustc = format!("[ \"$1\" = --print ] && echo {} || echo rustc 1.96.0", sysroot.display());
    program(folder.path(), "rustc", &rustc);
    program(folder.path(), "ld.lld", "");
    // A program that is there and does not work.
    program(folder.path(), "cargo", "exit 1");
    let shown = text(&doctor(folder.path(), &["--port", &free_port()], &[]));
    let line = shown.lines().find(|l| l.contains(" esp32-c3 ")).unwrap_or(&shown);
    assert!(line.contains("ok ") && line.contains("(rustc 1.96.0), building the standard library"), "{shown}");
    assert!(shown.contains("missing  rust        cargo is not on the PATH, or does not work"), "{shown}");
}

#[test]
fn a_wrong_project_is_a_problem_and_json_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::write(folder.path().join("scenarios/bad.yaml"), "name: x\n").unwrap();
    std::fs::write(folder.path().join("diagram.json"), "{").unwrap();
    // A file where the folder should be.
    std::fs::write(folder.path().join("target"), "").unwrap();
    let output = doctor(folder.path(), &["--json", "--port", &free_port()], &[]);
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ready"], false);
    let needed: Vec<String> =
        report["checks"].as_array().unwrap().iter().filter(|c| c["needed"] == true).map(|c| format!("{c:#}")).collect();
    pinned(&needed.join("\n"), |shown| {
        insta::assert_snapshot!(shown, @r#"
    {
      "detail": "scenarios/: 2 errors",
      "name": "scenarios",
      "needed": true,
      "needed_for": "`hil run` without a path runs them",
      "remedy": "hil check",
      "state": "problem"
    }
    {
      "detail": "diagram.json: malformed JSON: unterminated object",
      "name": "drawing",
      "needed": true,
      "needed_for": "which lights hang on which GPIO of the native target",
      "remedy": "correct it, or name another one with `hil run --diagram`",
      "state": "problem"
    }
    {
      "detail": "target/hil/ cannot be written: Not a directory (os error)",
      "name": "reports",
      "needed": true,
      "needed_for": "the reports of `hil run`: JUnit, JSON lines, HTML",
      "remedy": "make target/hil/ writable, or put the reports elsewhere with --junit, --json and --html",
      "state": "problem"
    }
    "#)
    });
}

#[test]
fn who_answers_on_the_port_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let port_line = |port: u16| {
        let shown = text(&doctor(folder.path(), &["--port", &port.to_string()], &[]));
        shown.lines().find(|l| l.contains(" port ")).unwrap_or(&shown).to_owned()
    };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_port = silent.local_addr().unwrap().port();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let other_port = other.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let mut open = Vec::new();
        for mut stream in other.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = stream.shutdown(std::net::Shutdown::Write);
            open.push(stream);
        }
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let broker = runtime.block_on(start(None));
    let lines = [port_line(silent_port), port_line(other_port), port_line(broker.address.port())];
    runtime.block_on(broker.stop());
    pinned(&lines.join("\n"), |shown| {
        insta::assert_snapshot!(shown, @r"
    problem  port        127.0.0.1:PORT is taken by a program that does not answer MQTT
    problem  port        127.0.0.1:PORT is taken by something else than an MQTT 5 broker: the connection to the broker ended: closed by the broker
    ok       port        a broker answers on 127.0.0.1:PORT (MQTT 5): try it with --broker mqtt://127.0.0.1:PORT; `hil up` takes another port
    ")
    });
}

async fn start(user: Option<(&str, &str)>) -> BrokerServer {
    let user = user.map(|(u, p)| (u.to_owned(), p.to_owned()));
    let options =
        ServerOptions { bind: [127, 0, 0, 1].into(), port: 0, websocket_port: None, tls: None, user, store: None };
    BrokerServer::start(&options).await.unwrap()
}

#[test]
fn a_broker_is_tried_with_its_user() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let broker = runtime.block_on(start(Some(("dev", "s3cret"))));
    let url = |user: &str| format!("mqtt://{user}{}", broker.address);
    let line = |url: &str, env: &[(&str, &str)]| {
        let shown = text(&doctor(folder.path(), &["--broker", url, "--port", &free_port()], env));
        assert!(!shown.contains("s3cret") && !shown.contains("wr0ng"), "{shown}");
        let lines: Vec<&str> = shown.lines().skip_while(|l| !l.contains("  broker      ")).take(3).collect();
        lines.join("\n")
    };
    let shown = [
        line(&url("dev@"), &[("HIL_BROKER_PASSWORD", "s3cret")]),
        line(&url("dev:wr0ng@"), &[]),
        line(&url(""), &[]),
        line("mqtt://127.0.0.1:1", &[]),
    ];
    runtime.block_on(broker.stop());
    pinned(&shown.join("\n"), |shown| {
        insta::assert_snapshot!(shown, @r#"
      ok       broker      mqtt://dev:***@127.0.0.1:PORT accepts MQTT 5 from user dev with a password
                           `hil run --broker` with this broker
      ok       port        127.0.0.1:PORT is free
    ! problem  broker      mqtt://dev:***@127.0.0.1:PORT: the broker does not let this user in: 0x86 BadUserNameOrPassword: "Authentication failed"
                           `hil run --broker` with this broker
                           help: set user in the URL (mqtt://USER@host) and HIL_BROKER_PASSWORD
    ! problem  broker      mqtt://127.0.0.1:PORT: the broker does not let this user in: 0x86 BadUserNameOrPassword: "Authentication failed"
                           `hil run --broker` with this broker
                           help: set user in the URL (mqtt://USER@host) and HIL_BROKER_PASSWORD
    ! problem  broker      cannot connect to 127.0.0.1:1: Connection refused (os error)
                           `hil run --broker` with this broker
                           help: start the broker, or check host and port (a firewall may be between)
    "#)
    });
}
