//! Who is let in, for how long, and how the server ends.

use serde_json::json;
use tokio_tungstenite::tungstenite::Error;

use crate::wokwi_serve::client::Client;
use crate::wokwi_serve::server::Server;

fn status(server: &Server, headers: &[(&'static str, &str)]) -> u16 {
    match Client::open(server.address(), headers) {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn with_a_token_only_who_shows_it_comes_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "correct-horse\n").unwrap();
    let by_file = Server::start(&["--token-file", file.to_str().unwrap()]);
    let by_variable = Server::with(&[], |command| _ = command.env("HIL_WOKWI_TOKEN", "correct-horse"));
    for server in [by_file, by_variable] {
        assert_eq!(status(&server, &[("authorization", "Bearer correct-horse")]), 101);
        assert_eq!(status(&server, &[("authorization", "Bearer correct-hors")]), 401);
        assert_eq!(status(&server, &[("authorization", "Bearer correct-house")]), 401);
        assert_eq!(status(&server, &[("authorization", "correct-horse")]), 401);
        assert_eq!(status(&server, &[]), 401);
        let line = server.wait_for("is not let in: its token is wrong");
        assert!(!line.contains("horse"), "{line}");
    }
}

#[test]
fn a_web_page_is_not_let_in() {
    let server = Server::start(&[]);
    assert_eq!(status(&server, &[("origin", "https://example.com")]), 403);
    assert_eq!(status(&server, &[("origin", "null")]), 403);
    assert_eq!(status(&server, &[]), 101);
}

#[test]
fn there_is_room_for_so_many_and_again_when_one_goes() {
    let server = Server::start(&["--max-clients", "2"]);
    let (first, _second) = (server.echo(), server.echo());
    let mut third = Client::open(server.address(), &[]).unwrap();
    let error = third.read();
    assert_eq!(error["type"], "error");
    assert!(error["message"].as_str().unwrap().contains("the server is full: 2 clients"), "{error}");
    assert!(third.try_read().is_err());
    drop(first);
    server.wait_for("client 1 is gone");
    // Its thread ends when it next looks for commands.
    let until = std::time::Instant::now() + crate::wokwi_serve::server::LIMIT;
    while Client::if_room(server.address()).is_none() {
        assert!(std::time::Instant::now() < until);
    }
}

#[test]
fn who_is_silent_too_long_is_sent_away() {
    let server = Server::start(&["--idle-limit", "300ms"]);
    let mut client = server.echo();
    let error = client.read();
    assert!(error["message"].as_str().unwrap().contains("nothing was said for 300ms"), "{error}");
    assert!(client.try_read().unwrap_err().starts_with("closed: 1008"));
    server.wait_for("client 1 is gone: nothing was said");
}

#[test]
fn a_connection_ends_after_its_time_whatever_happens_in_it() {
    let server = Server::start(&["--session-limit", "500ms", "--speed", "realtime"]);
    let mut client = server.echo();
    client.ok("sim:resume", &json!({}));
    let end = loop {
        if let Err(end) = client.try_read() {
            break end;
        }
    };
    assert!(end.starts_with("closed: 1008 the connection has lasted 500ms"), "{end}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_tells_the_clients_and_ends_the_server_at_once() {
    let mut server = Server::start(&[]);
    let (mut running, mut paused) = (server.echo(), server.echo());
    running.ok("sim:resume", &json!({}));
    let began = std::time::Instant::now();
    assert_eq!(server.interrupt().code(), Some(0));
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    for client in [&mut running, &mut paused] {
        let end = loop {
            if let Err(end) = client.try_read() {
                break end;
            }
        };
        assert!(end.starts_with("closed: 1001 the server was ended"), "{end}");
    }
}

#[test]
fn wrong_usage_exits_2_and_a_port_in_use_3() {
    let server = Server::start(&[]);
    let port = server.address().rsplit(':').next().unwrap();
    let missing = server.path("missing").display().to_string();
    for (arguments, code, expected) in [
        (&["--token-file", &*missing][..], 2, "missing"),
        (&["--token-file", "echo.elf"], 2, "error"),
        (&["--partitions", "diagram.json"], 2, "diagram.json"),
        (&["--idle-limit", "0s"], 2, "longer than nothing"),
        (&["--max-clients", "0"], 2, "from 1 to 256"),
        (&["--port", port], 3, "--port 0"),
    ] {
        let arguments = [&["wokwi", "serve"], arguments].concat();
        let output = crate::support::hil(&server.path(""), &arguments).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}
