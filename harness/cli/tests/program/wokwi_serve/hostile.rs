//! Clients that mean no good. The server stays, serves others, and takes no more memory than it may.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use hil_tools::simulation::session::Pace;
use hil_tools::wokwi_server::limits::Limits;
use hil_tools::wokwi_server::server::{Defaults, Options};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::wokwi_serve::client::Client;
use crate::wokwi_serve::server::Server;

/// That a server is alive: a whole simulation.
fn assert_alive(server: &Server) {
    let until = std::time::Instant::now() + crate::wokwi_serve::server::LIMIT;
    // Those before may not be gone yet.
    let client = loop {
        if let Some(client) = Client::if_room(server.address()) {
            break client;
        }
        assert!(std::time::Instant::now() < until, "there is no room");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(server.start_echo(client).run_until("ready").contains("ESP-ROM"));
}

/// Numbers that look like chance, and are the same in each run.
fn garbage(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(next).collect()
}

#[test]
fn garbage_instead_of_a_handshake_of_frames_and_of_messages() {
    let server = Server::start(&[]);
    for bytes in [garbage(100_000), b"GET / HTTP/1.1\r\n\r\n".to_vec(), vec![b'A'; 1 << 20], Vec::new()] {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    // Frames that are none.
    let mut client = server.client();
    let _ = client.socket.get_mut().write_all(&garbage(10_000));
    while client.try_read().is_ok() {}
    // Frames with nonsense in them are answered.
    let mut client = server.client();
    client.socket.send(Message::binary(garbage(1000))).unwrap();
    assert!(client.read()["message"].as_str().unwrap().contains("no command"));
    client.send_text(&format!(r#"{{ "type": "command", "x": {}"#, "[".repeat(100_000)));
    assert!(client.read()["message"].as_str().unwrap().contains("no command"));
    client.send_text(&format!(r#"{{ "type": "command", "command": "{}", "id": "1" }}"#, "x".repeat(1 << 20)));
    assert!(client.read().to_string().len() < 1000);
    client.ok("sim:status", &json!({}));
    assert_alive(&server);
}

#[test]
fn garbage_as_firmware_and_diagram() {
    let server = Server::start(&[]);
    let elf = std::fs::read(server.path("echo.elf")).unwrap();
    let mut client = server.echo();
    let noise = garbage(elf.len());
    for step in [1, 3, 7, 40] {
        let mut broken = elf.clone();
        for index in (4..broken.len()).step_by(step) {
            broken[index] ^= noise[index];
        }
        client.upload("broken.elf", &broken);
        let answer = client.call("sim:start", &json!({ "firmware": "broken.elf", "pause": true }));
        if answer["error"] == false {
            client.run_for(1_000_000);
        }
        let answer =
            client.call("sim:start", &json!({ "firmware": [{ "offset": 0, "file": "broken.elf" }], "pause": true }));
        assert_eq!(answer["error"], false);
        client.run_for(1_000_000);
    }
    for text in [&*String::from_utf8_lossy(&noise), &"[".repeat(200_000), "{}", "null"] {
        client.upload_text("diagram.json", text);
        assert_eq!(client.error("sim:start", &json!({ "firmware": "echo.elf" })).0, 400);
    }
    assert_alive(&server);
}

#[test]
fn a_message_that_is_too_long_ends_its_connection_only() {
    let server = Server::start(&[]);
    let mut bystander = server.echo();
    let mut client = server.client();
    let message = Message::text(format!(r#"{{ "type": "command", "params": "{}" }}"#, "x".repeat(50 << 20)));
    // The server does not read all of it.
    let _ = client.socket.send(message);
    server.wait_for("client 2 is gone: a message of");
    // A length that nobody could send.
    let mut client = server.client();
    let mut frame = vec![0x81, 0xFF];
    frame.extend((1_u64 << 62).to_be_bytes());
    client.socket.get_mut().write_all(&frame).unwrap();
    assert!(client.try_read().is_ok_and(|it| it["type"] == "error"));
    bystander.run_until("ready");
    #[cfg(target_os = "linux")]
    assert!(server.most_memory() < 400, "{} MB", server.most_memory());
}

#[test]
fn two_hundred_connections_at_once() {
    let server = Server::start(&[]);
    // Most say nothing, some shake hands and stay.
    let silent: Vec<_> = (0..100).filter_map(|_| TcpStream::connect(server.address()).ok()).collect();
    drop(silent);
    let mut clients: Vec<Client> = Vec::new();
    let mut refused = 0;
    for _ in 0..200 {
        match Client::if_room(server.address()) {
            Some(client) => clients.push(client),
            None => refused += 1,
        }
    }
    assert!(clients.len() <= 16 && refused >= 184, "{} clients, {refused} refused", clients.len());
    assert!(!clients.is_empty());
    let silent: Vec<_> = (0..200).filter_map(|_| TcpStream::connect(server.address()).ok()).collect();
    for client in &mut clients {
        client.upload_text("diagram.json", crate::wokwi_serve::echo::DIAGRAM);
        client.upload("echo.elf", &std::fs::read(server.path("echo.elf")).unwrap());
        client.ok("sim:start", &json!({ "firmware": "echo.elf" }));
    }
    #[cfg(target_os = "linux")]
    {
        let most = server.most_memory();
        eprintln!("{} machines and {} silent connections: {most} MB", clients.len(), silent.len());
        assert!(most < 600, "{most} MB");
    }
    drop((silent, clients));
    assert_alive(&server);
}

#[test]
fn a_client_that_never_reads_is_given_up() {
    let server = Server::start(&["--write-limit", "1s"]);
    let mut client = server.echo();
    client.upload("large", &garbage(8 << 20));
    // 11 MB each: more than all buffers between there and here.
    (0..100).for_each(|_| drop(client.send("file:download", &json!({ "name": "large" }))));
    server.wait_for("client 1 is gone: it has not read what it was sent for 1s");
    // The same with events, of which there is no end.
    let mut client = server.echo();
    client.ok("pin:listen", &json!({ "part": "esp", "pin": "TX" }));
    client.ok("sim:resume", &json!({}));
    let flood = json!({ "bytes": vec![b'U'; 1000] });
    let mut is_open = true;
    while is_open && !server.has("client 2 is gone") {
        let text =
            json!({ "type": "command", "command": "serial-monitor:write", "params": flood, "id": "1" }).to_string();
        client.socket.get_mut().set_write_timeout(Some(Duration::from_millis(200))).unwrap();
        is_open = client.socket.send(Message::text(text)).is_ok();
    }
    server.wait_for("client 2 is gone");
    #[cfg(target_os = "linux")]
    {
        let most = server.most_memory();
        eprintln!("a client that never reads: {most} MB");
        assert!(most < 300, "{most} MB");
    }
    assert_alive(&server);
}

#[test]
fn uploads_of_all_clients_are_bounded_together() {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let limits = Limits { all_bytes: 2500, ..Limits::default() };
    let (pace, defaults) = (Pace::Max, Defaults::default());
    let options = Options { address, token: None, allowed: Vec::new(), pace, defaults, limits };
    let server = hil_tools::wokwi_server::server::Server::bind(options).unwrap();
    let (address, stop) = (server.address().unwrap().to_string(), server.stop());
    let thread = std::thread::spawn(move || server.run(std::sync::Arc::new(|_| {})));
    let mut clients: Vec<_> = (0..3).map(|_| Client::connect(&address)).collect();
    let upload = json!({ "name": "a", "text": "x".repeat(1000) });
    let codes: Vec<_> =
        clients.iter_mut().map(|it| it.call("file:upload", &upload)["result"]["code"].clone()).collect();
    assert_eq!(codes, [json!(null), json!(null), json!(413)]);
    let mut last = clients.pop().unwrap();
    drop(clients);
    let until = std::time::Instant::now() + crate::wokwi_serve::server::LIMIT;
    while last.call("file:upload", &upload)["error"] == true {
        assert!(std::time::Instant::now() < until, "the room of those who are gone stays taken");
    }
    stop.stop();
    thread.join().unwrap().unwrap();
}
