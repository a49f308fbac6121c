//! What comes over wires: MQTT packets, the console, RFC 2217, the chip's ROM loader, Ethernet frames.

use std::cell::RefCell;

use hil_bench::rfc2217::telnet::Decoder;
use hil_bench::serial::{PortSpec, Rubbish};
use hil_hostile::{Parser, drive};
use hil_targets::broker::{Client, ClientOptions, RetainHandling, Subscription, WaitsIn};
use hil_targets::console::{ConsoleWatch, Deaths, Lines, plain};
use hil_targets::wire::{FrameSplitter, Packet};
use hil_tools::serve::rfc2217::Port;
use simulator::machine::{Board, Config, DevKit as _, Machine};
use simulator::mem::FlashImage;
use simulator::net;
use simulator::soc::SerialPort;
use simulator::time::{Instant, Span};

const CONNECT: &[u8] = b"\x10\x1b\0\x04MQTT\x05\x2c\0\x3c\x05\x11\0\0\0\x78\0\x01d\0\0\x01w\0\x01x";
const CONNACK: &[u8] = b"\x20\x06\0\0\x03\x24\x01\x25\x01";
const SUBACK: &[u8] = b"\x90\x04\0\x01\0\x02";
const PUBLISH: &[u8] = b"\x32\x11\0\x04stat\0\x01\x07\x26\0\x01a\0\x01bhi";

fn packets() -> Vec<Vec<u8>> {
    let suback = SUBACK.to_vec();
    let all = [CONNACK, SUBACK, PUBLISH, b"\x40\x02\0\x01", b"\xd0\0", b"\xe0\x01\x8b"].concat();
    vec![CONNECT.to_vec(), CONNACK.to_vec(), suback, PUBLISH.to_vec(), all, b"\x82\x09\0\x01\0\0\x03a/#\x01".to_vec()]
}

#[test]
fn mqtt_packets() {
    drive(Parser { name: "mqtt", seeds: packets(), words: &["\u{0}\u{4}MQTT", "\u{7f}"] }, |input| {
        let mut splitter = FrameSplitter::default();
        for piece in input.chunks(97) {
            for frame in splitter.push(piece) {
                drop(Packet::read(&frame).summary("root/"));
            }
        }
        drop(Packet::read(input));
    });
}

/// A broker that says anything at all to the observer.
#[test]
fn mqtt_client() {
    use tokio::io::AsyncWriteExt as _;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    drive(Parser { name: "mqtt-client", seeds: packets(), words: &["\u{0}"] }, move |input| {
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async {
            let (near, mut far) = tokio::io::duplex(1 << 20);
            let options = ClientOptions { client_id: "o".to_owned(), ..ClientOptions::default() };
            // Every other input has to get past CONNACK first.
            if input.len() % 2 == 0 {
                far.write_all(CONNACK).await.expect("there is room");
            }
            far.write_all(input).await.expect("there is room");
            far.shutdown().await.expect("it is open");
            let client = Client::connect_waiting(Box::new(near), &options, WaitsIn::ScenarioTime, drop);
            let Ok(client) = client.await else { return };
            let (filter, retain_handling) = ("#".to_owned(), RetainHandling::Send);
            let subscription =
                Subscription { filter, qos: 2, retain_handling, retain_as_published: true, no_local: true };
            drop(client.subscribe(subscription).await);
            drop(client.closed().await);
        });
    });
}

#[test]
fn console() {
    let words = &["\r\n", "\n\r", "\x1b[31m", "Guru Meditation", "abort() was called", "rst:0x1", "\u{fffd}", "\t"];
    let seeds = vec![
        b"ESP-ROM:esp32c3-api1-20210207\r\nrst:0x1 (POWERON),boot:0xc\r\nI (30) boot: hi\r\n\x1b[0;31mE (9) x: y\x1b[0m\r\n".to_vec(),
        b"Guru Meditation Error: Core  0 panic'ed (Load access fault).\r\nMEPC    : 0x42001234  RA      : 0x0\r\n".to_vec(),
    ];
    drive(Parser { name: "console", seeds, words }, |input| {
        let (mut lines, mut rubbish) = (Lines::default(), Rubbish::default());
        let mut watch = ConsoleWatch::new(Deaths::default());
        for piece in input.chunks(61) {
            std::hint::black_box(rubbish.push(piece));
            for line in lines.push(piece) {
                drop(watch.line(&line));
            }
        }
        drop(plain(lines.unfinished()));
    });
}

const COM_PORT: &[u8] =
    b"\xff\xfb\x2c\xff\xfa\x2c\x01\0\x01\xc2\0\xff\xf0ab\xff\xffc\xff\xfa\x2c\x05\x08\xff\xf0\xff\xfd\x00";

