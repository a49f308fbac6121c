//! ARP, DHCP, DNS, ping: what a device does before it connects.

use std::net::Ipv4Addr;

use hil_sim_core::net::{DropReason, FrameDirection, Network, NetworkConfig};
use hil_sim_core::time::{Instant, Span};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::{dhcpv4, dns, icmp, udp};
use smoltcp::wire::{
    DhcpMessageType, DhcpPacket, DhcpRepr, DnsQueryType, EthernetAddress, EthernetFrame, Icmpv4DstUnreachable,
    Icmpv4Packet, Icmpv4Repr, IpAddress, IpProtocol, Ipv4Cidr, Ipv4Packet, PrettyPrinter, UdpPacket,
};

use super::frames::datagram;
use super::guest::{DEVICE, ELSEWHERE, GATEWAY, Guest, MAC, Trace, seconds};
use super::host::Nobody;

/// A line for each frame; what the library's printer leaves out of DHCP and DNS is added.
fn printed(trace: &Trace) -> String {
    let mut text = String::new();
    for (at, direction, frame) in trace {
        let arrow = if *direction == FrameDirection::FromDevice { "->" } else { "<-" };
        text.push_str(&format!("{at} {arrow} "));
        text.push_str(&PrettyPrinter::<EthernetFrame<&[u8]>>::new("", &frame.as_slice()).to_string());
        text.push('\n');
        let payload = EthernetFrame::new_unchecked(frame.as_slice()).payload();
        let Ok(udp) = Ipv4Packet::new_checked(payload).map(|ip| ip.payload()).and_then(UdpPacket::new_checked) else {
            continue;
        };
        if let Ok(packet) = DhcpPacket::new_checked(udp.payload())
            && let Ok(message) = DhcpRepr::parse(&packet)
        {
            text.push_str(&format!(
                "    {:?} your={} requested={:?} server={:?} router={:?} mask={:?} dns={:?} lease={:?}\n",
                message.message_type,
                message.your_ip,
                message.requested_ip,
                message.server_identifier,
                message.router,
                message.subnet_mask,
                message.dns_servers.map(|servers| servers.to_vec()).unwrap_or_default(),
                message.lease_duration,
            ));
        } else {
            text.push_str(&format!("    {}\n", udp.payload().escape_ascii()));
        }
    }
    text
}

#[test]
fn dhcp_leases_the_address_and_names_gateway_and_dns_server() {
    let mut guest = Guest::unconfigured(NetworkConfig::default());
    let (address, router, servers) = guest.lease(seconds(2)).unwrap();
    assert_eq!(address, Ipv4Cidr::new(DEVICE, 24));
    assert_eq!(router, Some(GATEWAY));
    assert_eq!(servers, [GATEWAY]);
}

#[test]
fn the_dialogue_of_a_boot() {
    let mut guest = Guest::unconfigured(NetworkConfig::default());
    guest.network.allow("broker.example");
    guest.lease(seconds(2)).unwrap();
    guest.resolve("broker.example", DnsQueryType::A).unwrap();
    insta::assert_snapshot!(printed(&guest.trace()));
}

#[test]
fn a_lease_is_renewed_by_unicast() {
    let mut guest = Guest::unconfigured(NetworkConfig { lease: seconds(60), ..NetworkConfig::default() });
    guest.lease(seconds(2)).unwrap();
    let sent = guest.trace().len();
    let mut lost = false;
    guest.run(seconds(600), &mut Nobody, |guest| {
        for (_, socket) in guest.sockets.iter_mut() {
            if let smoltcp::socket::Socket::Dhcpv4(socket) = socket {
                lost |= matches!(socket.poll(), Some(dhcpv4::Event::Deconfigured));
            }
        }
        false
    });
    assert!(!lost);
    let renewals = printed(&guest.trace()[sent..].to_vec());
    let count = |message: &str| renewals.lines().filter(|line| line.trim_start().starts_with(message)).count();
    assert_eq!((count("Request"), count("Ack")), (19, 19), "{renewals}");
    assert!(!renewals.contains("255.255.255.255"), "{renewals}");
}

