//! What a session does with subscriptions, commands, statuses and responses, against a broker that follows a script.

use crate::common::{
    Bench,
    broker::published,
    packet::{Packet, Publish, frame},
};
use firmware::{
    backoff::Backoff,
    mqtt::{RECEIVE_MAXIMUM, SEND_MAXIMUM},
    state::{Power, State},
    time::Duration,
};

const DEFAULT_STATUSES: [(&str, &str); 4] = [
    ("stat/led/online", "online"),
    ("stat/led/hsb", "359,255,255"),
    ("stat/led/power", "on"),
    ("stat/led/mode", "hue_rainbow,normal"),
];

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn online_and_statuses_are_published_retained_on_every_connection() {
    Bench::new()
        .run(async |bench: &Bench| {
            for session_present in [false, true, false] {
                let (mut broker, _) = bench.link.accept().await;
                broker.connack(session_present).await;
                let seen = broker.settle().await;
                assert_eq!(published(&seen), DEFAULT_STATUSES);
                let sound = |packet: &Packet| match packet {
                    Packet::Publish(publish) => publish.retain && publish.qos == 1 && !publish.dup,
                    _ => true,
                };
                assert!(seen.iter().all(sound));
                let subscribed = seen.iter().filter(|packet| matches!(packet, Packet::Subscribe { .. })).count();
                assert_eq!(subscribed, if session_present { 0 } else { 4 });
                let line = format!("mqtt: connected, session present {}", u8::from(session_present));
                assert!(bench.console.lines().last().unwrap().ends_with(&line));
            }
        })
        .await;
}

