//! Servers whose protocols are read from a socket: gdb's, and Wokwi's.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hil_bench::debug_info::DebugInfo;
use hil_hostile::{Parser, drive};
use hil_testing::image::ElfFile;
use hil_tools::simulation::connections::Notice;
use hil_tools::simulation::gdb::Server;
use hil_tools::simulation::session::{Observer, Pace, Session};
use hil_tools::wokwi_server::limits::Limits;
use hil_tools::wokwi_server::protocol::{self, Envelope, params};
use hil_tools::wokwi_server::server;
use simulator::image::Firmware;
use simulator::machine::{Board, Config, Event, Exit, Machine};
use simulator::time::{Instant, Span};

struct Nobody;

impl Observer for Nobody {
    fn event(&mut self, _machine: &Machine, _event: &Event) {}

    fn exit(&mut self, _machine: &Machine, _exit: &Exit) {}

    fn notice(&mut self, _machine: &Machine, _notice: &Notice) {}

    fn is_satisfied(&self) -> bool {
        false
    }
}

/// A packet of gdb's, with its check sum.
fn packet(text: &str) -> String {
    let sum = text.bytes().fold(0u8, u8::wrapping_add);
    format!("+${text}#{sum:02x}")
}

#[test]
fn gdb() {
    let talk = [
        "qSupported:multiprocess+;swbreak+;hwbreak+;qXfer:features:read+",
        "?",
        "g",
        "m42000020,4",
        "M3fc80000,2:0011",
        "Z0,42000020,2",
        "s",
        "z0,42000020,2",
        "P20=20000042",
        "qXfer:features:read:target.xml:0,ffb",
        "qRcmd,7265736574",
        "vCont;s:1",
        "D",
    ];
    let seeds: Vec<Vec<u8>> = talk.iter().map(|text| packet(text).into_bytes()).collect();
    let seeds = [seeds.clone(), vec![seeds.concat()]].concat();
    let elf = ElfFile::usual().to_bytes();
    let flash = Firmware::parse(&elf).unwrap().flash;
    let words = &["$", "#00", "vCont", "X3fc80000,10:", "m0,ffffffff", "mffffffff,ffff", "qXfer", "}", "*~", "Z1,0,4"];
    drive(Parser { name: "gdb", seeds, words }, move |input| {
        let server = Server::new((Ipv4Addr::LOCALHOST, 0).into()).expect("a port is to be had");
        let address = server.address().expect("it listens");
        let input = input.to_vec();
        let mut machine = Machine::new(Board::default(), flash.clone(), Config::default());
        machine.power_on();
        let mut session = Session::new(machine, Rc::new(DebugInfo::default()), Nobody, Pace::Max);
        session.limit = Instant::ZERO + Span::from_ms(50);
        let interrupt = Arc::clone(&session.interrupt);
        let client = std::thread::spawn(move || {
            let Ok(mut stream) = TcpStream::connect(address) else { return };
            let _ = stream.set_read_timeout(Some(Duration::from_millis(2)));
            // gdb is let in by its first packet.
            let _ = stream.write_all(packet("qSupported:swbreak+").as_bytes());
            let _ = stream.write_all(&input);
            let mut answer = [0; 4096];
            while matches!(stream.read(&mut answer), Ok(n) if n > 0) {}
            interrupt.store(true, Ordering::Relaxed);
        });
        drop(server.serve(&mut session));
        client.join().expect("the client does not panic");
    });
}

#[test]
fn wokwi_requests() {
    let words =
        &["\"command\"", "\"params\"", "file:upload", "sim:start", "pin:read", "\"binary\"", "null", "1e308", "-1"];
    let seeds: Vec<Vec<u8>> = [
        r#"{"type":"command","command":"file:upload","params":{"name":"a.bin","binary":"AAEC"},"id":"1"}"#,
        r#"{"type":"command","command":"sim:start","params":{"firmware":[{"offset":0,"file":"a.bin"}],"elf":"b.elf","chips":[]},"id":2}"#,
        r#"{"type":"command","command":"sim:resume","params":{"pauseAfter":1000000},"id":"3"}"#,
        r#"{"type":"command","command":"serial-monitor:write","params":{"bytes":[104,105]},"id":"4"}"#,
        r#"{"type":"command","command":"pin:read","params":{"part":"esp","pin":"8"},"id":"5"}"#,
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    drive(Parser { name: "wokwi-requests", seeds, words }, |input| {
        let text = String::from_utf8_lossy(input);
        if let Ok(envelope) = serde_json::from_str::<Envelope>(&text) {
            drop(protocol::response("x", envelope.id.as_ref(), Ok(serde_json::Value::Null)));
        }
        drop(params::<protocol::FileUpload<'_>>(&text));
        drop(params::<protocol::SimStart>(&text));
        drop(params::<protocol::SimResume>(&text));
        drop(params::<protocol::SerialWrite>(&text));
        drop(params::<protocol::PausePointAdd>(&text));
        drop(params::<protocol::PinParams>(&text));
    });
}

/// A frame of a client, masked with zeros (RFC 6455, section 5.2).
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    [&[first, 0xFE], &length[..], &[0; 4], payload].concat()
}

/// Whether a thread of the server has panicked: it ends alone.
static HAS_PANICKED: AtomicBool = AtomicBool::new(false);

#[test]
fn wokwi_frames() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        HAS_PANICKED.store(true, Ordering::Relaxed);
        hook(info);
    }));
    let options = server::Options {
        address: (Ipv4Addr::LOCALHOST, 0).into(),
        token: None,
        allowed: Vec::new(),
        pace: Pace::Max,
        defaults: server::Defaults::default(),
        limits: Limits::default(),
    };
    let wokwi = server::Server::bind(options).unwrap();
    let (address, stop) = (wokwi.address().unwrap(), wokwi.stop());
    let running = std::thread::spawn(move || wokwi.run(Arc::new(|_| {})));
    let upload = br#"{"type":"command","command":"file:upload","params":{"name":"a.bin","binary":"AAEC"},"id":"1"}"#;
    let start = br#"{"type":"command","command":"sim:start","params":{"firmware":"a.bin"},"id":2}"#;
    let seeds = vec![
        frame(0x81, upload),
        [frame(0x81, upload), frame(0x81, start), frame(0x88, &[0x03, 0xE8])].concat(),
        [frame(0x01, &upload[..9]), frame(0x89, b"ping"), frame(0x80, &upload[9..])].concat(),
        frame(0x82, &[0, 1, 2, 0xFF]),
    ];
    drive(Parser { name: "wokwi-frames", seeds, words: &["\u{7f}", "\"command\"", "null"] }, move |input| {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_millis(500))).expect("it is open");
        let hello = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        // The server may end the connection at any byte.
        let _ = stream.write_all(hello.as_bytes()).and_then(|()| stream.write_all(input));
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = [0; 4096];
        while matches!(stream.read(&mut answer), Ok(n) if n > 0) {}
        assert!(!HAS_PANICKED.load(Ordering::Relaxed), "a thread of the server has panicked");
    });
    stop.stop();
    running.join().unwrap().unwrap();
}