/// What the DHCP server answers to a message: its type, the address that it gives, and where the answer goes.
fn dhcp_answer(request: &DhcpRepr<'_>) -> Option<(DhcpMessageType, Ipv4Addr, Ipv4Addr)> {
    let mut message = vec![0; request.buffer_len()];
    request.emit(&mut DhcpPacket::new_unchecked(message.as_mut_slice())).unwrap();
    // Ports, length and no checksum.
    let mut payload = vec![0, 68, 0, 67];
    payload.extend((message.len() as u16 + 8).to_be_bytes());
    payload.extend([0, 0]);
    payload.append(&mut message);
    let mut network = Network::new(NetworkConfig::default());
    network.from_device(Instant::ZERO, &datagram(IpProtocol::Udp, GATEWAY, &payload));
    let answer = network.poll(Instant::ZERO + Span::from_ms(1))?;
    let ip = Ipv4Packet::new_checked(&answer[14..]).unwrap();
    let packet = DhcpPacket::new_checked(UdpPacket::new_checked(ip.payload()).unwrap().payload()).unwrap();
    let message = DhcpRepr::parse(&packet).unwrap();
    assert_eq!(message.transaction_id, request.transaction_id);
    assert_eq!(message.client_identifier, request.client_identifier);
    Some((message.message_type, message.your_ip, ip.dst_addr()))
}

const REQUEST: DhcpRepr<'static> = DhcpRepr {
    message_type: DhcpMessageType::Request,
    transaction_id: 0x1234_5678,
    secs: 0,
    client_hardware_address: EthernetAddress(MAC),
    client_ip: Ipv4Addr::UNSPECIFIED,
    your_ip: Ipv4Addr::UNSPECIFIED,
    server_ip: Ipv4Addr::UNSPECIFIED,
    router: None,
    subnet_mask: None,
    relay_agent_ip: Ipv4Addr::UNSPECIFIED,
    broadcast: false,
    requested_ip: Some(DEVICE),
    client_identifier: Some(EthernetAddress(MAC)),
    server_identifier: Some(GATEWAY),
    parameter_request_list: None,
    dns_servers: None,
    max_size: None,
    lease_duration: None,
    renew_duration: None,
    rebind_duration: None,
    additional_options: &[],
};

#[test]
fn a_request_for_another_address_is_refused() {
    let other = Some(Ipv4Addr::new(192, 168, 1, 7));
    let answer = dhcp_answer(&DhcpRepr { requested_ip: other, server_identifier: None, ..REQUEST });
    assert_eq!(answer, Some((DhcpMessageType::Nak, Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST)));
}

#[test]
fn dhcp_answers_go_where_the_device_can_hear_them() {
    let ack = |to| Some((DhcpMessageType::Ack, DEVICE, to));
    assert_eq!(dhcp_answer(&REQUEST), ack(DEVICE));
    assert_eq!(dhcp_answer(&DhcpRepr { broadcast: true, ..REQUEST }), ack(Ipv4Addr::BROADCAST));
    let renewal = DhcpRepr { requested_ip: None, server_identifier: None, client_ip: DEVICE, ..REQUEST };
    assert_eq!(dhcp_answer(&renewal), ack(DEVICE));
}

#[test]
fn a_device_with_an_address_of_its_own_is_told_the_rest() {
    let own = Ipv4Addr::new(10, 0, 2, 99);
    let inform = DhcpRepr { message_type: DhcpMessageType::Inform, client_ip: own, requested_ip: None, ..REQUEST };
    assert_eq!(dhcp_answer(&inform), Some((DhcpMessageType::Ack, Ipv4Addr::UNSPECIFIED, own)));
}

#[test]
fn messages_for_other_servers_and_releases_have_no_answer() {
    assert_eq!(dhcp_answer(&DhcpRepr { server_identifier: Some(Ipv4Addr::new(10, 0, 2, 3)), ..REQUEST }), None);
    assert_eq!(dhcp_answer(&DhcpRepr { message_type: DhcpMessageType::Release, ..REQUEST }), None);
}