/// The broker may remember a session whose subscriptions a power cut has prevented.
#[tokio::test(start_paused = true)]
async fn a_device_that_has_just_booted_subscribes_even_if_its_session_is_present() {
    Bench::new()
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(true).await;
            let seen = broker.settle().await;
            assert_eq!(seen.iter().filter(|packet| matches!(packet, Packet::Subscribe { .. })).count(), 4);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn subscriptions_that_were_not_answered_are_sent_again_on_the_next_connection() {
    Bench::new()
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(false).await;
            let Packet::Subscribe { packet, .. } = broker.receive().await else { panic!() };
            broker.suback(packet, 1).await;
            tokio::time::sleep(SECOND).await;
            drop(broker);
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(true).await;
            let seen = broker.settle().await;
            assert_eq!(seen.iter().filter(|packet| matches!(packet, Packet::Subscribe { .. })).count(), 3);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_subscription_is_logged_and_retried_on_the_same_connection() {
    Bench::new()
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(false).await;
            let mut refused_at = Vec::new();
            while let Some(packet) = broker.receive_within(Duration::from_secs(8)).await {
                match packet {
                    Packet::Subscribe { packet, filter, .. } => {
                        let refuse = filter == "cmnd/led/hsb" && refused_at.len() < 3;
                        if refuse {
                            refused_at.push(tokio::time::Instant::now());
                        }
                        broker.suback(packet, if refuse { 0x87 } else { 1 }).await;
                    }
                    Packet::Publish(publish) => broker.puback(publish.packet).await,
                    _ => {}
                }
            }
            assert_eq!(refused_at.len(), 3);
            let waits: Vec<_> = refused_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!((Backoff::MIN..=SECOND * 2).contains(&waits[0]) && waits[1] > waits[0], "{waits:?}");
            let line = "W mqtt: SUBACK 0x87 for cmnd/led/hsb, retrying";
            assert_eq!(bench.console.lines().iter().filter(|text| *text == line).count(), 3);
            // A refusal is an answer too: the device is ready as far as it can be.
            let lines = bench.console.lines();
            let connected = lines.iter().position(|text| text.starts_with("I mqtt: connected")).unwrap();
            let refusals: Vec<_> = (0..lines.len()).filter(|index| lines[*index] == line).collect();
            assert!(refusals[0] < connected && connected < refusals[1], "{lines:#?}");
            broker.publish(&Publish::new("cmnd/led/hsb", "1,2,3")).await;
            assert_eq!(published(&broker.settle().await)[0], ("stat/led/hsb", "1,2,3"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_device_is_connected_when_its_subscriptions_are_answered_and_gives_up_a_broker_that_answers_none() {
    Bench::new()
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(false).await;
            let began = tokio::time::Instant::now();
            broker.until_closed(SECOND * 50).await;
            assert!(began.elapsed() >= SECOND * 30, "{:?}", began.elapsed());
            bench.console.wait_for("W mqtt: SUBACK missing, next try in").await;
            assert!(!bench.console.contains("mqtt: connected"), "{:#?}", bench.console.lines());
            bench.link.accept_and_settle(false).await;
            assert!(bench.console.contains("mqtt: connected"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_command_is_acknowledged_and_its_statuses_published() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            assert_eq!(bench.flash.writes(), 0);
            broker.publish(&Publish::new("cmnd/led/power", "off").qos1(7)).await;
            let seen = broker.settle().await;
            assert_eq!(
                published(&seen),
                [("stat/led/hsb", "359,255,255"), ("stat/led/power", "off"), ("stat/led/mode", "hue_rainbow,normal")]
            );
            assert_eq!(seen[0], Packet::Puback { packet: 7, reason: 0 });
            assert!(bench.console.contains("I command: cmnd/led/power off"));
            assert_eq!(bench.stored().await.power, Power::Off);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_command_that_could_not_be_stored_is_still_applied_and_said_to_be_lost_on_reboot() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            bench.flash.cut_after(0, crate::common::flash::Torn::Nothing);
            broker.publish(&Publish::new("cmnd/led/power", "off").qos1(7)).await;
            assert_eq!(published(&broker.settle().await)[1], ("stat/led/power", "off"));
            assert!(bench.console.contains("E store: state not saved: flash error"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_rejected_command_changes_nothing_publishes_nothing_and_is_logged() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            broker.publish(&Publish::new("cmnd/led/hue", "361").qos1(3)).await;
            assert_eq!(broker.settle().await, [Packet::Puback { packet: 3, reason: 0 }]);
            let line = "W command: cmnd/led/hue rejected: hue 361 is out of range 0..360";
            assert_eq!(bench.console.lines().last().unwrap(), line);
            assert_eq!(bench.flash.writes(), 0);
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_retained_command_is_ignored_acknowledged_and_logged() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            let retained = Publish { retain: true, ..Publish::new("cmnd/led/power", "off").qos1(3) };
            broker.publish(&retained).await;
            assert_eq!(broker.settle().await, [Packet::Puback { packet: 3, reason: 0 }]);
            assert_eq!(bench.console.lines().last().unwrap(), "W command: cmnd/led/power ignored: retained");
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn requests_are_answered_with_their_correlation_data() {
    Bench::new()
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            let request = |payload| Publish {
                response_topic: Some("answers/1".into()),
                correlation_data: Some(vec![0, 255, 7]),
                ..Publish::new("cmnd/led/power", payload)
            };
            for (payload, answer) in
                [("on", "ok"), ("ON", r#"error: expected "on" or "off""#), ("", "error: empty payload")]
            {
                broker.publish(&request(payload)).await;
                let seen = broker.settle().await;
                let Some(Packet::Publish(response)) = seen.last() else { panic!("{seen:?}") };
                assert_eq!((response.topic.as_str(), response.text()), ("answers/1", answer));
                assert_eq!((response.qos, response.retain), (1, false));
                assert_eq!(response.correlation_data, Some(vec![0, 255, 7]));
            }
            // Without Correlation Data, there is none in the answer.
            broker.publish(&Publish { correlation_data: None, ..request("on") }).await;
            let seen = broker.settle().await;
            let Some(Packet::Publish(response)) = seen.last() else { panic!("{seen:?}") };
            assert_eq!(response.correlation_data, None);
            assert!(!bench.console.contains("response dropped"), "{:#?}", bench.console.lines());
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_publication_that_the_broker_refuses_is_told_and_not_sent_again() {
    Bench::new()
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            broker.publish(&Publish::new("cmnd/led/power", "off")).await;
            let Packet::Publish(hsb) = broker.receive().await else { panic!() };
            let [high, low] = hsb.packet.to_be_bytes();
            // PUBACK with 0x87, not authorized (MQTT 5.0, 3.4.2.1).
            broker.send(&frame(0x40, &[high, low, 0x87, 0])).await;
            broker.settle().await;
            bench.console.wait_for("W mqtt: PUBACK 0x87 for stat/led/hsb").await;
            drop(broker);
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(true).await;
            let resent = |packet: &Packet| matches!(packet, Packet::Publish(publish) if publish.dup);
            assert!(!broker.settle().await.iter().any(resent));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn an_unacknowledged_response_is_sent_again_under_its_identifier_if_the_session_is_present() {
    Bench::new()
        .run(async |bench: &Bench| {
            for session_present in [true, false] {
                let mut broker = bench.link.accept_and_settle(false).await;
                // What was acknowledged is forgotten: its identifier is used again.
                broker.publish(&Publish::new("cmnd/led/power", "on")).await;
                broker.settle().await;
                let request = Publish { response_topic: Some("answers".into()), ..Publish::new("cmnd/led/power", "?") };
                broker.publish(&request).await;
                let Packet::Publish(first) = broker.receive().await else { panic!() };
                drop(broker);
                let (mut broker, _) = bench.link.accept().await;
                broker.connack(session_present).await;
                let seen = broker.settle().await;
                let again = seen.iter().find_map(|packet| match packet {
                    Packet::Publish(publish) if publish.topic == "answers" => Some(publish.clone()),
                    _ => None,
                });
                if session_present {
                    assert_eq!(again, Some(Publish { dup: true, ..first }));
                } else {
                    assert!(again.is_some_and(|again| !again.dup && again.payload == first.payload));
                }
                drop(broker);
            }
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn all_that_is_unacknowledged_is_sent_again_in_order() {
    Bench::new()
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            let request = Publish { response_topic: Some("answers".into()), ..Publish::new("cmnd/led/power", "off") };
            broker.publish(&request).await;
            let mut first = Vec::new();
            while let Some(packet) = broker.receive_within(Duration::from_millis(100)).await {
                let Packet::Publish(publish) = packet else { panic!("{packet:?}") };
                first.push(Packet::Publish(Publish { dup: true, ..publish }));
            }
            assert_eq!(first.len(), 4, "three statuses and an answer");
            drop(broker);
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(true).await;
            assert_eq!(broker.settle().await[..4], first);
        })
        .await;
}

/// Whatever was unacknowledged when a connection broke must not use up the send quota for ever.
#[tokio::test(start_paused = true)]
async fn broken_connections_leak_no_packet_identifiers() {
    Bench::new()
        .run(async |bench: &Bench| {
            for round in 0..20u16 {
                let (mut broker, _) = bench.link.accept().await;
                broker.connack(round > 0).await;
                while let Some(packet) = broker.receive_within(Duration::from_millis(50)).await {
                    if let Packet::Subscribe { packet, .. } = packet {
                        broker.suback(packet, 1).await;
                    }
                }
                // Statuses and a command that nobody acknowledges.
                broker.publish(&Publish::new("cmnd/led/hue", "5").qos1(100 + round)).await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let mut broker = bench.link.accept_and_settle(true).await;
            broker.publish(&Publish::new("cmnd/led/hue", "77").qos1(1)).await;
            assert_eq!(published(&broker.settle().await)[0], ("stat/led/hsb", "77,255,255"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_a_thousand_commands_is_served_in_order_within_the_send_quota() {
    for (qos, receive_maximum) in [(1u8, 1u8), (1, 20), (0, 2)] {
        let bench = Bench::new();
        bench
            .run(async |bench: &Bench| {
                let (mut broker, _) = bench.link.accept().await;
                broker.connack_with(false, &[0x21, 0, receive_maximum]).await;
                broker.settle().await;
                let (mut next, mut unacknowledged, mut in_flight) = (0u16, 0u16, Vec::new());
                let mut hues = Vec::new();
                loop {
                    // The broker keeps to the device's Receive Maximum.
                    while next < 1000 && (qos == 0 || usize::from(unacknowledged) < RECEIVE_MAXIMUM) {
                        let publish = Publish::new("cmnd/led/hue", &(next % 361).to_string());
                        let publish = if qos == 1 { publish.qos1(next + 1) } else { publish };
                        broker.publish(&publish).await;
                        next += 1;
                        unacknowledged += 1;
                    }
                    match broker.receive_within(SECOND).await {
                        Some(Packet::Publish(publish)) => {
                            if publish.topic.ends_with("hsb") {
                                hues.push(publish.text().split(',').next().unwrap().parse::<u16>().unwrap());
                            }
                            in_flight.push(publish.packet);
                            assert!(in_flight.len() <= receive_maximum.into());
                        }
                        Some(Packet::Puback { .. }) => unacknowledged -= 1,
                        Some(other) => panic!("{other:?}"),
                        None => break,
                    }
                    if in_flight.len() == SEND_MAXIMUM.min(receive_maximum.into()) {
                        broker.puback(in_flight.remove(0)).await;
                    }
                    if next == 1000 {
                        for packet in in_flight.drain(..) {
                            broker.puback(packet).await;
                        }
                    }
                }
                assert!(hues.iter().copied().eq((0..1000).map(|index| index % 361)), "qos {qos}: {}", hues.len());
                if qos == 1 {
                    assert_eq!(unacknowledged, 0);
                }
            })
            .await;
    }
}

/// More than is ever kept waiting: statuses are merged, the last one is right, and nothing fails.
#[tokio::test(start_paused = true)]
async fn a_flood_beyond_the_outbox_merges_statuses_and_ends_with_the_last_state() {
    Bench::new()
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            for index in 0..3000u16 {
                broker.publish(&Publish::new("cmnd/led/hue", &(index % 300).to_string())).await;
            }
            let seen = broker.settle().await;
            let last = published(&seen).into_iter().rev().find(|(topic, _)| topic.ends_with("hsb"));
            assert_eq!(last, Some(("stat/led/hsb", "299,255,255")));
            assert!(!bench.console.contains("next try"));
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_reboot_restores_the_state_and_reports_it() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let mut broker = bench.link.accept_and_settle(false).await;
            broker.publish(&Publish::new("cmnd/led/hsb", "10,20,30")).await;
            broker.publish(&Publish::new("cmnd/led/mode", "blink,100,200")).await;
            broker.settle().await;
        })
        .await;
    assert_ne!(bench.stored().await, State::default());
    bench
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            broker.connack(true).await;
            let seen = broker.settle().await;
            assert_eq!(
                published(&seen)[1..],
                [("stat/led/hsb", "10,20,30"), ("stat/led/power", "on"), ("stat/led/mode", "blink,100,200"),]
            );
            assert!(bench.console.contains("I light: restored on; 10,20,30; blink,100,200"));
        })
        .await;
}

/// A broker with a smaller Maximum Packet Size than the device needs is no reason to fail.
#[tokio::test(start_paused = true)]
async fn what_the_broker_does_not_allow_is_logged_and_left_out() {
    let bench = Bench::new();
    bench
        .run(async |bench: &Bench| {
            let (mut broker, _) = bench.link.accept().await;
            // No SUBSCRIBE and no status fits into 16 bytes; retained messages are not available.
            broker.connack_with(false, &[0x27, 0, 0, 0, 16, 0x25, 0]).await;
            assert_eq!(broker.settle().await, []);
            assert!(bench.console.contains("W mqtt: cmnd/led/power not subscribed: packet not allowed by the broker"));
            assert!(bench.console.contains("W mqtt: stat/led/hsb not published: packet not allowed by the broker"));
            assert_eq!(broker.receive().await, Packet::Pingreq);
        })
        .await;
}
