//! How a connection begins, lives and ends, against a broker that follows a script, on a paused clock.

use crate::common::{
    Bench,
    broker::published,
    packet::{Packet, Publish, frame},
};
use firmware::{
    config::{Config, Secret},
    platform::NetworkError,
    rules::Contract,
    time::Duration,
};
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn connect_asks_for_what_the_contract_says() {
    let config = Config {
        user: Some("ann".into()),
        password: Some(Secret::from("secret word")),
        topic_prefix: "lab/3".into(),
        client_id: "bench-7".into(),
        ..Config::default()
    };
    let bench = Bench::new();
    bench
        .run_with(&config, Contract, async |bench: &Bench| {
            let (mut broker, connect) = bench.link.accept().await;
            // User name, password, will retained at QoS 1, and no clean start.
            assert_eq!(connect.flags, 0b1110_1100);
            assert_eq!(connect.keep_alive, 60);
            assert_eq!(connect.session_expiry, Some(300));
            assert_eq!(connect.maximum_packet_size, Some(256));
            assert_eq!(connect.client_id, "bench-7");
            assert_eq!(connect.will, ("lab/3/stat/led/online".into(), b"offline".to_vec()));
            assert_eq!(connect.user.as_deref(), Some("ann"));
            assert_eq!(connect.password.as_deref(), Some(&b"secret word"[..]));

            broker.connack(false).await;
            let seen = broker.settle().await;
            let filters = seen.iter().filter_map(|packet| match packet {
                // QoS 1, retained as they are; retained only for a new subscription; no "retain as published".
                Packet::Subscribe { filter, options, .. } => Some((filter.as_str(), *options)),
                _ => None,
            });
            let expected = ["power", "hue", "hsb", "mode"].map(|name| format!("lab/3/cmnd/led/{name}"));
            assert!(filters.eq(expected.iter().map(|filter| (filter.as_str(), 0x11))));
            assert!(published(&seen).iter().all(|(topic, _)| topic.starts_with("lab/3/stat/led/")));
            assert!(!format!("{config:?} {:?}", bench.console.lines()).contains("secret word"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn pings_come_on_time_and_a_missing_answer_ends_the_connection_within_90_s() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            for _ in 0..5 {
                let idle = tokio::time::Instant::now();
                assert_eq!(broker.receive().await, Packet::Pingreq);
                assert!(idle.elapsed() <= Duration::from_secs(60));
                broker.pingresp().await;
            }
            let last_sign_of_life = tokio::time::Instant::now();
            let said = broker.until_closed(Duration::from_secs(200)).await;
            assert_eq!(said, [Packet::Pingreq]);
            assert!(last_sign_of_life.elapsed() <= Duration::from_secs(90));
            bench.console.wait_for("W mqtt: PINGRESP missing, next try in").await;
            bench.link.accept_and_settle(true).await;
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_servers_keep_alive_is_honoured() {
    Bench::new()
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack_with(false, &[0x13, 0, 4]).await;
            broker.settle().await;
            let idle = tokio::time::Instant::now();
            assert_eq!(broker.receive().await, Packet::Pingreq);
            assert!(idle.elapsed() <= Duration::from_secs(4));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_oversize_packet_ends_the_connection_cleanly_and_one_of_256_bytes_does_not() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            let mut publish = Publish::new("cmnd/led/power", "");
            publish.payload = vec![b'o'; 256 - publish.encode().len() - 1];
            assert_eq!(publish.encode().len(), 256);
            broker.publish(&publish).await;
            assert_eq!(broker.settle().await, []);
            publish.payload.push(b'o');
            broker.publish(&publish).await;
            let said = broker.until_closed(SECOND).await;
            assert_eq!(said, [Packet::Disconnect { reason: 0x95 }]);
            bench.console.wait_for("W mqtt: malformed or oversize packet, next try in").await;
            bench.link.accept_and_settle(true).await;
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn malformed_packets_end_the_connection_and_never_the_device() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            for bytes in [
                &frame(0x30, b"\0\x7Fshort")[..],
                &frame(0x30, b"\0\x04a/#b\0")[..],
                &frame(0x30, b"\0\x01\xFF\0")[..],
                &frame(0x36, b"\0\x01a\0\x01\0")[..],
                &frame(0x32, b"\0\x01a\0\0\0")[..],
                &frame(0x30, b"\0\0\x03\x23\0\x09x")[..],
                &frame(0x30, b"\0\x01a\x06\x08\0\x03a/#x")[..],
                &frame(0x90, &[0, 1, 0])[..],
                &frame(0x20, &[0, 0, 0])[..],
                &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF][..],
                &frame(0x10, &[])[..],
                &frame(0xF0, &[0x18, 0])[..],
                &frame(0x62, &[0, 1])[..],
                &frame(0xE0, &[0x8E, 0])[..],
            ] {
                let mut broker = bench.link.accept_and_settle(true).await;
                broker.send(bytes).await;
                broker.settle_or_close().await;
            }
            let mut broker = bench.link.accept_and_settle(true).await;
            broker.publish(&Publish::new("cmnd/led/hue", "9")).await;
            assert_eq!(published(&broker.settle().await)[0], ("stat/led/hsb", "9,255,255"));
            assert!(bench.console.contains("W mqtt: disconnected by the broker with 0x8E"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_packet_in_single_bytes_is_parsed_whole_and_half_a_packet_is_given_up() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            for byte in Publish::new("cmnd/led/mode", "blink,255,19").encode() {
                broker.send(&[byte]).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            assert_eq!(published(&broker.settle().await)[2], ("stat/led/mode", "blink,250,10"));
            broker.send(&Publish::new("cmnd/led/mode", "blink,1,1").encode()[..9]).await;
            broker.until_closed(Duration::from_secs(30)).await;
            bench.console.wait_for("W mqtt: packet incomplete, next try in").await;
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn refused_or_unanswered_connections_are_retried_for_ever_with_growing_waits() {
    let bench = Bench::new();
    bench.link.connect_errors.borrow_mut().extend([NetworkError::Refused, NetworkError::Dns, NetworkError::Tls]);
    bench
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.send(&frame(0x20, &[0, 0x87, 0])).await;
            drop(broker);
            let (mut silent, _) = bench.link.accept().await;
            silent.until_closed(Duration::from_secs(30)).await;
            for _ in 0..12 {
                drop(bench.link.accept().await);
            }
            bench.link.accept_and_settle(false).await;
            let lines = bench.console.lines();
            assert!(!lines.iter().any(|line| line == "W wifi: down"), "the link has stayed up: {lines:#?}");
            let failures: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix("W mqtt: ")).collect();
            for (failure, reason) in failures.iter().zip([
                "connection refused",
                "host name not resolved",
                "TLS handshake failed",
                "refused with 0x87",
                "CONNACK missing",
            ]) {
                assert!(failure.starts_with(reason), "{failures:#?}");
            }
            let waits = waits(&lines);
            assert!(waits.iter().all(|wait| (500..=30_000).contains(wait)), "{waits:?}");
            assert!(waits[0] <= 1000 && waits[6..].iter().all(|wait| *wait >= 15_000), "{waits:?}");
        })
        .await;
}

/// Milliseconds until the next try, of each connection that ended.
fn waits(lines: &[String]) -> Vec<u64> {
    let failures = lines.iter().filter(|line| line.starts_with("W mqtt: "));
    failures.map(|line| line.rsplit_once(" in ").unwrap().1.strip_suffix(" ms").unwrap().parse().unwrap()).collect()
}

/// A broker that goes away is tried again soon, however often it happens; one that breaks the protocol less and less often.
#[tokio::test(start_paused = true)]
async fn waits_grow_after_connections_that_broke_the_protocol_and_not_after_those_that_were_good() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            for _ in 0..6 {
                drop(bench.link.accept_and_settle(true).await);
            }
            bench.link.accept_and_settle(true).await;
            let good = waits(&bench.console.lines());
            assert!(good.len() == 6 && good.iter().all(|wait| *wait <= 1000), "{good:?}");
        })
        .await;
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            for _ in 0..7 {
                let mut broker = bench.link.accept_and_settle(true).await;
                // CONNECT is not for a server to send.
                broker.send(&frame(0x10, &[])).await;
                broker.until_closed(SECOND).await;
            }
            bench.link.accept_and_settle(true).await;
            let broken = waits(&bench.console.lines());
            assert!(broken.len() >= 7 && broken[5..7].iter().all(|wait| *wait >= 15_000), "{broken:?}");
        })
        .await;
}

