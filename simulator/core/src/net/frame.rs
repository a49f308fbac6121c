//! Frames that the gateway sends.

use std::net::Ipv4Addr;

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, Icmpv4DstUnreachable,
    Icmpv4Message, Icmpv4Packet, IpProtocol, Ipv4Packet, Ipv4Repr, UdpPacket, UdpRepr,
};

/// Bytes of an Ethernet header.
pub(super) const HEADER: usize = 14;
/// Bytes of the longest frame (IEEE 802.3), without its check sequence.
pub(super) const LONGEST: usize = HEADER + MTU;
/// Bytes of the longest IPv4 datagram (RFC 894).
pub(super) const MTU: usize = 1500;
/// A router's (RFC 1700).
const HOP_LIMIT: u8 = 64;
const UDP_HEADER: usize = 8;
/// Type, code, checksum and four bytes that depend on the type.
const ICMP_HEADER: usize = 8;
/// How much of a datagram an error about it repeats, so that it is within 576 bytes (RFC 1812, 4.3.2.3).
const ICMP_QUOTE: usize = 576 - 20 - ICMP_HEADER;

/// The two ends of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub(super) from: EthernetAddress,
    pub(super) to: EthernetAddress,
}

impl Path {
    /// Writes the Ethernet header of a frame.
    pub(super) fn write(self, ethertype: EthernetProtocol, frame: &mut [u8]) {
        let header = EthernetRepr { src_addr: self.from, dst_addr: self.to, ethertype };
        header.emit(&mut EthernetFrame::new_unchecked(frame));
    }

    pub(super) fn arp(self, message: &ArpRepr) -> Vec<u8> {
        let mut frame = vec![0; HEADER + message.buffer_len()];
        self.write(EthernetProtocol::Arp, &mut frame);
        message.emit(&mut ArpPacket::new_unchecked(&mut frame[HEADER..]));
        frame
    }

    /// A datagram, whose `len` bytes of payload are zero until `fill` has written them.
    fn ipv4(self, ends: [Ipv4Addr; 2], protocol: IpProtocol, len: usize, fill: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let [src_addr, dst_addr] = ends;
        let header = Ipv4Repr { src_addr, dst_addr, next_header: protocol, payload_len: len, hop_limit: HOP_LIMIT };
        let mut frame = vec![0; HEADER + header.buffer_len() + len];
        self.write(EthernetProtocol::Ipv4, &mut frame);
        let mut datagram = Ipv4Packet::new_unchecked(&mut frame[HEADER..]);
        header.emit(&mut datagram, &ChecksumCapabilities::default());
        fill(datagram.payload_mut());
        frame
    }

    pub(super) fn udp(self, ends: [Ipv4Addr; 2], ports: [u16; 2], payload: &[u8]) -> Vec<u8> {
        let header = UdpRepr { src_port: ports[0], dst_port: ports[1] };
        self.ipv4(ends, IpProtocol::Udp, UDP_HEADER + payload.len(), |datagram| {
            header.emit(
                &mut UdpPacket::new_unchecked(datagram),
                &ends[0].into(),
                &ends[1].into(),
                payload.len(),
                |to| to.copy_from_slice(payload),
                &ChecksumCapabilities::default(),
            );
        })
    }

    /// The answer to an echo request (RFC 792), which is given as it came.
    pub(super) fn echo_reply(self, ends: [Ipv4Addr; 2], request: &[u8]) -> Vec<u8> {
        self.ipv4(ends, IpProtocol::Icmp, request.len(), |message| {
            message.copy_from_slice(request);
            let mut message = Icmpv4Packet::new_unchecked(message);
            message.set_msg_type(Icmpv4Message::EchoReply);
            message.fill_checksum();
        })
    }

    /// Says that a datagram has not reached anybody (RFC 792).
    pub(super) fn unreachable(self, ends: [Ipv4Addr; 2], reason: Icmpv4DstUnreachable, datagram: &[u8]) -> Vec<u8> {
        let quote = &datagram[..datagram.len().min(ICMP_QUOTE)];
        self.ipv4(ends, IpProtocol::Icmp, ICMP_HEADER + quote.len(), |message| {
            message[ICMP_HEADER..].copy_from_slice(quote);
            let mut message = Icmpv4Packet::new_unchecked(message);
            message.set_msg_type(Icmpv4Message::DstUnreachable);
            message.set_msg_code(reason.into());
            message.fill_checksum();
        })
    }
}
