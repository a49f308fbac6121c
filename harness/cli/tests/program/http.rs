//! `http-request` through this computer's sockets, to servers that do as they like.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use hil_testing::process::{free_port, output, text};

use crate::support::{Broker, hil};

/// A server which answers each request by its path. Its port.
fn server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        // One that waits must not hold up the others.
        for stream in listener.incoming() {
            std::thread::spawn(|| serve(stream.unwrap()));
        }
    });
    port
}

fn serve(mut stream: TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    let request = String::from_utf8(request).unwrap();
    // A client that has given up no longer listens.
    let _ = answer(&mut stream, request.split(' ').nth(1).unwrap(), &request);
}

fn answer(stream: &mut TcpStream, path: &str, request: &str) -> std::io::Result<()> {
    let long = "x".repeat(64 << 10);
    match path {
        "/echo" => write!(stream, "HTTP/1.0 200 OK\r\n\r\n{request}"),
        "/missing" => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno page"),
        "/chunked" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"on\r\n")?;
            std::thread::sleep(Duration::from_millis(50));
            stream.write_all(b"7\r\n\":true}\r\n0\r\n\r\n")
        }
        "/redirect" => {
            stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://192.168.4.1/done\r\nContent-Length: 0\r\n\r\n")
        }
        "/early" => stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe begin"),
        "/nothing" => Ok(()),
        "/garbage" => stream.write_all(b"mqtt: connected\r\n\r\n"),
        "/huge" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            (0..17).try_for_each(|_| stream.write_all(long.as_bytes()))
        }
        "/endless-header" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX: ")?;
            (0..100).try_for_each(|_| stream.write_all(long.as_bytes()))
        }
        "/silent" => {
            std::thread::sleep(Duration::from_secs(20));
            Ok(())
        }
        "/stalls" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe begin")?;
            std::thread::sleep(Duration::from_secs(20));
            Ok(())
        }
        path => panic!("{path}"),
    }
}

/// Exit code and output of `hil run` on a scenario of one request.
fn run(folder: &Path, broker: &Broker, request: &str, options: &[&str]) -> (Option<i32>, String) {
    let scenario = format!("name: http\nversion: 1\nsteps:\n  - http-request: {{ {request} }}\n");
    std::fs::write(folder.join("http.yaml"), scenario).unwrap();
    let arguments = [&["run", "--target", "mqtt", "--broker", &broker.url], options, &["http.yaml"]].concat();
    let mut command = hil(folder, &arguments);
    command.env("KEY", "open-sesame");
    let run = output(command);
    (run.status.code(), text(&run))
}

#[test]
fn whatever_a_server_does_is_told() {
    let (folder, broker, port) = (tempfile::tempdir().unwrap(), Broker::start(), server());
    for (request, code, expected) in [
        ("/echo', response-matches: 'Host: 127.0.0.1:\\d+'", 0, "passed"),
        ("/missing', status: 404, response: no page", 0, "passed"),
        ("/chunked', response-json: { \"on\": true }", 0, "passed"),
        ("/redirect', status: [302, 303], response-headers: { location: { ends-with: /done } }", 0, "passed"),
        ("/missing'", 1, "the status is 404, not 200..299"),
        ("/missing'", 1, "404, \"no page\""),
        ("/redirect'", 1, "a redirect is not followed"),
        ("/chunked', response-json: { \"on\": false }", 1, "$.on: true, not false"),
        ("/early'", 1, "it was closed; so far 200, \"the begin\""),
        ("/nothing'", 1, "it was closed; no response"),
        ("/garbage'", 1, "is no HTTP/1"),
        ("/huge', within: 10s", 1, "answers with more than 1 MiB of content"),
        ("/endless-header', within: 10s", 1, "is no HTTP/1"),
        ("/silent', within: 200ms", 1, "no response from"),
        ("/stalls', within: 300ms", 1, "so far 200, \"the begin\""),
    ] {
        let request = format!("url: 'http://127.0.0.1:{port}{request}");
        let (status, said) = run(folder.path(), &broker, &request, &[]);
        assert_eq!(status, Some(code), "{request}: {said}");
        assert!(said.contains(expected), "{request}: {said}");
    }
    let request = format!("url: 'http://127.0.0.1:{}/'", free_port());
    let (status, said) = run(folder.path(), &broker, &request, &[]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("connection refused: nothing listens there"), "{said}");
}

#[test]
fn the_device_is_where_the_command_line_says() {
    let (folder, broker, port) = (tempfile::tempdir().unwrap(), Broker::start(), server());
    let request = format!("url: 'http://device:{port}/echo', response-matches: 'Host: 127.0.0.1'");
    let (status, said) = run(folder.path(), &broker, &request, &["--device-address", "127.0.0.1"]);
    assert_eq!(status, Some(0), "{said}");
    let (_, said) = run(folder.path(), &broker, &request, &[]);
    assert!(said.contains("target mqtt has no `device-address`, needed by step 1 (http-request)"), "{said}");
    let (status, said) = run(folder.path(), &broker, &request, &["--device-address", "127.0.0.1:80"]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("without a port"), "{said}");
    let (_, said) = run(folder.path(), &broker, "url: 'http://192.168.4.1/', network: Setup-Me", &[]);
    assert!(said.contains("target mqtt has no `soft-ap`"), "{said}");
}

#[test]
fn a_password_that_is_sent_is_in_no_report() {
    let (folder, broker, port) = (tempfile::tempdir().unwrap(), Broker::start(), server());
    let request = format!(
        "url: 'http://127.0.0.1:{port}/echo?key=${{env.KEY}}', headers: {{ X-Key: '${{env.KEY}}' }}, \
         form: {{ password: '${{env.KEY}}' }}, response: nothing"
    );
    let options = ["--json", "r.jsonl", "--junit", "r.xml", "--html", "r.html"];
    let (status, said) = run(folder.path(), &broker, &request, &options);
    assert_eq!(status, Some(1), "{said}");
    let written = ["r.jsonl", "r.xml", "r.html"].map(|name| std::fs::read_to_string(folder.path().join(name)).unwrap());
    for report in written.iter().chain([&said]) {
        assert!(!report.contains("open-sesame"), "{report}");
        assert!(report.contains("${env.KEY}"), "{report}");
    }
}