/// While the device waits for its next try, the link may go: then the link comes first.
#[tokio::test(start_paused = true)]
async fn a_link_that_goes_down_between_two_tries_is_brought_up_before_the_next() {
    let bench = Bench::new();
    bench.link.connect_errors.borrow_mut().push_back(NetworkError::Refused);
    bench
        .run(async |bench: &Bench| {
            bench.console.wait_for("W mqtt: connection refused, next try in").await;
            bench.link.set_up(false);
            bench.console.wait_for("W wifi: down").await;
            assert_eq!(bench.link.link_attempts.get(), 2);
            bench.link.set_up(true);
            bench.link.accept_and_settle(false).await;
            assert_eq!(bench.link.link_attempts.get(), 2);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_link_that_fails_or_goes_down_is_brought_up_again() {
    let bench = Bench::new();
    bench.link.link_errors.borrow_mut().extend([NetworkError::Link; 8]);
    bench
        .run(async |bench: &Bench| {
            let broker = bench.link.accept_and_settle(false).await;
            assert_eq!(bench.link.link_attempts.get(), 9);
            assert!(bench.console.contains("W wifi: no link, next try in"));
            bench.link.set_up(false);
            bench.console.wait_for("W wifi: down").await;
            drop(broker);
            tokio::time::sleep(Duration::from_secs(3600)).await;
            bench.link.set_up(true);
            bench.link.accept_and_settle(true).await;
            let ups = bench.console.lines().iter().filter(|line| *line == "I wifi: up").count();
            assert_eq!(ups, 2);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn every_packet_is_one_write_and_one_flush() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(false).await;
            let packets = 1 + broker.settle().await.len();
            assert_eq!([&bench.link.writes, &bench.link.flushes].map(|count| count.get() as usize), [packets; 2]);
        })
        .await;
}

/// Packets with a valid frame and anything inside, which reach every decoder, and bytes without even that.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let body = || proptest::collection::vec(any::<u8>(), 0..60);
    let publish = (0..16u8, "(cmnd/led/(power|hue|mode)|[a-z/+#]{0,8})", body()).prop_map(|(flags, topic, rest)| {
        frame(0x30 | flags, &[&[0, topic.len() as u8], topic.as_bytes(), &rest].concat())
    });
    let properties = (0..16u8, body()).prop_map(|(flags, properties)| {
        let length = properties.len() as u8;
        frame(0x30 | flags & 1, &[b"\0\x0ecmnd/led/power".as_slice(), &[length], &properties, b"off"].concat())
    });
    let framed = (any::<u8>(), body()).prop_map(|(first, body)| frame(first, &body));
    prop_oneof![publish, properties, framed, body()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_of_a_broker_stop_the_device(before_connack in any::<bool>(), bytes in any_bytes()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(Bench::new().run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            if !before_connack {
                broker.connack(true).await;
                broker.settle().await;
            }
            broker.send(&bytes).await;
            broker.settle_or_close().await;
            bench.link.accept_and_settle(false).await;
        }));
    }
}