#[test]
fn rfc2217() {
    let seeds = vec![
        COM_PORT.to_vec(),
        b"\xff\xfa\x2c\x05\x0b\xff\xf0\xff\xfa\x2c\x05\x09\xff\xf0\xff\xfd\x03\xff\xfb\0".to_vec(),
    ];
    drive(Parser { name: "rfc2217", seeds, words: &["\u{c}"] }, |input| {
        let (mut decoder, mut data) = (Decoder::default(), Vec::new());
        input.iter().for_each(|byte| drop(decoder.push(*byte, &mut data)));
        assert!(data.len() <= input.len());
        let mut port = Port::new(115_200);
        for piece in input.chunks(13) {
            drop(port.receive(piece));
            port.send(piece);
        }
        drop(port.take_output());
    });
}

#[test]
fn port_names() {
    let words = &["rfc2217://", "tcp://", "/dev/", "?", ":", "[::1]", "%"];
    let seeds =
        vec![b"/dev/ttyUSB0".to_vec(), b"rfc2217://127.0.0.1:4000".to_vec(), b"rfc2217://[::1]:1?ign=1".to_vec()];
    drive(Parser { name: "port", seeds, words }, |input| drop(String::from_utf8_lossy(input).parse::<PortSpec>()));
}

/// A request of a flashing tool, in SLIP.
fn request(operation: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_le_bytes();
    let sum = data.iter().skip(16).fold(0xEF, |sum, byte| sum ^ byte);
    let body = [&[0, operation][..], &length, &[sum, 0, 0, 0], data].concat();
    let escaped = body.iter().flat_map(|byte| match byte {
        0xC0 => vec![0xDB, 0xDC],
        0xDB => vec![0xDB, 0xDD],
        byte => vec![*byte],
    });
    [vec![0xC0], escaped.collect(), vec![0xC0]].concat()
}

/// The chip's ROM loader, as flashing tools talk to it.
#[test]
fn rom_loader() {
    let words = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let sync = [&[7, 7, 0x12, 0x20][..], &[0x55; 32]].concat();
    let block = [words(&[16, 0, 0, 0]), vec![0xA5; 16]].concat();
    let requests = [
        request(8, &sync),
        request(2, &words(&[4096, 1, 1024, 0x1_0000, 0])),
        request(3, &block),
        request(5, &words(&[16, 1, 0x1800, 0x4038_0000])),
        request(7, &block),
        request(9, &words(&[0x6000_2000, 1, 0xFFFF_FFFF, 0])),
        request(10, &words(&[0x6000_0000])),
        request(0x10, &words(&[4096, 1, 1024, 0, 0])),
        request(0x11, &block),
        request(0x13, &words(&[0, 4096, 0, 0])),
    ];
    let seeds = [requests.to_vec(), vec![requests.concat()]].concat();
    let mut machine = Machine::new(Board::default(), FlashImage::erased(1 << 20), Config::default());
    machine.hold_boot_button(true);
    machine.power_on();
    drop(machine.run(Instant::ZERO + Span::from_ms(10)));
    assert!(machine.is_downloading());
    let start = machine.snapshot();
    let machine = RefCell::new(machine);
    drive(Parser { name: "rom-loader", seeds, words: &["\u{0}"] }, move |input| {
        let mut machine = machine.borrow_mut();
        machine.restore(&start);
        let mut rest = input;
        for _ in 0..8 {
            let taken = machine.serial_input(SerialPort::Uart0, rest);
            rest = &rest[taken..];
            let until = machine.now() + Span::from_ms(20);
            drop(machine.run(until));
            drop(machine.take_events());
        }
    });
}

#[test]
fn ethernet() {
    let arp = b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06\0\x01\x08\0\x06\x04\0\x01\x02\0\0\0\0\x01\x0a\0\0\x02\0\0\0\0\0\0\x0a\0\0\x01";
    let mut discover = b"\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\0\x45\0\x01\x10\0\0\0\0\x40\x11\x79\xde\0\0\0\0\xff\xff\xff\xff\0\x44\0\x43\0\xfc\0\0\x01\x01\x06\0\0\0\0\x01".to_vec();
    discover.resize(14 + 20 + 8 + 236, 0);
    discover.extend(b"\x63\x82\x53\x63\x35\x01\x01\xff");
    drive(Parser { name: "ethernet", seeds: vec![arp.to_vec(), discover], words: &["\u{8}\u{0}"] }, |input| {
        let mut network = net::Network::new(net::Config::default());
        network.set_link(Instant::ZERO, true);
        for (i, frame) in input.chunks(1514).enumerate() {
            let now = Instant::ZERO + Span::from_ms(i as u64);
            network.from_device(now, frame);
            while network.poll(now).is_some() {}
            while network.take_event().is_some() {}
        }
    });
}
