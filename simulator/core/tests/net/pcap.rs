//! Captures.

use hil_sim_core::net::{NetworkConfig, pcap};
use hil_sim_core::time::{Instant, Span};
use smoltcp::wire::DnsQueryType;

use super::guest::Guest;
use super::host::Echo;

#[test]
fn a_capture_holds_a_header_and_each_frame_with_its_time() {
    let mut capture = pcap::Writer::new(Vec::new()).unwrap();
    capture.record(Instant::from_ns(3_000_000_007), &[0xAB; 5]).unwrap();
    let bytes = capture.into_inner();
    let header = [0x4D, 0x3C, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 0, 0, 0];
    let record = [3, 0, 0, 0, 7, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 0xAB, 0xAB, 0xAB, 0xAB, 0xAB];
    assert_eq!(bytes, [header.as_slice(), &record].concat());
}

/// tcpdump understands a capture; which frames are in it, other tests say.
#[test]
fn tcpdump_reads_a_capture() {
    let Some(tcpdump) = hil_testing::tool::TCPDUMP.find() else { return };
    let mut guest = Guest::new(NetworkConfig::default());
    guest.network.allow("broker.example");
    let broker = guest.resolve("broker.example", DnsQueryType::A).unwrap()[0];
    let socket = guest.connect((broker, 1883));
    guest.run(Span::from_ms(20), &mut Echo::default(), |guest| {
        let _ = guest.tcp(socket).send_slice(b"hello");
        false
    });
    let mut capture = pcap::Writer::new(Vec::new()).unwrap();
    for (at, _, frame) in guest.trace() {
        capture.record(at, &frame).unwrap();
    }
    let file = std::env::temp_dir().join(format!("simulator-net-pcap-{}", std::process::id()));
    std::fs::write(&file, capture.into_inner()).unwrap();
    let read = std::process::Command::new(tcpdump).arg("-nnvr").arg(&file).env("TZ", "UTC").output().unwrap();
    std::fs::remove_file(&file).unwrap();
    let text = String::from_utf8_lossy(&read.stdout);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert!(text.contains("A? broker.example."), "{text}");
    assert!(text.contains("A 198.18.0.1"), "{text}");
    assert!(text.contains("198.18.0.1.1883: Flags [P.]"), "{text}");
    assert!(!text.contains("bad") && !text.contains("incorrect"), "{text}");
}