#[test]
fn a_name_resolves_only_while_it_is_allowed() {
    let mut guest = Guest::new(NetworkConfig::default());
    let first = guest.network.allow("broker.example").unwrap();
    let second = guest.network.allow("Other.Example.").unwrap();
    assert_ne!(first, second);
    assert_eq!(guest.network.allow("other.example"), Some(second));
    assert_eq!(guest.resolve("BROKER.example", DnsQueryType::A), Ok(vec![first]));
    assert_eq!(guest.resolve("other.example", DnsQueryType::A), Ok(vec![second]));
    assert_eq!(guest.resolve("elsewhere.example", DnsQueryType::A), Err(dns::GetQueryResultError::Failed));
    guest.network.forbid("broker.example");
    assert_eq!(guest.resolve("broker.example", DnsQueryType::A), Err(dns::GetQueryResultError::Failed));
    assert_eq!(guest.network.allow("broker.example"), Some(first));
    assert_eq!(guest.resolve("broker.example", DnsQueryType::A), Ok(vec![first]));
}

#[test]
fn the_gateway_answers_a_ping() {
    let mut guest = Guest::new(NetworkConfig::default());
    let buffer = || icmp::PacketBuffer::new(vec![icmp::PacketMetadata::EMPTY; 4], vec![0; 4096]);
    let handle = guest.sockets.add(icmp::Socket::new(buffer(), buffer()));
    let socket = guest.sockets.get_mut::<icmp::Socket<'_>>(handle);
    socket.bind(icmp::Endpoint::Ident(7)).unwrap();
    let request = Icmpv4Repr::EchoRequest { ident: 7, seq_no: 1, data: &[0xA5; 1000] };
    let room = socket.send(request.buffer_len(), GATEWAY.into()).unwrap();
    request.emit(&mut Icmpv4Packet::new_unchecked(room), &ChecksumCapabilities::default());
    let answered = guest.run(seconds(5), &mut Nobody, |guest| {
        let socket = guest.sockets.get_mut::<icmp::Socket<'_>>(handle);
        let Ok((message, from)) = socket.recv() else { return false };
        assert_eq!(from, IpAddress::from(GATEWAY));
        let reply = Icmpv4Repr::parse(&Icmpv4Packet::new_unchecked(message), &ChecksumCapabilities::default());
        assert_eq!(reply, Ok(Icmpv4Repr::EchoReply { ident: 7, seq_no: 1, data: &[0xA5; 1000] }));
        true
    });
    assert!(answered);
}

#[test]
fn a_datagram_to_anybody_else_is_answered_with_port_unreachable() {
    let mut guest = Guest::new(NetworkConfig::default());
    let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 4], vec![0; 4096]);
    let handle = guest.sockets.add(udp::Socket::new(buffer(), buffer()));
    let socket = guest.sockets.get_mut::<udp::Socket<'_>>(handle);
    socket.bind(1234).unwrap();
    socket.send_slice(b"what time is it?", (ELSEWHERE, 123)).unwrap();
    guest.run(Span::from_ms(50), &mut Nobody, |_| false);
    let (_, _, answer) = guest.trace().pop().unwrap();
    let ip = Ipv4Packet::new_checked(EthernetFrame::new_unchecked(answer.as_slice()).payload()).unwrap();
    let message = Icmpv4Packet::new_checked(ip.payload()).unwrap();
    let message = Icmpv4Repr::parse(&message, &ChecksumCapabilities::default()).unwrap();
    let Icmpv4Repr::DstUnreachable { reason: Icmpv4DstUnreachable::PortUnreachable, header, data } = message else {
        panic!("{message:?}");
    };
    assert_eq!((header.src_addr, header.dst_addr), (DEVICE, ELSEWHERE));
    assert!(data.ends_with(b"what time is it?"));
    assert_eq!(guest.network.statistics().dropped(DropReason::UdpPort), 1);
}
