//! Frames that no sane device sends.

use hil_sim_core::net::{DropReason, Network, NetworkConfig, NetworkEvent};
use hil_sim_core::time::{Instant, Span};
use proptest::prelude::*;
use smoltcp::wire::{IpProtocol, Ipv4Packet, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber};

use super::frames::{datagram, segment};
use super::guest::{ELSEWHERE, GATEWAY};

const SYN: TcpRepr<'static> = TcpRepr {
    src_port: 50_000,
    dst_port: 1883,
    control: TcpControl::Syn,
    seq_number: TcpSeqNumber(1000),
    ack_number: None,
    window_len: 2048,
    window_scale: None,
    max_seg_size: Some(1460),
    sack_permitted: false,
    sack_ranges: [None; 3],
    timestamp: None,
    payload: &[],
};

/// Any other segment.
const REST: TcpRepr<'static> = TcpRepr { max_seg_size: None, ..SYN };

/// A connection: the network, its host's accepting, and the device's next acknowledgement.
fn established(now: Instant, syn: &TcpRepr<'_>) -> (Network, hil_sim_core::net::ConnectionId, i32) {
    let mut network = Network::new(NetworkConfig::default());
    network.from_device(now, &segment(syn));
    network.advance(now + Span::from_ms(1));
    let Some(NetworkEvent::Opened { id, .. }) = network.take_event() else { panic!("no connection") };
    network.accept(now, id);
    let answer = network.poll(now + Span::from_ms(2)).unwrap();
    let answer = TcpPacket::new_checked(&answer[34..]).unwrap();
    assert!(answer.syn() && answer.ack());
    let next = answer.seq_number().0.wrapping_add(1);
    let ack = TcpRepr {
        control: TcpControl::None,
        seq_number: TcpSeqNumber(1001),
        ack_number: Some(TcpSeqNumber(next)),
        ..REST
    };
    network.from_device(now, &segment(&ack));
    network.advance(now + Span::from_ms(3));
    assert_eq!(network.take_event(), Some(NetworkEvent::Writable(id)));
    (network, id, next)
}

fn settle(network: &mut Network, mut now: Instant) {
    for _ in 0..300 {
        while network.poll(now).is_some() {}
        match network.next_event() {
            Some(next) => {
                assert!(next >= now);
                now = next;
            }
            None => break,
        }
    }
}

fn any_control() -> impl Strategy<Value = TcpControl> {
    prop::sample::select(vec![TcpControl::None, TcpControl::Psh, TcpControl::Syn, TcpControl::Fin, TcpControl::Rst])
}

proptest! {
    #[test]
    fn any_bytes_are_survived(frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..1600), 1..20)) {
        let mut network = Network::new(NetworkConfig::default());
        for frame in &frames {
            network.from_device(Instant::ZERO, frame);
        }
        settle(&mut network, Instant::ZERO);
        let dropped: u64 = network.statistics().drops().map(|(_, n)| n).sum();
        prop_assert_eq!(dropped, frames.len() as u64);
    }

    #[test]
    fn any_datagram_is_survived(
        protocol in prop::sample::select(vec![1_u8, 6, 17, 89]),
        ports in prop::sample::select(vec![[0, 68, 0, 67], [1, 1, 0, 53], [8, 0, 0, 0], [1, 1, 7, 91]]),
        to in prop::sample::select(vec![GATEWAY, ELSEWHERE, std::net::Ipv4Addr::BROADCAST]),
        mut rest in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        // A UDP length that fits and no checksum; to TCP and ICMP these are other fields.
        let mut payload = ports.to_vec();
        payload.extend((rest.len() as u16 + 8).to_be_bytes());
        payload.extend([0, 0]);
        payload.append(&mut rest);
        let mut network = Network::new(NetworkConfig::default());
        network.allow("a");
        network.from_device(Instant::ZERO, &datagram(protocol.into(), to, &payload));
        settle(&mut network, Instant::ZERO);
    }

    #[test]
    fn any_bytes_in_a_dhcp_or_dns_message_are_survived(
        dhcp: bool,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        length in any::<prop::sample::Index>(),
    ) {
        let mut message = if dhcp {
            let mut message = vec![0; 240];
            message[..3].copy_from_slice(&[1, 1, 6]);
            message[236..].copy_from_slice(&[0x63, 0x82, 0x53, 0x63]);
            message.extend([53, 1, 1, 50, 4, 10, 0, 2, 15, 61, 7, 1, 2, 3, 4, 5, 6, 7, 255]);
            message
        } else {
            b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x06broker\x07example\0\0\x01\0\x01".to_vec()
        };
        for (at, value) in changes {
            let at = at.index(message.len());
            message[at] = value;
        }
        message.truncate(message.len() - length.index(20));
        let mut payload = if dhcp { vec![0, 68, 0, 67] } else { vec![1, 1, 0, 53] };
        payload.extend((message.len() as u16 + 8).to_be_bytes());
        payload.extend([0, 0]);
        payload.append(&mut message);
        let mut network = Network::new(NetworkConfig::default());
        network.allow("broker.example");
        network.from_device(Instant::ZERO, &datagram(IpProtocol::Udp, GATEWAY, &payload));
        settle(&mut network, Instant::ZERO);
    }

    #[test]
    fn any_segments_on_a_connection_are_survived(
        max_seg_size in prop::sample::select(vec![None, Some(1), Some(536), Some(u16::MAX)]),
        window_scale in prop::option::of(0..20_u8),
        segments in prop::collection::vec(
            (
                any_control(),
                prop_oneof![-3000..3000_i32, any::<i32>()],
                prop::option::of(prop_oneof![-3000..3000_i32, any::<i32>()]),
                prop::sample::select(vec![0, 1, 100, 2048, 65_535_u16]),
                prop::sample::select(vec![0, 1, 20, 1460_usize]),
                0..4_u8,
            ),
            1..40,
        ),
    ) {
        let mut now = Instant::ZERO;
        let (mut network, id, next) = established(now, &TcpRepr { max_seg_size, window_scale, ..SYN });
        let payload = [0x55; 1460];
        for (control, sequence, acknowledged, window_len, length, host) in segments {
            now += Span::from_ms(10);
            match host {
                0 => {
                    network.write(now, id, &payload);
                }
                1 => {
                    network.read(now, id, &mut [0; 700]);
                }
                2 => network.close(now, id),
                _ => {}
            }
            let length = if control == TcpControl::Rst || control == TcpControl::Syn { 0 } else { length };
            network.from_device(now, &segment(&TcpRepr {
                control,
                seq_number: TcpSeqNumber(1001_i32.wrapping_add(sequence)),
                ack_number: acknowledged.map(|n| TcpSeqNumber(next.wrapping_add(n))),
                window_len,
                payload: &payload[..length],
                ..REST
            }));
            while network.poll(now).is_some() {}
        }
        settle(&mut network, now);
    }
}

