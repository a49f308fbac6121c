//! Ports of other machines: a server that does what the test wants.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use hil_bench::serial::{Options, PortError, PortSpec, Sequence, SerialPort};

use crate::serial::fake::{LIMIT, until};

/// One client of an RFC 2217 server.
struct Server {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Server {
    /// Waits for a client and agrees on RFC 2217.
    fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        let mut server = Self { stream, received: Vec::new() };
        server.send(&[255, 253, 44, 255, 251, 0, 255, 253, 0]);
        server
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Confirms every setting, until the client has sent this.
    fn serve_until(&mut self, text: &[u8], confirms_lines: bool) {
        let (mut answered, end) = (0, Instant::now() + LIMIT);
        while !self.received.windows(text.len()).any(|it| it == text) {
            assert!(Instant::now() < end, "no {text:02x?} in {:02x?}", self.received);
            let mut buffer = [0; 256];
            if let Ok(count) = self.stream.read(&mut buffer) {
                self.received.extend(&buffer[..count]);
            }
            while let Some(at) = find(&self.received[answered..], &[255, 250, 44]) {
                let start = answered + at;
                let Some(end) = find(&self.received[start..], &[255, 240]) else { break };
                let mut sub = self.received[start..start + end + 2].to_vec();
                answered = start + end + 2;
                if sub[3] != 5 || confirms_lines {
                    sub[3] += 100;
                    self.send(&sub);
                }
            }
        }
    }

    /// Settings of DTR and RTS that have come, in order.
    fn lines(&self) -> Vec<u8> {
        let subs = self.received.windows(5).filter(|it| it[..4] == [255, 250, 44, 5]);
        subs.map(|it| it[4]).filter(|value| *value >= 8).collect()
    }
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|it| it == text)
}

fn listener() -> (TcpListener, PortSpec) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let spec = format!("rfc2217://{}", listener.local_addr().unwrap()).parse().unwrap();
    (listener, spec)
}

fn open(spec: PortSpec) -> std::thread::JoinHandle<Result<SerialPort, PortError>> {
    std::thread::spawn(move || {
        SerialPort::open(&spec, Options { recovery: Duration::from_secs(5), ..Options::default() })
    })
}

const DTR_OFF: u8 = 9;
const RTS_ON: u8 = 11;
const RTS_OFF: u8 = 12;

#[test]
fn a_board_behind_a_server_is_read_written_and_reset() {
    let (listener, spec) = listener();
    let client = open(spec);
    let mut server = Server::accept(&listener);
    server.serve_until(&[255, 250, 44, 5, DTR_OFF, 255, 240], true);
    let port = client.join().unwrap().unwrap();
    assert!(port.has_control_lines());
    assert_eq!(server.lines(), [RTS_OFF, DTR_OFF], "released in the order that does not reset");

    server.send(b"a\xff\xffb\n");
    assert_eq!(until(&port, "a"), ["a\u{fffd}b\n"]);
    let pending = port.write(&[1, 255, 2]);
    server.serve_until(&[1, 255, 255, 2], true);
    pending.wait().unwrap();

    server.received.clear();
    let pending = port.reset(Sequence::Run);
    std::thread::scope(|scope| {
        scope.spawn(|| server.serve_until(&[255, 250, 44, 5, RTS_ON, 255, 240], true));
    });
    let asserted = server.lines();
    server.received.clear();
    server.serve_until(&[255, 250, 44, 5, DTR_OFF, 255, 240], true);
    pending.wait().unwrap();
    assert_eq!(asserted.last(), Some(&RTS_ON));
    assert_eq!(server.lines(), [RTS_OFF, DTR_OFF]);
}

#[test]
fn a_server_that_restarts_is_found_again() {
    let (listener, spec) = listener();
    let client = open(spec);
    let mut server = Server::accept(&listener);
    server.serve_until(&[255, 250, 44, 5, DTR_OFF, 255, 240], true);
    let port = client.join().unwrap().unwrap();
    server.send(b"before\n");
    assert_eq!(until(&port, "before"), ["before\n"]);
    drop(server);
    let mut server = Server::accept(&listener);
    server.serve_until(&[255, 250, 44, 5, DTR_OFF, 255, 240], true);
    server.send(b"after\n");
    assert_eq!(until(&port, "after"), ["gone", "back", "after\n"]);
}

#[test]
fn a_server_without_lines_serves_but_cannot_reset() {
    let (listener, spec) = listener();
    let client = open(spec);
    let mut server = Server::accept(&listener);
    server.serve_until(&[255, 250, 44, 5, DTR_OFF, 255, 240], false);
    let port = client.join().unwrap().unwrap();
    assert!(!port.has_control_lines());
    server.send(b"hello\n");
    assert_eq!(until(&port, "hello"), ["hello\n"]);
}

#[test]
fn what_does_not_speak_rfc_2217_is_refused() {
    let (listener, spec) = listener();
    let client = open(spec.clone());
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(&[255, 254, 44]).unwrap();
    assert!(matches!(client.join().unwrap(), Err(PortError::NotRfc2217 { .. })));
    drop((listener, stream));
    assert!(matches!(open(spec).join().unwrap(), Err(PortError::NotReached { .. })));
}
