//! Frames made by hand.

use hil_sim_core::net::NetworkConfig;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, IpProtocol, Ipv4Packet, Ipv4Repr, TcpPacket,
    TcpRepr,
};

use super::guest::{DEVICE, ELSEWHERE, MAC};

/// A frame to the gateway with a sound IPv4 header.
pub fn datagram(protocol: IpProtocol, to: std::net::Ipv4Addr, payload: &[u8]) -> Vec<u8> {
    let header =
        Ipv4Repr { src_addr: DEVICE, dst_addr: to, next_header: protocol, payload_len: payload.len(), hop_limit: 64 };
    let mut frame = vec![0; 34 + payload.len()];
    let ethernet = EthernetRepr {
        src_addr: EthernetAddress(MAC),
        dst_addr: EthernetAddress(NetworkConfig::default().gateway_mac),
        ethertype: EthernetProtocol::Ipv4,
    };
    ethernet.emit(&mut EthernetFrame::new_unchecked(&mut frame));
    header.emit(&mut Ipv4Packet::new_unchecked(&mut frame[14..]), &ChecksumCapabilities::default());
    frame[34..].copy_from_slice(payload);
    frame
}

/// A frame with a TCP segment.
pub fn segment(segment: &TcpRepr<'_>) -> Vec<u8> {
    let mut payload = vec![0; segment.buffer_len()];
    let (from, to) = (DEVICE.into(), ELSEWHERE.into());
    segment.emit(&mut TcpPacket::new_unchecked(&mut payload), &from, &to, &ChecksumCapabilities::default());
    datagram(IpProtocol::Tcp, ELSEWHERE, &payload)
}