#[test]
fn a_flood_of_connections_is_bounded() {
    let mut network = Network::new(NetworkConfig::default());
    let mut now = Instant::ZERO;
    for n in 0..5000_u16 {
        now += Span::from_ms(1);
        network.from_device(now, &segment(&TcpRepr { src_port: 1000 + n, ..SYN }));
    }
    network.advance(now + Span::from_ms(1));
    let opened = std::iter::from_fn(|| network.take_event()).count();
    assert_eq!(opened, 64);
    assert_eq!(network.statistics().dropped(DropReason::ConnectionLimit), 5000 - 64);
}

#[test]
fn a_device_that_does_not_take_its_frames_does_not_fill_the_memory() {
    let (mut network, id, next) = established(Instant::ZERO, &SYN);
    let mut now = Instant::ZERO + Span::from_ms(10);
    // It acknowledges, so that more is sent, but its MAC has no room.
    let mut acknowledged = next;
    for _ in 0..3000 {
        now += Span::from_ms(1);
        let n = network.write(now, id, &[0; 1000]);
        acknowledged = acknowledged.wrapping_add(n as i32);
        network.from_device(
            now,
            &segment(&TcpRepr {
                control: TcpControl::None,
                seq_number: TcpSeqNumber(1001),
                ack_number: Some(TcpSeqNumber(acknowledged)),
                max_seg_size: None,
                ..SYN
            }),
        );
        network.advance(now);
    }
    assert!(network.statistics().dropped(DropReason::QueueFull) > 0);
    assert_eq!(std::iter::from_fn(|| network.poll(now)).count(), 1024);
}

#[test]
fn drops_are_counted_by_reason() {
    let mut network = Network::new(NetworkConfig::default());
    let mut now = Instant::ZERO;
    let sound = segment(&SYN);
    let changed = |at: usize, value: u8| {
        let mut frame = sound.clone();
        frame[at] = value;
        frame
    };
    let fragment = {
        let mut frame = changed(20, 0x20);
        Ipv4Packet::new_unchecked(&mut frame[14..]).fill_checksum();
        frame
    };
    let neighbour = datagram(IpProtocol::Tcp, std::net::Ipv4Addr::new(10, 0, 2, 77), &[0; 20]);
    for (frame, reason) in [
        (vec![0; 13], DropReason::FrameLength),
        (vec![0; 1515], DropReason::FrameLength),
        (changed(0, 0x54), DropReason::NotForGateway),
        (changed(12, 0x86), DropReason::EtherType),
        (changed(22, 63), DropReason::Ipv4Header),
        (fragment, DropReason::Ipv4Fragment),
        (neighbour, DropReason::Ipv4Address),
        (changed(50, 0), DropReason::TcpHeader),
        (datagram(IpProtocol::Igmp, ELSEWHERE, &[0; 8]), DropReason::Ipv4Protocol),
        (datagram(IpProtocol::Udp, GATEWAY, &[0; 7]), DropReason::UdpHeader),
        (datagram(IpProtocol::Icmp, GATEWAY, &[8, 0, 0, 0, 0, 0, 0, 0]), DropReason::Icmp),
    ] {
        let before = network.statistics().dropped(reason);
        network.from_device(now, &frame);
        now += Span::from_ms(1);
        network.advance(now);
        assert_eq!(network.statistics().dropped(reason), before + 1, "{reason}: {:?}", network.statistics());
    }
}
