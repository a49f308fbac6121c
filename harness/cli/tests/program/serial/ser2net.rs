//! Real ser2net between us and a board.

use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hil_testing::process::{LIMIT, Running, free_port};
use hil_testing::tool::SER2NET;

use crate::serial::board::Place;

#[test]
fn a_board_behind_ser2net_is_read_and_flashed() {
    let Some(program) = SER2NET.find() else { return };
    let place = Place::new();
    let mut served = place.serve(&["light.elf", "--pty", "c3"]);
    let port = free_port();
    let settings = format!(
        "connection: &c3\n    accepter: telnet(rfc2217),tcp,127.0.0.1,{port}\n    connector: serialdev,{},115200n81,local\n",
        place.path("c3").display()
    );
    std::fs::write(place.path("ser2net.yaml"), format!("%YAML 1.1\n---\n{settings}")).unwrap();
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).args(["-n", "-c"]).arg(place.path("ser2net.yaml")).arg("-P").arg(place.path("pid"));
    let _server = Running::start(command);
    let until = Instant::now() + LIMIT;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "it does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    // That connection may have opened the port, and closes it.
    std::thread::sleep(Duration::from_secs(1));
    let url = format!("rfc2217://127.0.0.1:{port}");
    let mut monitor = place.hil(&["monitor", "--port", &url, "--until", "ready", "--limit", "30"]).spawn().unwrap();
    served.wait_for("is opened by");
    let until = Instant::now() + LIMIT;
    let status = loop {
        // It may not listen yet.
        served.write("reset");
        std::thread::sleep(Duration::from_millis(500));
        if let Some(status) = monitor.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < until);
    };
    assert!(status.success(), "{status}");
    let output = place.hil(&["flash", "light.elf", "--port", &url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
